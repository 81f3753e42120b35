"""What an MQTT message says, and that the quick reader says the same."""

import json
import math
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from fangwei.connect import mqtt_kernel
from fangwei.connect.door import NO_TIME
from fangwei.connect.mqtt_form import GOOD_WORDS, Fault, Form, Reading, Stranger
from fangwei.connect.source_time import NANOSECONDS
from fangwei.core.quality import Quality

SUBJECT = "plant.T1.value"
T = 1_764_000_000_123


def form(**changes) -> Form:
    whole = {
        "value": "value", "time": "time", "time_format": "ms", "name_level": 1,
        "by_name": {"T1": [("value", 0)], "T2": [("value", 1)]}, "quality": "q",
    } | changes  # fmt: skip
    return Form(**whole)


def said(payload: bytes | str, subject: str = SUBJECT, **changes):
    return list(form(**changes).read(subject, payload.encode() if isinstance(payload, str) else payload))


def test_a_flat_object_is_a_reading():
    assert said(f'{{"value": 20.5, "time": {T}}}') == [Reading(0, 20.5, T * 1_000_000, 0)]


@pytest.mark.parametrize(
    ("payload", "value"), [("20.5", 20.5), ("true", True), ('"open"', "open"), ("ON", "ON"), (" -3 ", -3)]
)
def test_a_bare_value_is_a_reading_without_a_time(payload, value):
    assert said(payload) == [Reading(0, value, None, 0)]


def test_a_number_in_quotes_is_a_number():
    assert said('{"value": "12.50", "time": "1764000000123"}') == [Reading(0, 12.5, T * 1_000_000, 0)]


def test_values_lie_at_dotted_paths():
    payload = '{"d": {"val": [1, 2]}, "meta": {"ts": 5}}'
    found = said(payload, time="meta.ts", by_name={"T1": [("d.val.1", 0)]})
    assert found == [Reading(0, 2, 5_000_000, 0)]


def test_an_array_inherits_time_and_names_its_points():
    payload = (
        '{"time": 7, "data": [{"p": "T1", "value": 1}, {"p": "T2", "value": 2, "time": 9}, {"p": "X", "value": 3}]}'
    )
    found = said(payload, "plant.gateway", array="data", point="p", name_level=None)
    assert found == [Reading(0, 1, 7_000_000, 0), Reading(1, 2, 9_000_000, 0), Stranger("X")]


def test_a_list_at_the_top_is_an_array_too():
    found = said('[{"p":"T1","value":1},{"p":"T2","value":2}]', "plant.gateway", point="p", name_level=None)
    assert [r.row for r in found] == [0, 1]


def test_several_values_of_one_message_feed_several_points():
    fields = {"plant.env": [("gas.ch4", 0), ("gas.h2", 1)]}
    found = said('{"gas": {"ch4": 1.5, "h2": 0}, "time": 3}', "plant.env", by_subject=fields, name_level=None)
    assert found == [Reading(0, 1.5, 3_000_000, 0), Reading(1, 0, 3_000_000, 0)]


@pytest.mark.parametrize("text", ["NaN", "nan", "Infinity", "-inf", "1e999"])
def test_nan_and_infinity_are_counted_and_kept_as_a_gap_with_their_time(text):
    found = said(f'{{"value": {text}, "time": {T}}}')
    reading = found[-1]
    assert isinstance(reading, Reading)
    assert not math.isfinite(reading.value)
    assert reading.time == T * 1_000_000
    assert text == "1e999" or found[0].fact == "mqtt.not_a_number"


def test_null_is_a_gap_with_its_time():
    (reading,) = said(f'{{"value": null, "time": {T}}}')
    assert math.isnan(reading.value)


