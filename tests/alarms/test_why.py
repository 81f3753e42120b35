"""Why an alarm is suppressed is said in both languages, in the list and in the event."""

from tests.alarms.alarm_plant import T, gas, limit, site

from fangwei.alarms.desk import Desk
from fangwei.alarms.engine import Engine
from fangwei.core.clock import SECOND
from fangwei.core.events import AlarmChange, AlarmState
from fangwei.core.texts import Text
from fangwei.plant.schema import Name, Suppression

REASON = Name(zh="设备检修", en="under maintenance")


def test_a_suppression_by_design_says_the_sites_words_in_both_languages():
    rule = Suppression(id="maintenance", when="on == 1", inputs={"on": "G1"}, alarms=["G1.hi"], reason=REASON)
    engine = Engine(site(gas("G1", limit()), suppressions=(rule,)), T)
    engine.desk.raised("G1.hi", T, T, 25.0, 0, T)
    (event,) = engine.desk.suppression("maintenance", REASON.zh, ["G1.hi"], True, T + SECOND)
    assert event.change is AlarmChange.SUPPRESSED and event.why == Text("设备检修", "under maintenance")
    status = engine.desk.status("G1.hi")
    assert status.state is AlarmState.SUPPRESSED and status.why == event.why and status.until is None
    (back,) = engine.desk.suppression("maintenance", REASON.zh, ["G1.hi"], False, T + 2 * SECOND)
    assert back.why is None and engine.desk.status("G1.hi").why is None


def test_a_suppression_that_the_site_no_longer_has_bears_its_id():
    made = Engine(site(gas("G1", limit())), T)
    desk = Desk(list(made.desk.specs.values()))
    desk.raised("G1.hi", T, T, 25.0, 0, T)
    (event,) = desk.suppression("gone", "x", ["G1.hi"], True, T + SECOND)
    assert event.why == Text("gone", "gone")
