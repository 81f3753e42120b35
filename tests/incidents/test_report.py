"""The document of an incident: whole in both languages, at any length, whatever people wrote, whoever kept silent."""

import re
import time

import msgspec
import pytest
from tests.conftest import REPOSITORY
from tests.incidents.report_samples import leak, matter

from fangwei.core.clock import SECOND
from fangwei.core.texts import Text
from fangwei.historian.questions import Series
from fangwei.incidents.apart import Workers
from fangwei.incidents.report import gather
from fangwei.incidents.report.document import make
from fangwei.incidents.report.style import marked
from fangwei.incidents.report.texts import WORDS
from fangwei.plant.load import load_site
from fangwei.plant.site import Site


@pytest.fixture(scope="module")
def plant() -> Site:
    return load_site(REPOSITORY / "sites" / "battery_plant")


def pages(pdf: bytes) -> int:
    assert pdf.startswith(b"%PDF") and pdf.rstrip().endswith(b"%%EOF")
    return len(re.findall(rb"/Type /Page\b", pdf))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_is_made_in_either_language(plant, language):
    assert pages(make(matter(plant, language=language))) >= 4


async def test_a_thousand_lines_are_made_within_the_workers_limits(plant):
    long = matter(plant, lines=1000, photos=0)
    began = time.process_time()
    pdf = await Workers().run("fangwei.incidents.report.document", msgspec.msgpack.encode(long))
    assert pages(pdf) >= 20
    assert time.process_time() - began < 2, "it is the worker that works"


def test_what_rooms_did_not_answer_is_said_and_not_left_out(plant):
    told = matter(plant, photos=0)
    silent = msgspec.structs.replace(told, notices=None, curves=None)
    assert len(make(silent)) < len(make(told))
    assert "没有回应" in WORDS["told_unknown"].zh and "没有回应" in WORDS["history_silent"].zh


def test_an_incident_of_nothing_known_is_a_document_too(plant):
    lost = matter(plant, lines=0, photos=0)
    incident = msgspec.structs.replace(
        lost.incident, zones=["gone"], members=[], owner=None,
        first_out=msgspec.structs.replace(lost.incident.first_out, value=None, zone="gone", point="GONE-1"),
    )  # fmt: skip
    bare = msgspec.structs.replace(
        lost, incident=incident, curves=[], notices=[], zones=[], points={}, people={}, duties=[]
    )
    assert pages(make(bare)) >= 1


def test_a_curve_without_a_reading_says_so(plant):
    told = matter(plant, photos=0)
    assert told.curves
    for curve in told.curves:
        curve.least = curve.most = curve.mean = [None] * len(curve.time)
    assert pages(make(told)) >= 3


@pytest.mark.parametrize(
    "text", ["<b>", "&amp;", "</para>", "a\0b", "<font name='x'>", "\ud800", "漏<i>气</i> → 1 %LEL"]
)
def test_what_people_wrote_is_text_and_never_markup(text):
    shown = re.sub(r"</?font[^>]*>", "", marked(text))
    assert "<b>" not in shown and "<i>" not in shown and "</para>" not in shown and "\0" not in shown


def test_the_points_shown_begin_with_the_first_alarm_and_the_most_urgent(plant):
    incident = leak(plant)
    points = gather.main_points(incident)
    assert points[0] == incident.first_out.point and len(points) == len(set(points)) == 8
    by_point = {m.point: m.priority for m in incident.members}
    assert [by_point[p] for p in points[1:]] == sorted(by_point[p] for p in points[1:])


def test_what_to_do_is_the_first_alarms_and_the_most_urgent_ones_action(plant):
    why = [
        f"{p.id}.{limit.id}" for p in plant.points.values() for limit in p.limits if limit.rationalisation is not None
    ]
    incident = leak(plant)
    first = msgspec.structs.replace(incident.first_out, alarm=why[0], priority=3)
    worst = msgspec.structs.replace(incident.first_out, alarm=why[-1], priority=1)
    found = gather.duties(plant, msgspec.structs.replace(incident, first_out=first, members=[first, worst]))
    assert 1 <= len(found) <= 2 and all(isinstance(d.action, Text) and d.action.zh for d in found)
    assert gather.duties(plant, msgspec.structs.replace(incident, first_out=msgspec.structs.replace(first, alarm="x"),
                                                        members=[])) == []  # fmt: skip


@pytest.mark.parametrize("key", WORDS)
def test_every_word_is_in_both_languages_with_the_same_places(key):
    text = WORDS[key]
    assert text.zh and text.en
    assert set(re.findall(r"\{(\w+)\}", text.zh)) == set(re.findall(r"\{(\w+)\}", text.en))


def test_buckets_finer_than_a_sensors_pace_are_no_gaps_and_its_silence_is_one():
    times = [n * SECOND for n in range(7)]
    slow: list[float | None] = [1.0, None, 1.0, None, 1.0, None, 1.0]
    series = Series(times, slow, slow, slow, slow, [1] * 7, [0] * 7)
    assert gather.silence(series, None) == 6 * SECOND
    assert gather.silence(series, 30.0) == 30 * SECOND
    nothing: list[float | None] = [None] * 7
    assert gather.silence(Series(times, nothing, nothing, nothing, nothing, [0] * 7, [None] * 7), None) == 2.5 * SECOND
