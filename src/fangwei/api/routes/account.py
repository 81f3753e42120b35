"""One's own account: password, passkeys, where one is signed in, the second proof."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Request
from pydantic import StringConstraints
from starlette.responses import Response

from fangwei.api.callers import needs
from fangwei.api.context import Command, Context, ItemId, as_json
from fangwei.api.routes.session import Password, address_of
from fangwei.api.routes.sign_in import Credential, place
from fangwei.identity.accounts import may_change_ways, person_in, set_own_password
from fangwei.identity.caller import Caller
from fangwei.identity.errors import NoMachines, PasskeyRefused
from fangwei.identity.passkeys import Passkey

KeyName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class NewPassword(Command):
    """One's own new password."""

    password: Password


class NewPasskey(Command):
    """A passkey that the browser made."""

    name: KeyName
    credential: Credential


class Proof(Command):
    """The password again, or what a passkey signed."""

    password: Password | None = None
    credential: Credential | None = None


class PasskeyShown(msgspec.Struct):
    """One of one's passkeys. Times in UTC ns."""

    id: str
    name: str
    created: int
    used: int | None


class SessionShown(msgspec.Struct):
    """Where one is signed in. Times in UTC ns."""

    id: str
    method: str
    created: int
    seen: int
    expires: int
    address: str
    agent: str
    current: bool


class Mine(msgspec.Struct):
    """How one signs in, and where one is."""

    password: bool
    passkeys: list[PasskeyShown]
    sessions: list[SessionShown]


class Proved(msgspec.Struct):
    """When the proof was given, UTC ns."""

    proved: int


Options = dict[str, Any]
"""WebAuthn's own JSON."""


def _shown(passkey: Passkey) -> PasskeyShown:
    return PasskeyShown(passkey.id, passkey.name, passkey.created, passkey.used)


def router(context: Context) -> APIRouter:
    """GET /account; POST /account/password, /account/passkeys, /account/proof, /account/sessions/..."""
    routes = APIRouter(prefix="/account", tags=["session"])
    gate = context.gate

    def person_only(caller: Caller) -> None:
        if caller.machine:
            raise NoMachines()

    def mine(caller: Caller) -> Mine:
        sessions = [
            SessionShown(
                hash.hex()[:32], s.method, s.created, s.seen, s.expires, s.address, s.agent, hash == caller.session
            )
            for hash, s in gate.sessions.items()
            if s.person == caller.id
        ]
        return Mine(
            password=person_in(gate, caller.id).password is not None,
            passkeys=[_shown(one) for one in gate.keys.of(caller.id)],
            sessions=sorted(sessions, key=lambda s: (not s.current, -s.seen)),
        )

    def proved(caller: Caller) -> Response:
        session = gate.sessions.get(caller.session)
        return as_json(Proved(session.proved if session else 0))

    @routes.get("")
    async def account(caller: Annotated[Caller, needs("identity.self")]) -> Response:
        """Whether one has a password, which passkeys, and where one is signed in."""
        person_only(caller)
        return as_json(mine(caller))

    @routes.post("/password")
    async def set_password(given: NewPassword, caller: Annotated[Caller, needs("identity.self")]) -> Response:
        """Set one's password: after a second proof, or just after coming by a link. Other sessions of oneself end."""
        person_only(caller)
        await set_own_password(gate, caller, given.password)
        return proved(caller)

    @routes.post("/passkeys/options")
    async def new_passkey_options(
        request: Request, given: Command, caller: Annotated[Caller, needs("identity.self")]
    ) -> Response:
        """What `navigator.credentials.create` is asked for a new passkey."""
        person_only(caller)
        may_change_ways(gate, caller)
        return as_json(gate.keys.to_add(person_in(gate, caller.id), caller.session, place(request, context)))

    @routes.post("/passkeys")
    async def add_passkey(
        request: Request, given: NewPasskey, caller: Annotated[Caller, needs("identity.self")]
    ) -> Response:
        """Keep a new passkey; it also counts as a proof."""
        person_only(caller)
        may_change_ways(gate, caller)
        person, where = person_in(gate, caller.id), place(request, context)
        made = await gate.keys.add(person, caller.session, where, given.credential, given.name)
        await gate.prove(caller, "passkey")
        return as_json(_shown(made))

    @routes.post("/passkeys/{passkey}/remove")
    async def remove_passkey(
        passkey: ItemId, given: Command, caller: Annotated[Caller, needs("identity.self", proof=True)]
    ) -> Response:
        """Remove one of one's passkeys."""
        await gate.keys.remove(passkey, caller.id)
        return as_json(mine(caller))

    @routes.post("/proof/options")
    async def proof_options(
        request: Request, given: Command, caller: Annotated[Caller, needs("identity.self")]
    ) -> Response:
        """What `navigator.credentials.get` is asked for a second proof."""
        person_only(caller)
        return as_json(gate.keys.to_prove(caller.session.hex(), place(request, context), caller.id))

    @routes.post("/proof")
    async def prove(request: Request, given: Proof, caller: Annotated[Caller, needs("identity.self")]) -> Response:
        """The second proof, by password or passkey: for five minutes one may do what needs it."""
        person_only(caller)
        if given.credential is not None:
            person = await gate.keys.proven(caller.session.hex(), place(request, context), given.credential)
            if person != caller.id:
                raise PasskeyRefused(why="person")
            await gate.prove(caller, "passkey")
        else:
            await gate.check_password(caller.id, given.password or "", address_of(request))
            await gate.prove(caller, "password")
        return proved(caller)

    @routes.post("/sessions/end-others")
    async def end_others(given: Command, caller: Annotated[Caller, needs("identity.self")]) -> Response:
        """Sign oneself out everywhere else."""
        person_only(caller)
        others = [h for h, s in gate.sessions.items() if s.person == caller.id and h != caller.session]
        await gate.end(others, caller)
        return as_json(mine(caller))

    @routes.post("/sessions/{session}/end")
    async def end_session(
        session: ItemId, given: Command, caller: Annotated[Caller, needs("identity.self")]
    ) -> Response:
        """Sign oneself out on one device; one that is over already is no mistake."""
        person_only(caller)
        of_that_id = [h for h, s in gate.sessions.items() if s.person == caller.id and h.hex()[:32] == session]
        await gate.end(of_that_id, caller)
        return as_json(mine(caller))

    return routes
