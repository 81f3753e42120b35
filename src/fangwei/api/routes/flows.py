"""Flows as they are drawn: drafts, their BPMN, what is wrong with them, and what was published."""

import re
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter
from pydantic import Field, StringConstraints
from starlette.responses import Response

from fangwei.api.callers import needs
from fangwei.api.context import Command, Context, as_json
from fangwei.api.conventions import IfMatch, Listing, page, revision_of, tagged
from fangwei.core.clock import now_ns
from fangwei.core.texts import Text
from fangwei.flows.cards import Flow, Noun
from fangwei.flows.drafts import Draft, Drafts, flow_of
from fangwei.flows.drafts_errors import FlowMalformed
from fangwei.identity.caller import Caller

FLOW_ID = r"^[a-z][a-z0-9_-]{0,63}$"
FlowId = Annotated[str, StringConstraints(pattern=FLOW_ID)]


class FlowForm(Command):
    """A flow as it is drawn (src/fangwei/flows/cards.py)."""

    flow: dict[str, Any]


class BeginForm(FlowForm):
    """A new draft; `base` is the published version that it is begun from."""

    base: Annotated[int | None, Field(ge=1, le=1_000_000)] = None


class FlowRow(msgspec.Struct, kw_only=True):
    """A flow in the list."""

    id: str
    name: Text
    noun: Noun
    work: str | None
    standard: str | None
    draft: int | None
    """Revision of the draft, where somebody draws."""
    version: int | None
    """The version that new runs take, where it was published."""
    time: int
    """When it was changed last, UTC ns."""
    by: str
    cards: int


class FlowsPage(msgspec.Struct):
    """A page of flows."""

    total: int
    offset: int
    items: list[FlowRow]


def router(context: Context) -> APIRouter:
    """Everything under /flows."""
    routes = APIRouter(prefix="/flows", tags=["flows"])
    drafts = Drafts(context.gate.store.database)

    @routes.get("")
    async def listed(want: Listing, caller: Annotated[Caller, needs("flows.read")]) -> Response:
        """Every flow, drawn or published; sorted by `name`, `noun` or `time`."""
        rows = [_row(draft) for draft in await drafts.listed()]
        by: dict[str, Any] = {"name": lambda r: r.name.zh, "noun": lambda r: r.noun.value, "time": lambda r: r.time}
        return as_json(page(rows, want, by, lambda r: f"{r.id} {r.name.zh} {r.name.en}"))

    @routes.post("")
    async def begin(command: BeginForm, caller: Annotated[Caller, needs("flows.draw")]) -> Response:
        """Begin to draw: from nothing, from a template or from a published version."""
        flow = flow_of(command.flow)
        draft = await drafts.begin(_named(flow, flow.id), command.base, caller.id, command.id, now_ns())
        return tagged(draft, draft.revision)

    @routes.get("/{flow}/draft")
    async def draft(flow: FlowId, caller: Annotated[Caller, needs("flows.read")]) -> Response:
        """The flow as it is drawn now; the ETag is what a change must name."""
        found = await drafts.show(flow)
        return tagged(found, found.revision)

    @routes.put("/{flow}/draft")
    async def save(
        flow: FlowId, command: FlowForm, caller: Annotated[Caller, needs("flows.draw")], if_match: IfMatch = None
    ) -> Response:
        """Another revision of a draft; 412 with the draft as it is now where somebody else was first."""
        drawn = _named(flow_of(command.flow), flow)
        saved = await drafts.save(drawn, revision_of(if_match), caller.id, command.id, now_ns())
        return tagged(saved, saved.revision)

    @routes.post("/{flow}/draft/remove")
    async def remove(
        flow: FlowId, command: Command, caller: Annotated[Caller, needs("flows.draw")], if_match: IfMatch = None
    ) -> Response:
        """Throw a draft away; what was published stays."""
        gone = await drafts.throw_away(flow, revision_of(if_match), caller.id, command.id, now_ns())
        return tagged(gone, gone.revision)

    return routes


def _named(flow: Flow, id: str) -> Flow:
    if flow.id != id or not re.fullmatch(FLOW_ID, id):
        raise FlowMalformed(why=Text(f"编号 {flow.id!r} 不可用", f"its id {flow.id!r} cannot be used"))
    return flow


def _row(draft: Draft) -> FlowRow:
    flow = draft.flow
    return FlowRow(
        id=flow.id,
        name=flow.name,
        noun=flow.noun,
        work=flow.work,
        standard=flow.standard,
        draft=draft.revision,
        version=None,
        time=draft.time,
        by=draft.by,
        cards=len(flow.cards),
    )
