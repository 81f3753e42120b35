"""Passkeys and machines' tokens as the gate knows them: in memory, written through."""

import hashlib
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from fangwei.audit.record import Entry
from fangwei.core.clock import MINUTE
from fangwei.core.health import Health
from fangwei.core.ids import new_id
from fangwei.db.session import Database
from fangwei.identity import passkeys
from fangwei.identity.caller import Caller
from fangwei.identity.challenges import Challenges
from fangwei.identity.errors import (
    PasskeyRefused,
    PasskeyUnknown,
    TokenMadeAlready,
    TokenUnknown,
    TooManyPasskeys,
)
from fangwei.identity.machines import PREFIX, Machine
from fangwei.identity.passkeys import MOST, Passkey, Place
from fangwei.identity.people import Person
from fangwei.identity.token_text import hash_of, new_token
from fangwei.identity.ways import Ways

USED_EVERY = MINUTE

Write = Callable[[Awaitable[None]], Awaitable[None]]


class Keys:
    """What opens besides a password. `write` runs a change of the store, as the gate does."""

    def __init__(self, database: Database, health: Health, clock: Callable[[], int], write: Write) -> None:
        self.ways = Ways(database)
        self.health = health
        self.clock = clock
        self.passkeys: dict[bytes, Passkey] = {}
        self.machines: dict[bytes, Machine] = {}
        self._challenges = Challenges()
        self._write = write
        self._unwritten: dict[bytes, int] = {}

    async def load(self) -> None:
        """Read them."""
        self.passkeys = await self.ways.passkeys()
        self.machines = await self.ways.machines()

    async def note_use(self) -> None:
        """Write when tokens were last used."""
        if self._unwritten:
            written, self._unwritten = self._unwritten, {}
            await self.ways.used(written)

    # --- machines ---------------------------------------------------------------------------------------------

    def machine(self, token: str) -> Caller | None:
        """Who a token belongs to; None when it lets nobody in."""
        found = self.machines.get(hash_of(token)) if token.startswith(PREFIX) else None
        now = self.clock()
        if found is None or not found.works(now):
            return None
        if now - (found.used or 0) > USED_EVERY:
            found.used = self._unwritten[found.hash] = now
        return found.caller()

    def machine_works(self, id: str) -> bool:
        """Whether a machine that was let in earlier still may be."""
        now = self.clock()
        return any(one.id == id and one.works(now) for one in self.machines.values())

    async def make_machine(
        self, command: str, name: str, scopes: frozenset[str], zones: frozenset[str] | None, expires: int, by: Caller
    ) -> tuple[Machine, str]:
        """A new token and its text, which is shown this once.

        Raises:
            TokenMadeAlready: the same command made one before.
        """
        id = f"machine-{hashlib.sha256(command.encode()).hexdigest()[:16]}"
        if any(one.id == id for one in self.machines.values()):
            raise TokenMadeAlready(token=id)
        now, text = self.clock(), PREFIX + new_token()
        made = Machine(
            id=id,
            hash=hash_of(text),
            name=name,
            scopes=scopes,
            zones=zones,
            made_by=by.id,
            created=now,
            expires=expires,
        )
        after = {
            "name": name,
            "scopes": sorted(scopes),
            "zones": None if zones is None else sorted(zones),
            "expires": expires,
        }
        entry = Entry(time=now, by=by.id, action="identity.make_token", subject=f"token/{id}", after=after)
        await self._write(self.ways.add_machine(made, entry))
        self.machines[made.hash] = made
        return made, text

    async def revoke_machine(self, id: str, by: Caller) -> Machine:
        """A token works no more, from now on.

        Raises:
            TokenUnknown: there is none.
        """
        found = next((one for one in self.machines.values() if one.id == id), None)
        if found is None:
            raise TokenUnknown(token=id)
        if found.revoked is None:
            now = self.clock()
            entry = Entry(time=now, by=by.id, action="identity.revoke_token", subject=f"token/{id}")
            found.revoked = now
            await self._write(self.ways.revoke_machine(id, now, [entry]))
        return found

    # --- passkeys ---------------------------------------------------------------------------------------------

    def of(self, person: str) -> list[Passkey]:
        """A person's passkeys."""
        return [one for one in self.passkeys.values() if one.person == person]

    def to_add(self, person: Person, session: bytes, place: Place) -> dict[str, Any]:
        """What the browser is asked to make (WebAuthn's JSON).

        Raises:
            TooManyPasskeys: the person has as many as one may.
        """
        kept = self.of(person.id)
        if len(kept) >= MOST:
            raise TooManyPasskeys(most=MOST)
        _, challenge = self._challenges.make(session.hex(), self.clock())
        return passkeys.to_register(place, person, kept, challenge)

    async def add(self, person: Person, session: bytes, place: Place, answer: dict[str, Any], name: str) -> Passkey:
        """A new passkey of a person.

        Raises:
            PasskeyRefused: the answer does not hold.
        """
        challenge = self._taken(answer, session.hex())
        credential, public_key, count = passkeys.registered(place, answer, challenge)
        if credential in self.passkeys:
            raise PasskeyRefused(why="known")
        now = self.clock()
        made = Passkey(
            id=new_id(),
            credential=credential,
            person=person.id,
            public_key=public_key,
            sign_count=count,
            name=name,
            created=now,
        )
        entry = Entry(
            time=now,
            by=person.id,
            action="identity.add_passkey",
            subject=f"person/{person.id}",
            after={"passkey": made.id},
        )
        await self._write(self.ways.add_passkey(made, entry))
        self.passkeys[credential] = made
        return made

    async def remove(self, id: str, person: str) -> None:
        """A person's passkey lets nobody in any more.

        Raises:
            PasskeyUnknown: the person has none of that id.
        """
        found = next((one for one in self.of(person) if one.id == id), None)
        if found is None:
            raise PasskeyUnknown()
        entry = Entry(
            time=self.clock(),
            by=person,
            action="identity.remove_passkey",
            subject=f"person/{person}",
            before={"passkey": id},
        )
        await self._write(self.ways.remove_passkey(id, entry))
        self.passkeys.pop(found.credential, None)

    def to_prove(self, owner: str, place: Place, person: str | None = None) -> dict[str, Any]:
        """What the browser is asked to sign (WebAuthn's JSON): with any passkey, or with one of a person."""
        _, challenge = self._challenges.make(owner, self.clock())
        kept = [] if person is None else self.of(person)
        return passkeys.to_sign_in(place, kept, challenge)

    async def proven(self, owner: str, place: Place, answer: dict[str, Any]) -> str:
        """Id of the person whose passkey answered.

        Raises:
            PasskeyRefused: the answer does not hold, or nobody has that passkey.
        """
        challenge = self._taken(answer, owner)
        passkey = self.passkeys.get(passkeys.credential_of(answer))
        if passkey is None:
            # Takes no longer than a signature that does not hold by much, and tells no more.
            self.health.error("identity.passkey_refused", "no such credential")
            raise PasskeyRefused(why="unknown")
        try:
            count = passkeys.signed_in(place, answer, challenge, passkey)
        except PasskeyRefused as error:
            self.health.error("identity.passkey_refused", f"{passkey.person}: {error}")
            raise
        used = msgspec.structs.replace(passkey, sign_count=count, used=self.clock())
        await self._write(self.ways.use_passkey(used))
        self.passkeys[passkey.credential] = used
        return passkey.person

    def _taken(self, answer: dict[str, Any], owner: str) -> bytes:
        found = self._challenges.take(passkeys.challenge_of(answer), owner, self.clock())
        if found is None:
            raise PasskeyRefused(why="challenge")
        return found.value


def new_owner() -> str:
    """Who a ceremony belongs to before anybody is signed in: a random name that the browser keeps in a cookie."""
    return secrets.token_urlsafe(24)
