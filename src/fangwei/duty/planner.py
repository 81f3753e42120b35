"""The rota's questions and commands: the week, what a change would do, the change itself."""

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec

from fangwei.audit.record import Entry
from fangwei.bus import subjects
from fangwei.bus.client import Bus
from fangwei.core.clock import now_ns, to_datetime
from fangwei.core.errors import RevisionStale
from fangwei.core.lists import Paging, cut
from fangwei.core.texts import Text
from fangwei.duty import changes_words, check, errors, gaps, texts
from fangwei.duty.changes import Body, Change, undone_by
from fangwei.duty.ledger import Ledger
from fangwei.duty.models import RotaChangeRow
from fangwei.duty.plan import Plan
from fangwei.duty.standing import Standing
from fangwei.duty.week import Week, week

MOST_DAYS = 42
MOST_CHANGES = 50_000
"""Ten a day for thirteen years; beyond it the duty file should be written anew."""
MOST_GAPS_SAID = 5


class AskWeek(msgspec.Struct):
    """Question `fw.ask.duty.week`; without a day it begins on this week's Monday."""

    first: date | None = None
    days: int = 7


class AskChanges(Paging, frozen=True):
    """Question `fw.ask.duty.changes`, the newest first unless sorted."""


class AskPreview(msgspec.Struct):
    """Question `fw.ask.duty.preview`: what a change would do."""

    body: Body


class ChangeRota(msgspec.Struct):
    """Command `fw.do.duty.change_rota`. `revision` is the rota it was planned on; a change that leaves a step without
    anybody must say `accept_gaps`."""

    id: str
    by: str
    why: str
    revision: int
    body: Body
    accept_gaps: bool = False


class Preview(msgspec.Struct):
    """What a change would do: in words, and the gaps it would open."""

    text: Text
    gaps: list[Text]
    revision: int


class ToldChange(msgspec.Struct):
    """A change as people read it; `undone_by` is the change that took it back."""

    id: str
    number: int
    time: int
    by: str
    why: str
    text: Text
    body: Body
    undone_by: str | None = None


class ChangesPage(msgspec.Struct):
    """The answer of `fw.ask.duty.changes`."""

    total: int
    offset: int
    items: list[ToldChange]


SORTS: dict[str, Callable[[ToldChange], Any]] = {"time": lambda c: c.number, "by": lambda c: c.by}


class Planner:
    """Answers for the rota."""

    def __init__(self, standing: Standing, ledger: Ledger) -> None:
        self._standing = standing
        self._ledger = ledger
        self._one_at_a_time = asyncio.Lock()

    async def offer(self, bus: Bus) -> None:
        """Answer from now on."""
        await bus.answer(f"{subjects.ASK}.duty.week", AskWeek, self.week)
        await bus.answer(f"{subjects.ASK}.duty.changes", AskChanges, self.listed)
        await bus.answer(f"{subjects.ASK}.duty.preview", AskPreview, self.preview)
        await bus.answer(f"{subjects.DO}.duty.change_rota", ChangeRota, self.change)

    async def week(self, question: AskWeek) -> Week:
        """The rota of some days, by step and group of zones."""
        standing = self._standing
        first = question.first
        if first is None:
            today = to_datetime(now_ns(), standing.site.head.timezone).date()
            first = date.fromordinal(today.toordinal() - today.weekday())
        if not check.FIRST_DAY <= first <= check.LAST_DAY - check.LONGEST_LOOK:
            raise errors.DayImpossible()
        days = max(1, min(question.days, MOST_DAYS))
        return week(standing.rota.plan, standing.zone_names, first, days, standing.revision)

    async def listed(self, question: AskChanges) -> ChangesPage:
        """Every change ever made, the newest first."""
        changes = self._standing.changes
        dead = undone_by(changes)
        told = (self._told(change, dead.get(change.id)) for change in reversed(changes))
        total, items = cut(told, question, SORTS, lambda c: f"{c.text.zh} {c.text.en} {c.why} {c.by} {c.id}")
        return ChangesPage(total, question.bounds()[0], items)

    async def preview(self, question: AskPreview) -> Preview:
        """What the change would do, without doing it."""
        standing = self._standing
        found = self._opened_by(question.body)
        return Preview(self._words(question.body), found, standing.revision)

    async def change(self, order: ChangeRota) -> msgspec.Raw:
        """Keep a change; the same command again gives the same answer."""
        async with self._one_at_a_time:
            known = await self._ledger.answered("change_rota", order.id)
            if known is not None:
                return known
            standing = self._standing
            if order.revision != standing.revision:
                raise RevisionStale(revision=standing.revision, current={"revision": standing.revision})
            if len(standing.changes) >= MOST_CHANGES:
                raise errors.TooManyChanges(limit=MOST_CHANGES)
            opened = self._opened_by(order.body)
            if opened and not order.accept_gaps:
                raise errors.LeavesGap(gaps=_joined(opened), current={"gaps": opened})
            change = Change(
                id=order.id,
                number=standing.revision + 1,
                time=now_ns(),
                by=order.by,
                why=order.why.strip()[:500],
                body=order.body,
            )
            told = self._told(change, None)
            answer = await self._ledger.keep(
                "change_rota", order.id, told, [_row(change)], [self._entry(change, opened)]
            )
            standing.changes.append(change)
            standing.changed()
            return answer

    def _opened_by(self, body: Body) -> list[Text]:
        """The gaps a change would open, as sentences.

        Raises:
            FangweiError: the change makes no sense.
        """
        standing = self._standing
        plan = standing.rota.plan
        check.check(body, plan, standing.changes, standing.known)
        draft = Change(id="draft", number=standing.revision + 1, time=0, by="", why="", body=body)
        after = Plan(plan.duty, plan.timezone, plan.turns, (*standing.changes, draft))
        zones = standing.zone_names
        wanted = gaps.expected(plan, zones) | gaps.expected(after, zones)
        fresh = [
            gap
            for start, end in check.touched(body, plan, standing.changes)
            for gap in gaps.new_gaps(gaps.gaps(plan, wanted, start, end), gaps.gaps(after, wanted, start, end))
        ]
        return [gaps.words(gap, zones, plan.timezone) for gap in fresh]

    def _words(self, body: Body) -> Text:
        standing = self._standing
        return changes_words.words(
            body, standing.rota.plan, {p.id: p.name.text for p in standing.site.duty.people}, standing.changes
        )

    def _told(self, change: Change, undone: str | None) -> ToldChange:
        text = self._words(change.body)
        return ToldChange(change.id, change.number, change.time, change.by, change.why, text, change.body, undone)

    def _entry(self, change: Change, opened: list[Text]) -> Entry:
        return Entry(
            id=f"duty/rota/{change.id}",
            time=change.time,
            by=change.by,
            action="duty.rota",
            subject=f"rota/{change.number}",
            before={"revision": change.number - 1},
            after={"change": msgspec.to_builtins(change.body), "gaps": [gap.en for gap in opened]},
            words=change.why or None,
        )


def _row(change: Change) -> RotaChangeRow:
    return RotaChangeRow(
        number=change.number,
        id=change.id,
        time=change.time,
        by=change.by,
        why=change.why,
        body=msgspec.json.encode(change.body),
    )


def _joined(sentences: list[Text]) -> Text:
    """A few sentences as one, and how many more there are."""
    said = sentences[:MOST_GAPS_SAID]
    one = Text(texts.JOIN_GAPS.zh.join(s.zh for s in said), texts.JOIN_GAPS.en.join(s.en for s in said))
    rest = len(sentences) - len(said)
    return one if rest == 0 else texts.MORE_GAPS.format(gaps=one, number=rest)