@pytest.mark.parametrize(
    ("payload", "fact"),
    [
        (b'{"value": 1', "mqtt.not_json"),
        (b"", "mqtt.empty"),
        (b"\xff\xfe\x00", "mqtt.not_utf8"),
        (b'{"value": "\xc0"}', "mqtt.not_utf8"),
        (b"[" * 5000 + b"]" * 5000, "mqtt.too_deep"),
        (b'{"a":' * 3000 + b"1" + b"}" * 3000, "mqtt.too_deep"),
        (b"[" * 5000, "mqtt.too_deep"),
        (b'{"other": 1}', "mqtt.value_missing"),
        (b'[[1]]', "mqtt.not_an_object"),
        (b'{"value": 1, "value": }', "mqtt.not_json"),
        (b"\x00" * 40, "mqtt.not_json"),
        (b'{"NaN": nan nan}', "mqtt.not_json"),
    ],
)  # fmt: skip
def test_each_kind_of_rubbish_has_its_name(payload, fact):
    found = said(payload, by_name={"T1": [("value", 0), ("v2", 1)]})
    assert [o.fact for o in found if isinstance(o, Fault)][-1] == fact
    assert not any(isinstance(o, Reading) for o in found)


def test_an_unreadable_time_keeps_the_value_and_says_the_clock_is_not_trusted():
    fault, reading = said('{"value": 1, "time": "yesterday"}')
    assert fault.fact == "mqtt.time_unreadable"
    assert reading == Reading(0, 1, None, int(Quality.CLOCK_UNTRUSTED))


@pytest.mark.parametrize(
    ("word", "bits"),
    [
        ('"good"', 0), ("192", 0), ("true", 0), ("216", 0), ('"BAD"', Quality.BAD), ("0", Quality.BAD),
        ("64", Quality.UNCERTAIN), ('"Uncertain, last usable"', Quality.UNCERTAIN), ("false", Quality.BAD),
        ("null", Quality.UNCERTAIN), ("1", Quality.BAD),
    ],
)  # fmt: skip
def test_quality_words_become_doubts(word, bits):
    (reading,) = said(f'{{"value": 1, "q": {word}}}')
    assert reading.quality == int(bits)


def test_zero_is_good_where_the_site_says_so():
    assert said('{"value": 1, "q": 0}', good=(0,))[0].quality == 0


def test_a_stranger_is_not_even_parsed():
    assert said(b"{broken", "plant.X9.value") == [Stranger("plant/X9/value")]


def test_chinese_units_in_gb18030_are_read_where_configured():
    payload = '{"value": 3, "unit": "毫克/立方米"}'.encode("gb18030")
    assert said(payload)[0].fact == "mqtt.not_utf8"
    assert said(payload, encoding="gb18030") == [Reading(0, 3, None, 0)]


# --- the quick reader ---------------------------------------------------------------------------------------


def quick(payload: bytes, time_format: str = "ms") -> tuple[float, int] | None:
    topics = mqtt_kernel.Topics()
    topics.add(SUBJECT.encode(), 0)
    data = np.frombuffer(bytearray(SUBJECT.encode() + payload), np.uint8)
    table = np.array([[1, 0, len(SUBJECT), len(SUBJECT), len(data), len(data)]], np.int64)
    names = mqtt_kernel.Names.of("value", "time", "q", [json.dumps(word).encode() for word in GOOD_WORDS])
    out_row, out_time, left = np.zeros((3, 1), np.int64)
    out_value = np.zeros(1)
    done, missed, repeated = mqtt_kernel.read(
        data, table, topics.slots, topics.names, topics.starts, topics.ends, topics.rows,
        names.value, names.time, names.quality, names.good, NANOSECONDS.get(time_format, 0),
        np.zeros(1, np.int64), np.full(1, np.nan), np.zeros(1, np.int64), 1,
        out_row, out_value, out_time, left,
    )  # fmt: skip
    assert done + missed + repeated == 1
    return (float(out_value[0]), int(out_time[0])) if done else None


quick(b"1")  # compiled here, outside any deadline


def agrees(payload: bytes, time_format: str = "ms") -> bool:
    """Where the quick reader takes a payload, the full one reads the same; returns whether it took it."""
    taken = quick(payload, time_format)
    if taken is None:
        return False
    outcomes = said(payload, time_format=time_format)
    assert len(outcomes) == 1, (payload, outcomes)
    (reading,) = outcomes
    assert isinstance(reading, Reading), (payload, reading)
    assert reading.quality == 0
    value, time = taken
    assert math.isclose(value, float(reading.value), rel_tol=1.2e-16, abs_tol=0), (payload, value, reading.value)
    if reading.time is None:
        assert time == NO_TIME
    elif time_format == "iso" or b"." not in payload.split(b'"time"')[-1]:
        assert time == reading.time
    else:
        assert abs(time - reading.time) < 1000  # a float of seconds carries no more
    return True


