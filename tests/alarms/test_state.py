"""The life of an alarm: the rules of ISA-18.2 / IEC 62682, one by one and over random lives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangwei.alarms import errors
from fangwei.alarms.state import (
    LONGEST_PROTECTED_SHELVING,
    LONGEST_SHELVING,
    Acknowledge,
    Change,
    Character,
    Event,
    Life,
    PutBack,
    Raise,
    Reset,
    Return,
    Shelve,
    Suppress,
    TakeOut,
    TimePasses,
    Unshelve,
    Unsuppress,
    decide,
)
from fangwei.core.clock import HOUR, MINUTE
from fangwei.core.errors import FangweiError
from fangwei.core.events import AlarmChange, AlarmState, Hazard

NOW = 1_700_000_000_000_000_000
PLAIN = Character(alarm="P.hi", hazard=Hazard.PROCESS)
LATCH = Character(alarm="P.hi", hazard=Hazard.PROCESS, latch=True)
GAS = Character(alarm="G.hi", hazard=Hazard.RELEASE)


def live(*events: Event, character: Character = PLAIN, now: int = NOW) -> Life:
    life = Life()
    for event in events:
        life, _ = decide(character, life, event, now)
    return life


UP, DOWN, SEEN = Raise("P.hi@1", 1), Return(), Acknowledge("li")
AWAY = Shelve("li", "换探头", NOW + HOUR)
OUT = TakeOut("li", "wang", "检修")


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ((), AlarmState.NORMAL),
        ((UP,), AlarmState.UNACKED),
        ((UP, SEEN), AlarmState.ACKED),
        ((UP, DOWN), AlarmState.RETURNED_UNACKED),
        ((UP, DOWN, SEEN), AlarmState.NORMAL),
        ((UP, SEEN, DOWN), AlarmState.NORMAL),
        ((UP, AWAY), AlarmState.SHELVED),
        ((UP, Suppress("s", "停车")), AlarmState.SUPPRESSED),
        ((UP, AWAY, OUT), AlarmState.OUT_OF_SERVICE),
    ],
)
def test_the_state_after(events: tuple[Event, ...], state: AlarmState) -> None:
    assert live(*events).state is state


def test_shelved_alarm_returns_unacked_when_its_time_is_up() -> None:
    shelved = live(UP, SEEN, AWAY)
    assert decide(PLAIN, shelved, TimePasses(), NOW + HOUR - 1) == (shelved, ())
    life, changes = decide(PLAIN, shelved, TimePasses(), NOW + HOUR)
    assert life.state is AlarmState.UNACKED
    assert [c.change for c in changes] == [AlarmChange.UNSHELVED]


def test_shelved_alarm_returns_acked_when_a_person_ends_it() -> None:
    assert live(UP, AWAY, Unshelve("li")).state is AlarmState.ACKED


def test_an_activation_while_shelved_that_nobody_saw_waits_when_the_time_is_up() -> None:
    life, _ = decide(PLAIN, live(AWAY, UP, DOWN), TimePasses(), NOW + HOUR)
    assert life.state is AlarmState.RETURNED_UNACKED


@pytest.mark.parametrize(
    ("hide", "show", "change"),
    [
        (Suppress("s", "停车"), Unsuppress("s"), AlarmChange.UNSUPPRESSED),
        (OUT, PutBack("li"), AlarmChange.PUT_BACK),
    ],
)
def test_an_alarm_active_when_it_comes_back_is_announced_again(hide: Event, show: Event, change: AlarmChange) -> None:
    life, changes = decide(PLAIN, live(UP, SEEN, hide), show, NOW)
    assert life.state is AlarmState.UNACKED
    assert [c.change for c in changes] == [change]


def test_two_suppressions_both_have_to_end() -> None:
    life = live(UP, Suppress("a", "停车"), Suppress("b", "检修"), Unsuppress("a"))
    assert life.state is AlarmState.SUPPRESSED
    assert decide(PLAIN, life, Unsuppress("b"), NOW)[0].state is AlarmState.UNACKED


def test_a_latched_alarm_stays_until_acknowledged_and_reset() -> None:
    life = live(UP, SEEN, DOWN, character=LATCH)
    assert (life.state, life.active, life.latched) == (AlarmState.ACKED, False, True)
    assert decide(LATCH, life, Reset("li"), NOW)[0].state is AlarmState.NORMAL


@pytest.mark.parametrize("events", [(), (UP,), (UP, SEEN), (UP, DOWN)])
def test_reset_is_refused_while_active_or_unseen(events: tuple[Event, ...]) -> None:
    with pytest.raises(errors.NothingToReset):
        decide(LATCH, live(*events, character=LATCH), Reset("li"), NOW)


@pytest.mark.parametrize("hazard", [Hazard.RELEASE, Hazard.FIRE, Hazard.PEOPLE])
def test_gas_fire_and_evacuation_alarms_are_never_shelved_by_logic(hazard: Hazard) -> None:
    character = Character(alarm="X", hazard=hazard)
    with pytest.raises(errors.LogicMayNotShelve):
        decide(character, live(UP), Shelve("logic:flood", "泛滥", NOW + MINUTE, automatic=True), NOW)


@pytest.mark.parametrize(("character", "longest"), [(PLAIN, LONGEST_SHELVING), (GAS, LONGEST_PROTECTED_SHELVING)])
def test_a_shelving_has_an_end_and_for_gas_a_near_one(character: Character, longest: int) -> None:
    decide(character, live(UP), Shelve("li", "换探头", NOW + longest), NOW)
    for until in (NOW + longest + 1, NOW, NOW - 1):
        with pytest.raises(errors.ShelvingTooLong):
            decide(character, live(UP), Shelve("li", "换探头", until), NOW)


@pytest.mark.parametrize(
    ("life", "event", "error"),
    [
        (live(), SEEN, errors.NothingToAcknowledge),
        (live(UP, SEEN), SEEN, errors.NothingToAcknowledge),
        (live(UP, AWAY), SEEN, errors.NotAnnunciated),
        (live(UP), Shelve("li", " ", NOW + HOUR), errors.ReasonMissing),
        (live(UP), Unshelve("li"), errors.NotShelved),
        (live(UP), TakeOut("li", "li", "检修"), errors.SecondPersonMissing),
        (live(UP), TakeOut("li", "", "检修"), errors.SecondPersonMissing),
        (live(UP), TakeOut("li", "wang", ""), errors.ReasonMissing),
        (live(OUT), OUT, errors.AlreadyOutOfService),
        (live(UP), PutBack("li"), errors.NotOutOfService),
    ],
)
def test_what_is_refused_and_why(life: Life, event: Event, error: type[FangweiError]) -> None:
    with pytest.raises(error):
        decide(PLAIN, life, event, NOW)


def test_an_alarm_that_the_site_says_is_not_shelvable() -> None:
    with pytest.raises(errors.NotShelvable):
        decide(Character(alarm="X", hazard=Hazard.PROCESS, shelvable=False), live(UP), AWAY, NOW)


EVENTS = st.one_of(
    st.integers(1, 10**6).map(lambda t: Raise(f"P.hi@{t}", t)),
    st.just(DOWN),
    st.sampled_from(["li", "wang"]).map(Acknowledge),
    st.integers(1, 12).map(lambda h: Shelve("li", "因", NOW + h * HOUR)),
    st.just(Unshelve("li")),
    st.just(TimePasses()),
    st.sampled_from("ab").map(lambda i: Suppress(i, "因")),
    st.sampled_from("ab").map(Unsuppress),
    st.just(OUT),
    st.just(PutBack("li")),
    st.just(Reset("li")),
)


def run(character: Character, events: list[Event]) -> list[tuple[Life, Event, Life, tuple[Change, ...]]]:
    life, steps, now = Life(), [], NOW
    for event in events:
        now += 30 * MINUTE
        if isinstance(event, Shelve):
            event = Shelve(event.by, event.reason, event.until - NOW + now)
        try:
            after, changes = decide(character, life, event, now)
        except FangweiError:
            continue
        steps.append((life, event, after, changes))
        life = after
    return steps


@given(st.lists(EVENTS, max_size=40), st.booleans())
def test_no_activation_is_lost_in_any_life(events: list[Event], latch: bool) -> None:
    for before, event, after, changes in run(Character(alarm="P.hi", hazard=Hazard.PROCESS, latch=latch), events):
        if isinstance(event, Raise) and not before.active:
            assert [c.change for c in changes] == [AlarmChange.RAISED]
            assert after.active and not after.acked and after.occurrence == event.occurrence
        if before.active and not after.active:
            assert isinstance(event, Return)
        if not before.acked and after.acked and after.active:
            assert isinstance(event, Acknowledge | Unshelve), "only a person makes an active alarm acked"


@given(st.lists(EVENTS, max_size=40), st.booleans())
def test_whatever_changes_the_shown_state_is_told(events: list[Event], latch: bool) -> None:
    for before, event, after, changes in run(Character(alarm="P.hi", hazard=Hazard.PROCESS, latch=latch), events):
        if before.state is not after.state:
            assert changes, (before.state, event, after.state)
        if before.hidden and not after.hidden and after.active:
            shown = {AlarmChange.UNSHELVED, AlarmChange.UNSUPPRESSED, AlarmChange.PUT_BACK}
            assert {c.change for c in changes} & shown


@given(st.lists(EVENTS, max_size=40))
def test_what_is_said_twice_changes_nothing(events: list[Event]) -> None:
    for _before, event, after, _changes in run(PLAIN, events):
        if isinstance(event, Raise | Return | Suppress | Unsuppress):
            assert decide(PLAIN, after, event, NOW) == (after, ())
