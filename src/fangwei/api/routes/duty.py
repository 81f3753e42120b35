"""Duty: who is on, the rota and its changes, escalation chains, contacts, receipts, hand-over notes."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query
from starlette.responses import Response

from fangwei.api.callers import needs
from fangwei.api.context import Command, Context, ItemId, Time, as_json
from fangwei.api.conventions import IfMatch, Listing, page, revision_of, tagged
from fangwei.api.routes import duty_bodies as bodies
from fangwei.bus import subjects
from fangwei.duty.chain_desk import Chains
from fangwei.duty.chains import Chain
from fangwei.duty.contact_shapes import ToldContact
from fangwei.duty.errors import ContactNotYours
from fangwei.identity.caller import Caller


class _Revised(msgspec.Struct):
    revision: int


def router(context: Context) -> APIRouter:
    """Everything under /duty."""
    routes = APIRouter(prefix="/duty", tags=["duty"])

    async def with_tag(subject: str, question: object) -> Response:
        answer = await context.bus.ask(f"{subjects.ASK}.{subject}", question, 5.0)
        return tagged(answer, msgspec.json.decode(answer, type=_Revised).revision)

    def theirs(caller: Caller, person: str) -> None:
        # Addresses are people's own; whoever keeps the accounts may help.
        if caller.id != person and not caller.may("identity.edit"):
            raise ContactNotYours()

    # --- the rota -----------------------------------------------------------------------------------------------

    @routes.get("/on-duty")
    async def on_duty(
        caller: Annotated[Caller, needs("duty.read")],
        zone: Annotated[ItemId | None, Query()] = None,
        time: Annotated[Time | None, Query()] = None,
    ) -> Response:
        """Who answers for a zone (the whole site without one), step by step of escalation."""
        return await context.ask("duty.on_duty", {"zone": zone, "time": time})

    @routes.get("/week")
    async def week(
        caller: Annotated[Caller, needs("duty.read")],
        first: Annotated[date | None, Query(description="The first day; this week's Monday without one")] = None,
        days: Annotated[int, Query(ge=1, le=42)] = 7,
    ) -> Response:
        """The rota by step and group of zones, with its gaps; the ETag is the revision that a change must name."""
        return await with_tag("duty.week", {"first": first, "days": days})

    @routes.get("/changes")
    async def changes(want: Listing, caller: Annotated[Caller, needs("duty.read")]) -> Response:
        """Every change of the rota, the newest first, also those taken back."""
        return await context.ask("duty.changes", want)

    @routes.post("/changes/preview")
    async def preview(trial: bodies.TrialForm, caller: Annotated[Caller, needs("duty.read")]) -> Response:
        """What a change would do: in words, with the gaps it would open. Nothing is kept."""
        return await context.ask("duty.preview", trial.model_dump(exclude_none=True))

    @routes.post("/changes")
    async def change(
        command: bodies.RotaForm, caller: Annotated[Caller, needs("duty.rota")], if_match: IfMatch = None
    ) -> Response:
        """Change the rota. A change that leaves a step without anybody is refused with the gaps in words (409
        `duty.leaves_gap`) until it says `accept_gaps`. Who answers for some zones only adds shifts there; what else
        changes the rota concerns the whole site."""
        added = command.body.shift.zones if isinstance(command.body, bodies.AddForm) else []
        context.may_everywhere(caller, "duty.rota", added)
        return await context.do("duty.change_rota", command, caller, revision=revision_of(if_match))

    @routes.post("/changes/{change}/undo")
    async def undo(
        change: ItemId,
        command: bodies.UndoForm,
        caller: Annotated[Caller, needs("duty.rota")],
        if_match: IfMatch = None,
    ) -> Response:
        """Take a change back; that too is a change."""
        context.may_everywhere(caller, "duty.rota", [])
        body = {"type": "undo", "change": change}
        return await context.do("duty.change_rota", command, caller, revision=revision_of(if_match), body=body)

    # --- chains -------------------------------------------------------------------------------------------------

    @routes.get("/chains")
    async def chains(want: Listing, caller: Annotated[Caller, needs("duty.read")]) -> Response:
        """The escalation chains, each with its revision; `default` is what holds where none fits."""
        found = msgspec.json.decode(await context.bus.ask(f"{subjects.ASK}.duty.chains", {}), type=Chains)
        fields: dict[str, Callable[[Chain], Any]] = {
            "id": lambda c: c.id,
            "name": lambda c: c.body.name.en,
            "time": lambda c: c.time,
        }
        part = page(found.items, want, fields, lambda c: f"{c.id} {c.body.name.zh} {c.body.name.en}")
        return as_json(part | {"default": found.default})

    async def theirs_before(caller: Caller, chain: str) -> None:
        if caller.zones is not None:
            found = msgspec.json.decode(await context.bus.ask(f"{subjects.ASK}.duty.chains", {}), type=Chains)
            # One that is not there the room refuses in its own words.
            for one in found.items:
                if one.id == chain:
                    context.may_everywhere(caller, "duty.chains", one.body.zones)

    @routes.post("/chains")
    async def new_chain(command: bodies.ChainForm, caller: Annotated[Caller, needs("duty.chains")]) -> Response:
        """A new chain."""
        context.may_everywhere(caller, "duty.chains", command.body.zones)
        return await saved("duty.save_chain", command, caller)

    @routes.put("/chains/{chain}")
    async def edit_chain(
        chain: ItemId,
        command: bodies.ChainForm,
        caller: Annotated[Caller, needs("duty.chains")],
        if_match: IfMatch = None,
    ) -> Response:
        """Another revision of a chain; for the zones it was for before, too."""
        await theirs_before(caller, chain)
        context.may_everywhere(caller, "duty.chains", command.body.zones)
        return await saved("duty.save_chain", command, caller, chain=chain, revision=revision_of(if_match))

    @routes.post("/chains/{chain}/remove")
    async def remove_chain(
        chain: ItemId, command: Command, caller: Annotated[Caller, needs("duty.chains")], if_match: IfMatch = None
    ) -> Response:
        """Take a chain away; what it was is kept."""
        await theirs_before(caller, chain)
        return await context.do("duty.remove_chain", command, caller, chain=chain, revision=revision_of(if_match))

    @routes.post("/dry-run")
    async def dry_run(question: bodies.DryRunForm, caller: Annotated[Caller, needs("duty.read")]) -> Response:
        """Who would be told when, if an incident opened and nobody answered. Nothing is sent."""
        return await context.ask("duty.dry_run", question.model_dump(exclude_none=True))

    # --- contacts -----------------------------------------------------------------------------------------------

    @routes.get("/people/{person}/contacts")
    async def contacts(person: ItemId, want: Listing, caller: Annotated[Caller, needs("duty.contacts")]) -> Response:
        """Every way to reach a person; addresses without what is secret in them."""
        theirs(caller, person)
        answer = await context.bus.ask(f"{subjects.ASK}.duty.contacts", {"person": person})
        found = msgspec.json.decode(answer, type=list[ToldContact])
        fields: dict[str, Callable[[ToldContact], Any]] = {"name": lambda c: c.name, "type": lambda c: c.type}
        return as_json(page(found, want, fields, lambda c: f"{c.id} {c.name} {c.type}"))

    @routes.post("/people/{person}/contacts")
    async def new_contact(
        person: ItemId, command: bodies.ContactForm, caller: Annotated[Caller, needs("duty.contacts")]
    ) -> Response:
        """A new channel of one's own."""
        theirs(caller, person)
        return await saved("duty.save_contact", command, caller, person=person)

    @routes.put("/people/{person}/contacts/{contact}")
    async def edit_contact(
        person: ItemId,
        contact: ItemId,
        command: bodies.ContactForm,
        caller: Annotated[Caller, needs("duty.contacts")],
        if_match: IfMatch = None,
    ) -> Response:
        """Another revision of a channel; the address stays unless one is given."""
        theirs(caller, person)
        revision = revision_of(if_match)
        return await saved("duty.save_contact", command, caller, person=person, contact=contact, revision=revision)

    @routes.post("/people/{person}/contacts/{contact}/remove")
    async def remove_contact(
        person: ItemId,
        contact: ItemId,
        command: Command,
        caller: Annotated[Caller, needs("duty.contacts")],
        if_match: IfMatch = None,
    ) -> Response:
        """Take a channel away, its address with it."""
        theirs(caller, person)
        revision = revision_of(if_match)
        return await context.do(
            "duty.remove_contact", command, caller, person=person, contact=contact, revision=revision
        )

    @routes.post("/people/{person}/contacts/{contact}/test")
    async def test_contact(
        person: ItemId, contact: ItemId, command: Command, caller: Annotated[Caller, needs("duty.contacts")]
    ) -> Response:
        """Send a real test notice (`websocket`: the page); the answer is its fate so far."""
        theirs(caller, person)
        return await context.do("duty.test_contact", command, caller, person=person, contact=contact)

    @routes.get("/receipts")
    async def receipts(
        want: Listing,
        caller: Annotated[Caller, needs("duty.read")],
        person: Annotated[ItemId | None, Query()] = None,
        incident: Annotated[ItemId | None, Query()] = None,
    ) -> Response:
        """Notices, the newest first: sent, arrived, read, failed, with times."""
        question = msgspec.structs.asdict(want) | {"person": person, "incident": incident}
        return await context.ask("duty.receipts", question)

    # --- hand-over ----------------------------------------------------------------------------------------------

    @routes.get("/open")
    async def open_now(caller: Annotated[Caller, needs("duty.read")]) -> Response:
        """What the next shift must know, as of now; what is not known is named."""
        return await context.ask("duty.open", {})

    @routes.get("/handovers")
    async def handovers(want: Listing, caller: Annotated[Caller, needs("duty.read")]) -> Response:
        """Hand-over notes, the newest first."""
        return await context.ask("duty.handovers", want)

    @routes.get("/handovers/{handover}")
    async def handover(handover: ItemId, caller: Annotated[Caller, needs("duty.read")]) -> Response:
        """One hand-over note."""
        return await context.ask("duty.handover", {"handover": handover})

    @routes.post("/handovers")
    async def hand_over(command: bodies.HandOverForm, caller: Annotated[Caller, needs("duty.handover")]) -> Response:
        """Hand over: what is open now is kept with the outgoing person's words."""
        return await context.do("duty.hand_over", command, caller)

    @routes.post("/handovers/{handover}/confirm")
    async def confirm(
        handover: ItemId, command: bodies.ConfirmForm, caller: Annotated[Caller, needs("duty.handover")]
    ) -> Response:
        """The incoming person has read it."""
        return await context.do("duty.confirm_handover", command, caller, handover=handover)

    async def saved(subject: str, command: Command, caller: Caller, **more: Any) -> Response:
        answer = await context.do(subject, command, caller, **more)
        revision = msgspec.json.decode(answer.body, type=_Revised).revision
        return tagged(bytes(answer.body), revision)

    return routes
