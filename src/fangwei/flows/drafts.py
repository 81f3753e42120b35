"""Flows that are being drawn: one draft per flow, kept with a revision, each change on the record."""

from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from fangwei.audit.record import Entry, record
from fangwei.core.errors import RevisionStale
from fangwei.core.texts import Text
from fangwei.db.session import Database
from fangwei.flows.cards import Branch, Flow
from fangwei.flows.compile import all_cards
from fangwei.flows.drafts_errors import FlowIdTaken, FlowMalformed, FlowTooLarge, FlowUnknown
from fangwei.flows.drafts_forms import check_forms
from fangwei.flows.drafts_models import DraftRow

MOST_CARDS = 500
"""A flow of 60 cards is a long one; what a person follows is far from this."""
DEEPEST = 8
"""Branches inside branches: compiling and drawing walk them one in another."""


class Draft(msgspec.Struct, kw_only=True):
    """A flow as it is drawn now."""

    id: str
    revision: int
    base: int | None
    """The published version it was begun from."""
    by: str
    time: int
    """UTC ns."""
    flow: Flow


def flow_of(given: Any) -> Flow:
    """A flow from JSON or plain data, within what we draw and run.

    Raises:
        FlowMalformed: it is no flow.
        FlowTooLarge: too many cards, or branches too deep.
        FormRefused: a form that is not harmless.
    """
    try:
        flow = msgspec.json.decode(given, type=Flow) if isinstance(given, bytes) else msgspec.convert(given, Flow)
    except (msgspec.ValidationError, msgspec.DecodeError, RecursionError) as error:
        raise FlowMalformed(why=str(error)[:300]) from None
    count = sum(1 for _ in all_cards(flow.cards))
    if count > MOST_CARDS:
        raise FlowTooLarge(what=Text("步骤", "steps"), most=MOST_CARDS, count=count)
    if (depth := _depth(flow.cards)) > DEEPEST:
        raise FlowTooLarge(what=Text("层分支", "branches inside each other"), most=DEEPEST, count=depth)
    check_forms(flow)
    return flow


def _depth(cards: Any) -> int:
    return max(
        (1 + max(_depth(card.then), _depth(card.otherwise)) for card in cards if isinstance(card, Branch)), default=0
    )


class Drafts:
    """The table of drafts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def listed(self) -> list[Draft]:
        """Every draft, the one changed last first."""
        async with self._database.session() as session:
            rows = await session.scalars(
                select(DraftRow).where(DraftRow.removed.is_(False)).order_by(DraftRow.time.desc(), DraftRow.flow)
            )
            return [_draft(row) for row in rows]

    async def show(self, flow: str) -> Draft:
        """One draft.

        Raises:
            FlowUnknown: nobody draws it.
        """
        async with self._database.session() as session:
            row = await session.get(DraftRow, flow)
        if row is None or row.removed:
            raise FlowUnknown(flow=flow)
        return _draft(row)

    async def begin(self, flow: Flow, base: int | None, by: str, command: str, now: int) -> Draft:
        """A new draft.

        Raises:
            FlowIdTaken: there is one already.
        """
        async with self._database.session() as session, session.begin():
            row = await session.get(DraftRow, flow.id, with_for_update=True)
            if row is not None and not row.removed:
                if row.command == command:
                    return _draft(row)
                raise FlowIdTaken(flow=flow.id)
            if row is None:
                row = DraftRow(flow=flow.id, revision=0)
                session.add(row)
            return await _write(session, row, flow, base, by, command, now, "flows.begin_draft", None)

    async def save(self, flow: Flow, revision: int, by: str, command: str, now: int) -> Draft:
        """Another revision, made from the one named.

        Raises:
            FlowUnknown: there is no such draft.
            RevisionStale: somebody else was first; carries the draft as it is.
        """
        async with self._database.session() as session, session.begin():
            row = await _wanted(session, flow.id)
            if row.command == command:
                return _draft(row)
            if row.revision != revision:
                raise RevisionStale(revision=row.revision, current=_draft(row))
            before = {"revision": row.revision, "cards": len(_draft(row).flow.cards)}
            return await _write(session, row, flow, row.base, by, command, now, "flows.save_draft", before)

    async def throw_away(self, flow: str, revision: int, by: str, command: str, now: int) -> Draft:
        """Take a draft out of the list; what was published stays, and so does the draft's last state in the table.

        Raises:
            FlowUnknown: there is no such draft.
            RevisionStale: somebody else changed it meanwhile.
        """
        async with self._database.session() as session, session.begin():
            row = await session.get(DraftRow, flow, with_for_update=True)
            if row is not None and row.removed and row.command == command:
                return _draft(row)
            row = await _wanted(session, flow)
            if row.revision != revision:
                raise RevisionStale(revision=row.revision, current=_draft(row))
            row.removed = True
            flow_now = _draft(row).flow
            return await _write(session, row, flow_now, row.base, by, command, now, "flows.remove_draft", None, True)


async def _wanted(session: AsyncSession, flow: str) -> DraftRow:
    row = await session.get(DraftRow, flow, with_for_update=True)
    if row is None or row.removed:
        raise FlowUnknown(flow=flow)
    return row


async def _write(
    session: AsyncSession,
    row: DraftRow,
    flow: Flow,
    base: int | None,
    by: str,
    command: str,
    now: int,
    action: str,
    before: dict[str, Any] | None,
    removed: bool = False,
) -> Draft:
    row.revision += 1
    row.command, row.time, row.by, row.base, row.removed = command, now, by, base, removed
    row.body = msgspec.json.encode(flow)
    after = {"revision": row.revision, "cards": len(flow.cards)}
    await session.flush()
    entry = Entry(
        id=f"flows/draft/{flow.id}/{row.revision}",
        time=now,
        by=by,
        action=action,
        subject=f"flow/{flow.id}",
        before=before,
        after=after,
    )
    await record(session, [entry])
    return _draft(row)


def _draft(row: DraftRow) -> Draft:
    return Draft(
        id=row.flow,
        revision=row.revision,
        base=row.base,
        by=row.by,
        time=row.time,
        flow=msgspec.json.decode(row.body, type=Flow),
    )