@pytest.mark.parametrize(
    "payload",
    [
        b'{"value":20.5,"time":1764000000123}', b' { "value" : -0.5e1 , "time" : 5 } ', b"20.5", b"-3", b"1e5",
        b'{"value":true}', b'{"unit":"%LEL","value":1,"q":"good","n":null,"s":5}', b'{"value":1,"q":192}',
        b'{"value":20.123456789012345,"time":1764000000123}', b'{"value":0.30000000000000004}',
        b'{"value":5,"time":1.5}',
    ],
)  # fmt: skip
def test_the_quick_reader_takes_the_common_forms(payload):
    assert agrees(payload)


@pytest.mark.parametrize(
    "payload",
    [
        b'{"value":1,"value":2}', b'{"value":"1"}',
        b'{"value":null}', b'{"value":1}x', b'{"value":01}', b'{"value":1.}',
        b'{"value":.5}', b'{"value":+1}', b'{"value":1,}', b'{"value":NaN}', b'{"value":1,"q":"bad"}',
        b'{"a":"\\u0041","value":1}',
        b'{"value":{"a":1}}', b'{"other":1}', b"", b"{", b'{"value"', b'{"value":1e400}', b'{"value":1,"time":-5}',
        b'{"value":1,"time":9999999999999999}', b'{"value":1,"a":"\xff"}', b'{"value":tru}', b"[1]", b"1 2",
    ],
)  # fmt: skip
def test_the_quick_reader_leaves_everything_else_to_the_full_one(payload):
    assert quick(payload) is None


FLOATS = st.floats(allow_nan=False, allow_infinity=False) | st.floats(-1e6, 1e6) | st.integers(-(10**17), 10**17)


@given(FLOATS, st.integers(0, 2_000_000_000_000))
@hypothesis_settings(max_examples=500)
def test_the_quick_reader_reads_numbers_to_the_nearest_float(value, time):
    agrees(json.dumps({"value": value, "time": time}).encode())


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9))
def test_the_quick_reader_reads_decimals_to_the_nearest_float(value):
    taken = quick(b"%b" % str(value).encode())
    assert taken is None or taken[0] == float(value)


@given(st.datetimes(min_value=datetime(1971, 1, 1)), st.sampled_from(["Z", "+08:00", "-03:30", ""]))
def test_the_quick_reader_reads_iso_times_alike(moment, zone):
    taken = agrees(json.dumps({"value": 1, "time": moment.isoformat() + zone}).encode(), "iso")
    assert taken == (bool(zone) and moment.year <= 2200)


FRAGMENTS = st.lists(
    st.sampled_from(
        [b"{", b"}", b'"value"', b'"time"', b'"q"', b":", b",", b"1", b"-", b".", b"5", b"e", b"0",
         b'"good"', b'"x"', b"true",
         b"null", b"nan", b" ", b"[", b"]", b"\\", b"\xff", b'"', b'{"value":', b',"time":']
    ),
    max_size=14,
)  # fmt: skip


@given(FRAGMENTS)
@hypothesis_settings(max_examples=2000)
def test_no_rubbish_is_read_differently_by_the_two_readers(pieces):
    agrees(b"".join(pieces))


@given(st.lists(st.text("abcdefgh.", min_size=1, max_size=12), unique=True, max_size=300))
def test_every_subject_finds_its_own_row(subjects):
    topics = mqtt_kernel.Topics()
    for row, subject in enumerate(subjects):
        topics.add(subject.encode(), row)
    for row, subject in enumerate(subjects):
        data = np.frombuffer(bytearray(subject.encode()), np.uint8)
        arrays = (topics.slots, topics.names, topics.starts, topics.ends, topics.rows)
        assert mqtt_kernel._find(*arrays, data, 0, len(data)) == row
        assert mqtt_kernel._find(*arrays, data, 0, len(data) - 1) == (
            subjects.index(subject[:-1]) if subject[:-1] in subjects else -1
        )
