"""Accounts and roles, for the administrator; to read for the auditor."""

from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import Response

from fangwei.api.callers import needs
from fangwei.api.context import Command, Context, ItemId, as_json
from fangwei.api.conventions import IfMatch, Listing, page, revision_of, tagged
from fangwei.core.clock import now_ns
from fangwei.core.settings import sign_in_url
from fangwei.core.texts import Text
from fangwei.identity import accounts
from fangwei.identity.accounts import Account, Wanted, account
from fangwei.identity.caller import Caller
from fangwei.identity.links import LINK_LASTS
from fangwei.identity.machines import may_have
from fangwei.identity.roles import ROLES, VERBS, verbs_of

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Zones = Annotated[list[ItemId], Field(max_length=500)] | None


class NameGiven(BaseModel):
    """A name in both languages."""

    model_config = ConfigDict(extra="forbid")

    zh: Name
    en: Name


class EditPerson(Command):
    """An account as it shall be; `zones` null: the whole site."""

    name: NameGiven
    role: Annotated[str, StringConstraints(max_length=32)]
    zones: Zones = None
    state: Literal["active", "disabled", "gone"] = "active"
    language: Literal["zh", "en"] | None = None
    external: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] | None = None
    """Name at the plant's own sign-in where it is not the id; empty: none. Left out: as it was."""


class AddPerson(EditPerson):
    """A new account."""

    person: ItemId


class LinkMade(msgspec.Struct):
    """A one-time sign-in link, shown this once."""

    url: str
    expires: int


class AccountsPage(msgspec.Struct):
    """Part of the accounts."""

    total: int
    offset: int
    items: list[Account]


class RoleShown(msgspec.Struct):
    """A role and its verbs."""

    id: str
    name: Text
    verbs: list[str]


class VerbShown(msgspec.Struct):
    """A verb, what it lets one do, and whether a machine may have it."""

    verb: str
    text: Text
    machines: bool


class Matrix(msgspec.Struct):
    """Who may do what."""

    roles: list[RoleShown]
    verbs: list[VerbShown]


def router(context: Context) -> APIRouter:
    """GET /roles, /people/accounts; POST /people; GET, POST /people/{id}; POST /people/{id}/link, .../sign-out."""
    routes = APIRouter(tags=["people"])
    gate = context.gate

    def wanted(given: EditPerson) -> Wanted:
        return Wanted(
            name=Text(given.name.zh, given.name.en),
            role=given.role,
            zones=context.zones_given(given.zones),
            state=given.state,
            language=given.language,
            external=given.external,
        )

    @routes.get("/roles")
    async def roles(caller: Annotated[Caller, needs("identity.self")]) -> Response:
        """Every role with its verbs, and what each verb lets one do."""
        return as_json(
            Matrix(
                [RoleShown(id, name, sorted(verbs_of(id))) for id, name in ROLES.items()],
                [VerbShown(id, verb.text, may_have(id)) for id, verb in VERBS.items()],
            )
        )

    @routes.get("/people/accounts")
    async def list_accounts(want: Listing, caller: Annotated[Caller, needs("identity.read")]) -> Response:
        """Accounts, those of the duty file first."""
        order = {role: n for n, role in enumerate(ROLES)}
        fields = {
            "id": lambda p: p.id,
            "role": lambda p: order.get(p.role),
            "state": lambda p: p.state,
            "changed": lambda p: p.changed,
        }
        found = page(gate.people.values(), want, fields, lambda p: f"{p.id} {p.name.zh} {p.name.en} {p.role}")
        return as_json(found | {"items": [account(p, gate) for p in found["items"]]})

    @routes.post("/people")
    async def add_person(given: AddPerson, caller: Annotated[Caller, needs("identity.edit", proof=True)]) -> Response:
        """A new account, without a way to sign in until a one-time link is made for it."""
        made = await accounts.add(gate, given.person, wanted(given), caller)
        return tagged(account(made, gate), made.revision)

    @routes.get("/people/{person}")
    async def show_account(person: ItemId, caller: Annotated[Caller, needs("identity.read")]) -> Response:
        """One account; the ETag is its revision."""
        found = accounts.person_in(gate, person)
        return tagged(account(found, gate), found.revision)

    @routes.post("/people/{person}")
    async def edit_person(
        person: ItemId,
        given: EditPerson,
        caller: Annotated[Caller, needs("identity.edit", proof=True)],
        if_match: IfMatch = None,
    ) -> Response:
        """Change an account; who is disabled is signed out everywhere at once."""
        changed = await accounts.edit(gate, person, wanted(given), revision_of(if_match), caller)
        return tagged(account(changed, gate), changed.revision)

    @routes.post("/people/{person}/link")
    async def make_link(
        person: ItemId, given: Command, caller: Annotated[Caller, needs("identity.edit", proof=True)]
    ) -> Response:
        """A one-time sign-in link for somebody, valid for a day; an earlier one of theirs ends."""
        token = await accounts.link(gate, person, caller)
        return as_json(LinkMade(sign_in_url(context.settings.page_url, token), now_ns() + LINK_LASTS))

    @routes.post("/people/{person}/sign-out")
    async def sign_somebody_out(
        person: ItemId, given: Command, caller: Annotated[Caller, needs("identity.edit", proof=True)]
    ) -> Response:
        """Sign somebody out everywhere, at once."""
        found = accounts.person_in(gate, person)
        await gate.end([hash for hash, s in gate.sessions.items() if s.person == person], caller, person)
        return as_json(account(found, gate))

    return routes
