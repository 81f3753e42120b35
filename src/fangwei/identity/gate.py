"""Who is signed in, in the memory of the process that serves pages; the store holds the same.

Every request asks, so the answer must not cost a query: sessions and accounts are kept here, written through, and
compared with the store every few seconds for what other processes did. When the store does not answer, who is in
stays in: a full disk must not put a shift out.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from fangwei.audit.record import SYSTEM, Entry
from fangwei.core.clock import DAY, HOUR, MINUTE, now_ns
from fangwei.core.errors import FangweiError
from fangwei.core.health import Health
from fangwei.core.texts import Text
from fangwei.db.session import Database
from fangwei.identity.caller import Caller
from fangwei.identity.errors import LinkRefused, NotSignedIn, OidcNobody, SignInLocked, SignInRefused
from fangwei.identity.keys import Keys
from fangwei.identity.lockout import FORGOTTEN_AFTER
from fangwei.identity.passwords import Checker, outdated
from fangwei.identity.people import Person
from fangwei.identity.store import Session, Store
from fangwei.identity.token_text import hash_of, new_token
from fangwei.identity.wrong import Wrong

IDLE = 12 * HOUR
"""Without a request or an open page for longer than a shift, somebody else may sit there."""
LONGEST = 7 * DAY
COMPARE_S = 5.0
SEEN_EVERY = MINUTE
"""How often a session's last use is written."""
MISSES = 10_000


class StoreUnanswering(FangweiError):
    """The store takes nothing just now."""

    code = "identity.store_unanswering"
    text = Text(
        "暂时无法登录：账号库没有响应。已登录的人不受影响",
        "Nobody can sign in just now: the store of accounts does not answer. Who is signed in stays so",
    )
    http_status = 503


