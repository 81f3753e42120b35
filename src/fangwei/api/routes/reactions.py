"""Real-time rules: written, tried on history, armed by two, disarmed by one; what they did."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from fangwei.api.callers import needs
from fangwei.api.context import Command, Context, ItemId
from fangwei.api.conventions import IfMatch, Listing, revision_of, tagged
from fangwei.bus import subjects
from fangwei.identity.caller import Caller
from fangwei.reactions.errors import RuleUnreadable
from fangwei.reactions.questions import Standing
from fangwei.reactions.rule import RuleBody

ABOUT_BODY = "A rule: name, when, join, window_s, there, then, cooldown_s, per_hour, blind (docs/reactions.md)"
Body = Annotated[dict[str, Any], Field(max_length=20, description=ABOUT_BODY)]


class NewRule(Command):
    """A new rule; the command's id becomes its own."""

    body: Body


class ToCheck(BaseModel):
    """A rule to be judged without saving it; `rule` names the one it would become a revision of."""

    model_config = ConfigDict(extra="forbid")

    body: Body
    rule: ItemId | None = None


class Try(Command):
    """Run the saved revision against history; the command's id is the try's."""

    days: Annotated[float, Field(gt=0, le=90, allow_inf_nan=False)] = 30.0


class Arm(Command):
    """Arm the revision that If-Match names."""


class Disarm(Command):
    """Stop it; also takes back that it shall be armed."""


def router(context: Context) -> APIRouter:
    """/reactions: rules, /reactions/firings, /reactions/tries/{id}."""
    routes = APIRouter(prefix="/reactions", tags=["reactions"])

    @routes.get("")
    async def listed(want: Listing, caller: Annotated[Caller, needs("reactions.read")]) -> Response:
        """Rules and how each stands; sort by name, state, updated, fired."""
        return await context.ask("reactions.list", want)

    @routes.get("/firings")
    async def firings(
        want: Listing,
        caller: Annotated[Caller, needs("reactions.read")],
        rule: Annotated[ItemId | None, Query()] = None,
    ) -> Response:
        """What fired, the newest first: by which inputs, and what became of each command."""
        return await context.ask("reactions.firings", msgspec.to_builtins(want) | {"rule": rule})

    @routes.get("/tries/{attempt}")
    async def tried(attempt: ItemId, caller: Annotated[Caller, needs("reactions.read")]) -> Response:
        """How far a try is, and when the rule would have fired."""
        return await context.ask("reactions.dry_run", {"id": attempt})

    @routes.post("/check")
    async def check(asked: ToCheck, caller: Annotated[Caller, needs("reactions.draw")]) -> Response:
        """Why a rule would be refused, and what to know before arming; changes nothing."""
        question = {"body": rule_of(asked.body), "rule": asked.rule}
        return await context.ask("reactions.check", question)

    @routes.post("")
    async def create(command: NewRule, caller: Annotated[Caller, needs("reactions.draw")]) -> Response:
        """A new rule, as a draft."""
        return await _saved(command, caller, rule_of(command.body))

    @routes.get("/{rule}")
    async def show(rule: ItemId, caller: Annotated[Caller, needs("reactions.read")]) -> Response:
        """One rule and how it stands; the ETag is its revision."""
        return _tagged(await context.bus.ask(f"{subjects.ASK}.reactions.show", {"rule": rule}))

    @routes.put("/{rule}")
    async def save(
        rule: ItemId, command: NewRule, caller: Annotated[Caller, needs("reactions.draw")], if_match: IfMatch = None
    ) -> Response:
        """A new revision. What runs goes on running until the new one is tried and armed."""
        return await _saved(command, caller, rule_of(command.body), rule=rule, revision=revision_of(if_match))

    @routes.post("/{rule}/try")
    async def dry_run(rule: ItemId, command: Try, caller: Annotated[Caller, needs("reactions.draw")]) -> Response:
        """Begin a run against history; ask /reactions/tries/{id} how far it is."""
        return await context.do("reactions.dry_run", command, caller, rule=rule)

    @routes.post("/{rule}/arm")
    async def arm(
        rule: ItemId,
        command: Arm,
        caller: Annotated[Caller, needs("reactions.arm", proof=True)],
        if_match: IfMatch = None,
    ) -> Response:
        """The first person proposes, another one arms; both prove who they are. Refused for a revision that was not
        tried."""
        return await _done("arm", command, caller, rule=rule, revision=revision_of(if_match))

    @routes.post("/{rule}/disarm")
    async def disarm(rule: ItemId, command: Disarm, caller: Annotated[Caller, needs("reactions.arm")]) -> Response:
        """One person stops it, at once."""
        return await _done("disarm", command, caller, rule=rule)

    async def _saved(command: Command, caller: Caller, body: RuleBody, **more: Any) -> Response:
        order = {"id": command.id, "by": caller.id, "body": body} | more
        context.health.count("command.reactions.save")
        return _tagged(await context.bus.ask(f"{subjects.DO}.reactions.save", order))

    async def _done(action: str, command: Command, caller: Caller, **more: Any) -> Response:
        response = await context.do(f"reactions.{action}", command, caller, **more)
        return _tagged(bytes(response.body))

    return routes


def rule_of(body: dict[str, Any]) -> RuleBody:
    """The body of a rule.

    Raises:
        RuleUnreadable: what is wrong, and where.
    """
    try:
        return msgspec.convert(body, RuleBody)
    except msgspec.ValidationError as error:
        raise RuleUnreadable(why=str(error)[:300]) from error


def _tagged(answer: bytes) -> Response:
    return tagged(answer, msgspec.json.decode(answer, type=Standing).rule.revision)
