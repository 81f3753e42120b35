from msgspec.structs import replace
from tests.api.canned_plant import CannedPlant
from tests.api.canned_site import canned_site

from fangwei.api.picture import Picture
from fangwei.core.clock import SECOND
from fangwei.core.events import AlarmState, AlarmStatus, Hazard, Incident, IncidentMember, IncidentStatus
from fangwei.core.ids import point_key
from fangwei.core.reading import Readings
from fangwei.core.texts import Text

NOW = 1_800_000_000 * SECOND


def alarm(name="P.hi", changed=NOW, state=AlarmState.UNACKED):
    return AlarmStatus(
        **common(name),
        hazard=Hazard.PROCESS,
        state=state,
        limit=1.0,
        quality=0,
        changed=changed,
        message=Text("", ""),
    )


def common(name="P.hi"):
    shared = {"alarm": name, "occurrence": "o", "point": "P", "zone": "z", "east": 0, "north": 0, "up": 0}
    return shared | {"kind": "level", "priority": 2, "active": True, "value": 1.0, "unit": "m", "since": NOW}


def incident(revision=1, status=IncidentStatus.OPEN, updated=NOW):
    member = IncidentMember(**common(), certainty=1)
    return Incident(
        id="i",
        revision=revision,
        status=status,
        title=Text("", ""),
        hazard=Hazard.PROCESS,
        priority=2,
        zones=["z"],
        started=NOW,
        updated=updated,
        announced=NOW,
        first_out=member,
        members=[member],
    )


def picture():
    return Picture({point_key("P"): "P"})


def test_event_that_comes_twice_counts_once():
    p = picture()
    assert p.incident(incident(2))
    assert not p.incident(incident(2))
    assert not p.incident(incident(1))


def test_closed_incident_is_not_reopened_by_an_old_event():
    p = picture()
    p.incident(incident(3, IncidentStatus.CLOSED))
    assert not p.incident(incident(2))
    assert p.incidents == {}


def test_part_that_no_room_confirmed_is_unknown():
    p = picture()
    assert set(p.confirmed.values()) == {None}
    p.all_alarms([], NOW, NOW)
    assert p.confirmed["alarms"] == NOW
    p.unconfirmed("alarms")
    assert p.confirmed["alarms"] is None


def test_alarm_that_changed_while_the_list_was_asked_for_stays_as_the_event_said():
    p = picture()
    p.alarms["P.hi"] = alarm(changed=NOW + 5)
    p.all_alarms([], asked=NOW, now=NOW + 10)
    assert "P.hi" in p.alarms
    p.all_alarms([], asked=NOW + 6, now=NOW + 10)
    assert p.alarms == {}


def test_incident_closed_while_we_did_not_hear_goes_with_the_next_list():
    p = picture()
    p.incident(incident(updated=NOW))
    p.all_incidents([], NOW + SECOND)
    assert "i" in p.incidents, "announced a moment ago: the event may have overtaken the answer"
    p.all_incidents([], NOW + 60 * SECOND)
    assert p.incidents == {}


def test_values_of_no_point_are_left_out_and_nan_is_no_value():
    p = picture()
    batch = Readings.of([point_key("P"), 42], [NOW, NOW], [NOW, NOW], [float("nan"), 1.0], [4, 0])
    assert p.readings(batch) == {"P": (NOW // 1_000_000, None, 4)}


def test_older_value_does_not_replace_a_newer_one():
    p = picture()
    key = point_key("P")
    p.readings(Readings.of([key], [NOW + SECOND], [NOW], [2.0], [0]))
    assert p.readings(Readings.of([key], [NOW], [NOW], [1.0], [0])) == {}
    assert p.latest["P"][1] == 2.0


def test_snapshot_holds_only_watched_values():
    p = picture()
    p.latest = {"P": (1, 1.0, 0), "Q": (1, 1.0, 0)}
    assert set(p.snapshot(frozenset({"P"}))["latest"]) == {"P"}
    assert set(p.snapshot(None)["latest"]) == {"P", "Q"}


async def test_alarm_event_of_an_older_decision_is_ignored():
    site = canned_site()
    sent = []

    class Ear:
        async def emit(self, subject, event, sure_id=None):
            sent.append(event)

    plant = CannedPlant(site, Ear())
    point = site.points["FILL-GAS-01"]
    await plant.raise_alarm(point, point.limits[0])
    p = picture()
    assert p.alarm(sent[0]) is not None
    older = replace(sent[0], decided_time=sent[0].decided_time - 1)
    assert p.alarm(older) is None
