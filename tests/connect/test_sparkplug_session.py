"""Sparkplug B: the wire format, aliases, sequence, births and deaths, without a network."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangwei.connect import sparkplug_payload as wire
from fangwei.connect.sparkplug_payload import Metric, NotSparkplug, Payload, decode
from fangwei.connect.sparkplug_session import Rebirth, Session, Unheard, Value
from fangwei.core.quality import Quality

WANTED = frozenset({("", "temp"), ("d1", "gas"), ("d1", "pump")})


def metric(name: str | None = None, alias: int | None = None, value: float = 1.0, **more) -> Metric:
    more.setdefault("datatype", wire.DOUBLE if name else 0)
    return Metric(name=name, alias=alias, raw=(13, struct.pack("<d", value)), **more)


def born() -> Session:
    session = Session(WANTED)
    list(session.hear("NBIRTH", "", Payload(seq=0, metrics=[metric("temp", 1), metric("bdSeq", None, 7)])))
    list(session.hear("DBIRTH", "d1", Payload(seq=1, metrics=[metric("gas", 2), metric("pump", 3)])))
    return session


def test_data_by_alias_finds_the_name_of_its_birth():
    (value,) = born().hear("DDATA", "d1", Payload(timestamp=5, seq=2, metrics=[metric(None, 2, 9.5)]))
    assert value == Value("d1", "gas", 9.5, 5_000_000, 0)


def test_a_metrics_own_time_wins_over_the_payloads():
    (value,) = born().hear("NDATA", "", Payload(timestamp=5, seq=2, metrics=[metric("temp", timestamp=8)]))
    assert value.time == 8_000_000


def test_a_gap_in_the_sequence_asks_for_a_rebirth_and_the_data_is_kept():
    outcomes = list(born().hear("DDATA", "d1", Payload(seq=4, metrics=[metric(None, 2)])))
    assert isinstance(outcomes[0], Rebirth)
    assert outcomes[0].fact == "sparkplug.sequence_gap"
    assert isinstance(outcomes[1], Value)


def test_the_sequence_wraps_from_255_to_0():
    session = Session(WANTED)
    list(session.hear("NBIRTH", "", Payload(seq=255, metrics=[metric("temp")])))
    assert not any(isinstance(o, Rebirth) for o in session.hear("NDATA", "", Payload(seq=0, metrics=[metric("temp")])))


def test_data_before_a_birth_and_unknown_aliases_ask_for_a_rebirth():
    (first,) = Session(WANTED).hear("NDATA", "", Payload(seq=3, metrics=[metric("temp")]))
    assert first.fact == "sparkplug.data_before_birth"
    (second,) = born().hear("DDATA", "d1", Payload(seq=2, metrics=[metric(None, 99)]))
    assert second.fact == "sparkplug.alias_unknown"
    (third,) = born().hear("DDATA", "d2", Payload(seq=2, metrics=[metric("gas")]))
    assert third.fact == "sparkplug.data_before_birth"


def test_death_of_a_device_marks_its_points_bad_without_a_value():
    values = list(born().hear("DDEATH", "d1", Payload(seq=2)))
    assert {(v.device, v.metric) for v in values} == {("d1", "gas"), ("d1", "pump")}
    assert all(v.quality == Quality.BAD and v.value != v.value for v in values)


def test_death_of_the_node_marks_everything_bad_and_needs_a_birth():
    session = born()
    assert len(list(session.hear("NDEATH", "", Payload(metrics=[metric("bdSeq", None, 7)])))) == 3
    (outcome,) = session.hear("NDATA", "", Payload(seq=2, metrics=[metric("temp")]))
    assert isinstance(outcome, Rebirth)


def test_the_will_of_an_earlier_connection_kills_nobody():
    session = born()
    assert list(session.hear("NDEATH", "", Payload(metrics=[metric("bdSeq", None, 6)]))) == []
    assert session.next_seq is not None


def test_null_bad_quality_and_history_are_told():
    null = metric("temp")
    null.null = True
    bad = metric("temp", quality=0)
    old = metric("temp", historical=True)
    outcomes = list(born().hear("NDATA", "", Payload(seq=2, metrics=[null, bad, old, metric("other")])))
    assert outcomes[0].value != outcomes[0].value
    assert outcomes[0].quality == outcomes[1].quality == Quality.BAD
    assert outcomes[2].historical
    assert outcomes[3] == Unheard("other")


@pytest.mark.parametrize(
    ("datatype", "raw", "value"),
    [
        (wire.INT8, 0xFF, -1), (wire.INT32, 0xFFFFFFFE, -2), (wire.INT64, 2**64 - 3, -3),
        (wire.UINT32, 2**32 - 1, 2**32 - 1),
        (wire.INT16, 0xFFFF, -1), (wire.INT32, 2**64 - 5, -5), (wire.INT16, 7, 7),
    ],
)  # fmt: skip
def test_signed_numbers_are_signed_whichever_way_the_encoder_padded_them(datatype, raw, value):
    assert Metric(raw=(10, raw)).value(datatype) == value


@given(st.binary(max_size=200))
def test_no_bytes_do_more_than_be_refused(data):
    try:
        payload = decode(data)
    except NotSparkplug:
        return
    list(born().hear("NDATA", "", payload))


def test_the_rebirth_command_is_itself_sparkplug():
    payload = decode(wire.rebirth_command(1_764_000_000_000))
    assert payload.timestamp == 1_764_000_000_000
    (command,) = payload.metrics
    assert (command.name, command.datatype, command.value(wire.BOOLEAN)) == ("Node Control/Rebirth", wire.BOOLEAN, True)