class Gate:
    """Sessions and accounts, and everything that lets somebody in or puts them out."""

    def __init__(self, database: Database, health: Health, clock: Callable[[], int] = now_ns) -> None:
        self.store = Store(database)
        self.health = health
        self.clock = clock
        self.checker = Checker()
        self.people: dict[str, Person] = {}
        self.sessions: dict[bytes, Session] = {}
        self.wrong = Wrong()
        self.on_out: list[Callable[[bytes], None]] = []
        """Called with the hash of each session that ends, at once."""
        self.keys = Keys(database, health, clock, self._write)
        self._missed: dict[bytes, int] = {}
        self._unwritten: dict[bytes, int] = {}
        self._changes = 0
        """Own writes begun or done: what was read meanwhile may be older than they are."""

    # --- who is it --------------------------------------------------------------------------------------------

    def known(self, hash: bytes) -> Caller | None:
        """Who the session belongs to, as far as is known here; None when it is over."""
        session = self.sessions.get(hash)
        if session is None:
            return None
        now = self.clock()
        person = self.people.get(session.person)
        if person is None or not person.active or session.expires <= now or now - session.seen > IDLE:
            self._out([hash])
            return None
        if now - session.seen > SEEN_EVERY:
            session.seen = now
            self._unwritten[hash] = now
        return Caller(
            id=person.id,
            name=person.name,
            role=person.role,
            zones=person.zones,
            proved=session.proved,
            way_missing=session.method == "link" and not session.proved,
            session=hash,
        )

    def stays(self, caller: Caller) -> bool:
        """Whether somebody who was let in earlier still may be."""
        if caller.machine:
            return self.keys.machine_works(caller.id)
        return self.known(caller.session) is not None

    async def caller(self, token: str) -> Caller:
        """Who the cookie belongs to.

        Raises:
            NotSignedIn: forged, over, or the person's account was taken away.
        """
        hash = hash_of(token)
        caller = self.known(hash)
        if caller is None and self.clock() - self._missed.get(hash, 0) > COMPARE_S * 1e9:
            caller = await self._look(hash)
        if caller is None:
            raise NotSignedIn()
        return caller

    async def _look(self, hash: bytes) -> Caller | None:
        # Opened by another process, perhaps; a forged one is asked for once and remembered as such.
        with self._answering():
            found = await self.store.session(hash)
            if found is not None:
                if found.person not in self.people:
                    self.people = await self.store.people()
                self.sessions[hash] = found
                return self.known(hash)
        if len(self._missed) >= MISSES:
            self._missed.clear()
        self._missed[hash] = self.clock()
        return None

    # --- in ---------------------------------------------------------------------------------------------------

    async def by_password(self, person: str, password: str, address: str, agent: str) -> tuple[str, Person]:
        """Sign in by password: the session's token and the account.

        Raises:
            SignInLocked: too many wrong passwords before.
            SignInRefused: name or password wrong; which is not said.
            SignInBusy, StoreUnanswering: not now.
        """
        found = await self.check_password(person, password, address)
        return await self.enter(found, "password", address, agent, proved=True), found

    async def check_password(self, person: str, password: str, address: str) -> Person:
        """The account whose password this is; wrong ones are counted, and the wait grows.

        Raises:
            SignInLocked, SignInRefused, SignInBusy, StoreUnanswering: see `by_password`.
        """
        now = self.clock()
        waits = self.wrong.left(person, address, now)
        if waits:
            self.health.error("identity.sign_in_locked", f"from {address}")
            raise SignInLocked(seconds=-(-waits // 1_000_000_000))
        found = self.people.get(person)
        usable = found if found is not None and found.active else None
        # Counted before it is checked: a hundred guesses at once are a hundred guesses.
        counted = self.wrong.add(person, address, now)
        right = await self.checker.matches(usable.password if usable else None, password)
        if usable is None or not right:
            self.health.error("identity.sign_in_refused", f"from {address}")
            entries = [
                Entry(
                    time=now,
                    by=SYSTEM,
                    action="identity.sign_in_refused",
                    # A name that is none may be a password typed into the wrong field: it is not kept.
                    subject=f"person/{found.id}" if found else "person/-",
                    evidence={"address": address, "wrong": self.wrong.of(person)},
                )
            ]
            if self.wrong.left(person, address, now):
                self.health.error("identity.locked", f"from {address}")
                where = {"address": address}
                entries.append(
                    Entry(time=now, by=SYSTEM, action="identity.lock", subject=entries[0].subject, evidence=where)
                )
            await self._write(self.store.keep_attempts(counted, entries))
            raise SignInRefused()
        await self._write(self.store.keep_attempts(self.wrong.forgive(person, address)))
        if outdated(usable.password or ""):
            await self.set_password(usable, password, by=usable.id)
        return usable

    async def by_link(self, token: str, address: str, agent: str) -> tuple[str, Person]:
        """Sign in by a one-time link.

        Raises:
            LinkRefused: unknown, used, too old, or the account may not be used.
            SignInLocked: too many wrong ones from this address.
        """
        now = self.clock()
        waits = self.wrong.left("", address, now)
        if waits:
            raise SignInLocked(seconds=-(-waits // 1_000_000_000))
        counted = self.wrong.add("", address, now)
        with self._answering():
            id = await self.store.use_link(hash_of(token), now)
            if id is not None and id not in self.people:
                self.people = await self.store.people()
        person = self.people.get(id or "")
        if person is None or not person.active:
            self.health.error("identity.link_refused", f"from {address}")
            await self._write(self.store.keep_attempts(counted))
            raise LinkRefused()
        self.wrong.forgive("", address)
        return await self.enter(person, "link", address, agent), person

    async def by_passkey(self, person: str, address: str, agent: str) -> tuple[str, Person]:
        """Sign in somebody whose passkey has answered.

        Raises:
            SignInRefused: the account may not be used any more.
        """
        found = self.people.get(person)
        if found is None or not found.active:
            raise SignInRefused()
        return await self.enter(found, "passkey", address, agent, proved=True), found

    async def by_name_elsewhere(self, name: str, address: str, agent: str) -> str:
        """Sign in somebody whom the plant's own sign-in knows by `name`: the account that bears it, or whose id it is.
        The session's token.

        Raises:
            OidcNobody: no account that may be used.
        """
        named = next((p for p in self.people.values() if p.external == name), None)
        own = self.people.get(name)
        found = named if named is not None else (own if own is not None and own.external is None else None)
        if found is None or not found.active:
            raise OidcNobody()
        return await self.enter(found, "oidc", address, agent)

    async def enter(self, person: Person, method: str, address: str, agent: str, proved: bool = False) -> str:
        """A new session for somebody who proved to be this person; returns its token."""
        now = self.clock()
        token = new_token()
        session = Session(
            hash_of(token), person.id, method, now, now, now + LONGEST, now if proved else 0, address, agent
        )
        entry = Entry(
            time=now,
            by=person.id,
            action="identity.sign_in",
            subject=f"person/{person.id}",
            evidence={"method": method, "address": address},
        )
        await self._write(self.store.open(session, [entry]))
        self.sessions[session.hash] = session
        self.health.count(f"identity.sign_in.{method}")
        return token

    async def prove(self, caller: Caller, method: str) -> None:
        """A second proof was given in this session."""
        now = self.clock()
        entry = Entry(
            time=now,
            by=caller.id,
            action="identity.prove",
            subject=f"person/{caller.id}",
            evidence={"method": method},
        )
        await self._write(self.store.proved(caller.session, now, [entry]))
        session = self.sessions.get(caller.session)
        if session is not None:
            session.proved = now

    # --- out --------------------------------------------------------------------------------------------------

    async def leave(self, caller: Caller) -> None:
        """Sign out: the session ends everywhere at once."""
        self._out([caller.session])
        entry = Entry(time=self.clock(), by=caller.id, action="identity.sign_out", subject=f"person/{caller.id}")
        await self._write(self.store.end([caller.session], [entry]))

    async def end(self, hashes: list[bytes], by: Caller, person: str | None = None) -> None:
        """Sessions end at once: one's own, or those of `person`."""
        if not hashes:
            return
        self._out(hashes)
        subject = f"person/{person or by.id}"
        entry = Entry(
            time=self.clock(), by=by.id, action="identity.end_sessions", subject=subject, after={"ended": len(hashes)}
        )
        await self._write(self.store.end(hashes, [entry]))

    def _out(self, hashes: list[bytes]) -> None:
        for hash in hashes:
            if self.sessions.pop(hash, None) is not None:
                self._missed[hash] = self.clock()
                for told in self.on_out:
                    told(hash)

    # --- accounts ---------------------------------------------------------------------------------------------

    async def keep(self, person: Person, entry: Entry) -> None:
        """An account as it shall be from now on; one that may not be used any more is out at once."""
        await self._write(self.store.keep([person], [entry]))
        self.people[person.id] = person
        if not person.active:
            self._out([hash for hash, s in self.sessions.items() if s.person == person.id])

    async def set_password(self, person: Person, password: str, by: str, keep: bytes = b"") -> None:
        """A new password; every other session of the person ends, so that whoever knew the old one is out."""
        now = self.clock()
        fresh = msgspec.structs.replace(
            person, password=await self.checker.hash(password), changed=now, revision=person.revision + 1
        )
        entry = Entry(time=now, by=by, action="identity.set_password", subject=f"person/{person.id}")
        others = [h for h, s in self.sessions.items() if s.person == person.id and h != keep]
        await self._write(self.store.keep([fresh], [entry]))
        self.people[person.id] = fresh
        if keep:
            await self._write(self.store.end(others))
            self._out(others)

    # --- keeping up -------------------------------------------------------------------------------------------

    async def load(self) -> None:
        """Read everything; before anybody is let in."""
        now = self.clock()
        self.people = await self.store.people()
        self.sessions = await self.store.sessions(now)
        self.wrong.load(await self.store.attempts())
        await self.keys.load()

    async def compare(self) -> None:
        """Take in what other processes did, and write what sessions were used."""
        now = self.clock()
        written, self._unwritten = self._unwritten, {}
        changes = self._changes
        try:
            if written:
                await self.store.seen(written)
            await self.keys.note_use()
            people = await self.store.people()
            sessions = await self.store.sessions(now)
        except (SQLAlchemyError, OSError) as error:
            self._unwritten = written | self._unwritten
            self.health.error("identity.store_unanswering", str(error))
            return
        if changes != self._changes:
            return
        self.people = people
        gone = [h for h in self.sessions if h not in sessions]
        self._out(gone)
        for hash, session in sessions.items():
            self.sessions.setdefault(hash, session)
        for hash in list(self.sessions):
            self.known(hash)
        self.health.gauge("sessions", len(self.sessions))

    async def run(self) -> None:
        """Compare every few seconds and forget what is over, until cancelled."""
        swept = 0
        while True:
            await asyncio.sleep(COMPARE_S)
            await self.compare()
            now = self.clock()
            if now - swept > HOUR:
                swept = now
                with contextlib.suppress(StoreUnanswering), self._answering():
                    await self.store.sweep(now, now - IDLE, now - FORGOTTEN_AFTER)

    @contextlib.contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, OSError) as error:
            self.health.error("identity.store_unanswering", str(error))
            raise StoreUnanswering() from error

    async def _write(self, work: Awaitable[None]) -> None:
        self._changes += 1
        try:
            with self._answering():
                await work
        finally:
            self._changes += 1
