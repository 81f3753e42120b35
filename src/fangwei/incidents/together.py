"""Alarms that go and come back together are moved by one thing: a fan that switches, a door, the wind. Pure.

Each of them alone looks like chatter. What tells them apart is that noise does not keep step: the turns of two
instruments that chatter are each other's strangers.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from itertools import accumulate, pairwise

from fangwei.core.clock import SECOND
from fangwei.incidents.behaviour import History
from fangwei.incidents.membership import Case

STEP = 10 * SECOND
"""Air that a fan moves reaches the instruments of a hall within some seconds of each other. Alarms that turn faster
than this are in step with everything by chance and say nothing."""
SHARE = 0.7
"""Of the others that turned at all and could turn this way just before, so many must have done so within `STEP`: two
alarms that alternate every 40 s do that once by chance in two, ten of them twice in a row once in hundreds."""
LEAST = 4


def moved_together(case: Case, histories: Mapping[str, History], now: int) -> set[str]:
    """The members that keep step with the others in every turn since their onset that is older than `STEP`.

    A turn younger than that has the benefit of the doubt: the others may still follow. Empty with fewer than `LEAST`
    others that turned. How short the first activation was says nothing: the fan may start a second after it.
    """
    turns: dict[str, list[tuple[int, bool]]] = {}
    for alarm, member in case.members.items():
        later = [turn for turn in histories[alarm].turns if turn[0] > member.onset]
        if later and _unhurried([time for time, _ in later]):
            turns[alarm] = later
    if len(turns) <= LEAST:
        return set()
    by_way = {
        way: sorted((time, alarm) for alarm, its in turns.items() for time, active in its if active is way)
        for way in (True, False)
    }
    could = {way: _standing(case, turns, not way) for way in (True, False)}
    found = set()
    for alarm, its in turns.items():
        old = [turn for turn in its if now - turn[0] > STEP]
        if old and all(_in_step(time, alarm, by_way[way], could[way]) for time, way in old):
            found.add(alarm)
    return found


def _unhurried(times: list[int]) -> bool:
    return all(later - earlier >= STEP for earlier, later in pairwise(times))


def _standing(case: Case, turns: dict[str, list[tuple[int, bool]]], active: bool) -> tuple[list[int], list[int]]:
    """How many alarms were in that state from which time on: (times, counts)."""
    steps: list[tuple[int, int]] = []
    for alarm, its in turns.items():
        if active:
            steps.append((case.members[alarm].onset, 1))
        steps += [(time, 1 if way is active else -1) for time, way in its]
    steps.sort()
    return [time for time, _ in steps], list(accumulate(step for _, step in steps))


def _in_step(time: int, alarm: str, same_way: list[tuple[int, str]], could: tuple[list[int], list[int]]) -> bool:
    first = bisect_left(same_way, (time - STEP, ""))
    last = bisect_right(same_way, (time + STEP, "\U0010ffff"))
    beside = {name for _, name in same_way[first:last]} - {alarm}
    before = bisect_right(could[0], time - STEP)
    others = could[1][before - 1] - 1 if before else 0
    return len(beside) >= max(LEAST, SHARE * others)
