"""What people do with an incident: handed over without ever being with nobody, taken over by name, settled in words."""

import pytest
from tests.incidents.conftest import START, Play, point_of

from fangwei.core.clock import seconds
from fangwei.core.events import IncidentStatus
from fangwei.incidents.texts import AlreadySettled, IncidentTaken, NotTheOwner, ReasonNeeded


@pytest.fixture
def told(play: Play):
    """Commands on one incident, a second apart: told(verb, by, ...) gives its incident as it stands then."""
    (change,) = play.hear(point_of(play.site, "z1-1", "combustible_gas"), 1)
    name = change.incident.id
    at = [1.0]

    def tell(verb, by, text=None, **more):
        at[0] += 1
        changes = play.correlator.command(verb, name, by, text, START + seconds(at[0]), **more)
        play.changes += changes
        return play.correlator.desk.cases[name].snapshot()

    return tell


def test_an_offered_incident_stays_with_its_owner_until_the_other_says_so(told, play):
    told("take", "li")
    offered = told("hand", "li", to="wang")
    assert (offered.owner, offered.offered_to, offered.status) == ("li", "wang", IncidentStatus.OWNED)
    taken = told("take", "wang")
    assert (taken.owner, taken.offered_to, taken.offered_at) == ("wang", None, None)
    assert play.kinds_of_lines[-2:] == ["offered", "taken"]
    assert "li" in play.changes[-1].entries[0].text.zh


def test_only_who_has_it_hands_it_over_and_may_take_the_offer_back(told):
    with pytest.raises(NotTheOwner):
        told("hand", "li", to="wang")
    told("take", "li")
    with pytest.raises(NotTheOwner):
        told("hand", "wang", to="chen")
    told("hand", "li", to="wang")
    assert told("hand", "li").offered_to is None
    with pytest.raises(IncidentTaken):
        told("take", "wang")


def test_an_offer_to_a_second_person_ends_the_first(told):
    told("take", "li")
    told("hand", "li", to="wang")
    told("hand", "li", to="chen")
    with pytest.raises(IncidentTaken):
        told("take", "wang")
    assert told("take", "chen").owner == "chen"


def test_taking_over_names_whom_one_saw_having_it(told):
    told("take", "li")
    with pytest.raises(IncidentTaken):
        told("take", "wang", instead_of="chen")
    assert told("take", "wang", instead_of="li").owner == "wang"
    with pytest.raises(IncidentTaken):
        told("take", "chen", instead_of="li")


def test_handing_it_back_ends_the_offer(told):
    told("take", "li")
    told("hand", "li", to="wang")
    released = told("release", "li")
    assert (released.owner, released.offered_to, released.status) == (None, None, IncidentStatus.OPEN)


def test_settling_needs_words_of_whom_has_it(told):
    with pytest.raises(NotTheOwner):
        told("settle", "li", "阀门已关")
    told("take", "li")
    with pytest.raises(ReasonNeeded):
        told("settle", "li", "  ")
    assert told("settle", "li", "阀门已关").status is IncidentStatus.SETTLED
    with pytest.raises(AlreadySettled):
        told("settle", "li", "再说一次")


def test_a_person_s_word_never_closes_an_incident_whose_alarms_hold(told, play):
    told("take", "li")
    told("settle", "li", "阀门已关")
    told("release", "li")
    play.until(1200)
    (case,) = play.correlator.desk.cases.values()
    assert case.status is IncidentStatus.SETTLED


def test_a_new_alarm_opens_a_settled_incident_again(told, play):
    told("take", "li")
    told("settle", "li", "阀门已关")
    play.hear(point_of(play.site, "z1-1", "combustible_gas", 1), 20)
    (case,) = play.correlator.desk.cases.values()
    assert case.status is IncidentStatus.OWNED


def test_what_a_person_wrote_stands_apart_from_the_sentence_around_it(told, play):
    told("note", "li", " 已派人 <b>去看</b> ")
    line = play.changes[-1].entries[-1]
    assert (line.kind, line.by, line.words) == ("note", "li", "已派人 <b>去看</b>")
