"""People's own channels: entering, quiet times, taking away, trying; and what became of every notice."""

import asyncio
from hashlib import blake2b
from typing import Any

import msgspec

from fangwei.audit.record import Entry
from fangwei.bus import subjects
from fangwei.bus.client import Bus
from fangwei.core.clock import now_ns
from fangwei.core.errors import RevisionStale
from fangwei.core.events import Notice
from fangwei.core.health import Health
from fangwei.duty import addresses, errors, texts
from fangwei.duty.contact_shapes import (
    AskContacts,
    AskReceipts,
    Gone,
    Receipts,
    RemoveContact,
    SaveContact,
    TestContact,
    ToldContact,
)
from fangwei.duty.contact_test import Tester
from fangwei.duty.ledger import Ledger
from fangwei.duty.models import ContactRow
from fangwei.duty.standing import Standing
from fangwei.duty.ways import MOST_CONTACTS, Contact, ContactType, shown, silenced


class ContactDesk:
    """Answers for contacts and receipts."""

    def __init__(self, standing: Standing, ledger: Ledger, tester: Tester, health: Health) -> None:
        self._standing = standing
        self._ledger = ledger
        self._tester = tester
        self._health = health
        self._one_at_a_time = asyncio.Lock()

    async def offer(self, bus: Bus) -> None:
        """Answer from now on."""
        await bus.answer(f"{subjects.ASK}.duty.contacts", AskContacts, self.listed)
        await bus.answer(f"{subjects.ASK}.duty.receipts", AskReceipts, self.receipts)
        await bus.answer(f"{subjects.DO}.duty.save_contact", SaveContact, self.save)
        await bus.answer(f"{subjects.DO}.duty.remove_contact", RemoveContact, self.remove)
        await bus.answer(f"{subjects.DO}.duty.test_contact", TestContact, self.test)

    async def listed(self, question: AskContacts) -> list[ToldContact]:
        """Every way to reach a person: the page, channels of the duty file, their own."""
        person = self._person(question.person)
        tests = await self._tester.last(person)
        page = ToldContact(
            id="websocket",
            name="",
            type="page",
            shown="",
            revision=0,
            max_priority=4,
            quiet=(),
            own=False,
            usable=True,
            last_test=tests.get("websocket"),
        )
        rows = [page]
        for id in self._standing.rota.people[person].channels:
            channel = self._standing.channels.get(id)
            if channel is not None:
                rows.append(
                    ToldContact(
                        id=id,
                        name=id,
                        type=channel.type,
                        shown="",
                        revision=0,
                        max_priority=channel.max_priority,
                        quiet=(),
                        own=False,
                        usable=True,
                        last_test=tests.get(id),
                    )
                )
        rows += [self._told(contact, tests.get(contact.id)) for contact in self._own(person)]
        return rows

    async def receipts(self, question: AskReceipts) -> Receipts:
        """What became of the notices."""
        items, total = await self._ledger.receipts(question.person, question.incident, question)
        return Receipts(total, question.bounds()[0], items)

    async def save(self, order: SaveContact) -> msgspec.Raw:
        """Keep a contact. Its address is never given out again."""
        async with self._one_at_a_time:
            known = await self._ledger.answered("save_contact", order.id)
            if known is not None:
                return known
            person = self._person(order.person)
            own = self._own(person)
            before = self._held(person, order.contact, order.revision) if order.contact is not None else None
            if before is None and len(own) >= MOST_CONTACTS:
                raise errors.ContactRefused(why=texts.CONTACTS_FULL.format(most=MOST_CONTACTS))
            name = order.name.strip()
            if not 1 <= len(name) <= 40:
                raise errors.ContactRefused(why=texts.NAME_LENGTH.format(most=40))
            address = order.address.strip() if order.address else None
            if address is None and (before is None or before.type != order.type):
                raise errors.ContactRefused(why=texts.ADDRESS_MISSING)
            if address is not None:
                addresses.check(order.type, address)
            contact = Contact(
                id=before.id if before else self._new_id(order.type, order.id),
                person=person,
                revision=before.revision + 1 if before else 1,
                name=name,
                type=order.type,
                shown=shown(order.type, address) if address is not None else (before.shown if before else ""),
                max_priority=order.max_priority,
                quiet=order.quiet,
            )
            self._refuse_silence(person, [*(c for c in own if c.id != contact.id), contact])
            return await self._keep(order, contact, before, address)

    async def remove(self, order: RemoveContact) -> msgspec.Raw:
        """Take a contact away, its address with it."""
        async with self._one_at_a_time:
            known = await self._ledger.answered("remove_contact", order.id)
            if known is not None:
                return known
            person = self._person(order.person)
            before = self._held(person, order.contact, order.revision)
            self._refuse_silence(person, [c for c in self._own(person) if c.id != before.id])
            row = await self._ledger.contact_row(before.id)
            now = now_ns()
            gone = ContactRow(
                id=before.id,
                person=person,
                made=row.made if row else now,
                removed=now,
                contact=msgspec.json.encode(before),
                address=None,
            )
            entry = self._entry("remove_contact", order.id, order.by, before, None, now)
            answer = await self._ledger.keep("remove_contact", order.id, Gone(before.id), [gone], [entry])
            self._standing.drop_contact(before.id)
            self._standing.changed()
            return answer

    async def test(self, order: TestContact) -> Notice:
        """Send a test notice; the answer is its fate so far (its owner asks `contacts` for the rest)."""
        person = self._person(order.person)
        ways = {"websocket", *self._standing.rota.people[person].channels, *(c.id for c in self._own(person))}
        if order.contact not in ways:
            raise errors.ContactUnknown(contact=order.contact[:64])
        return await self._tester.test(order.id, person, order.contact)

    # --- inside -----------------------------------------------------------------------------------------------

    async def _keep(
        self, order: SaveContact, contact: Contact, before: Contact | None, address: str | None
    ) -> msgspec.Raw:
        standing, now = self._standing, now_ns()
        row = await self._ledger.contact_row(contact.id)
        sealed = standing.sealer.seal(address) if address is not None else (row.address if row else None)
        kept = ContactRow(
            id=contact.id,
            person=contact.person,
            made=row.made if row else now,
            removed=None,
            contact=msgspec.json.encode(contact),
            address=sealed,
        )
        entry = self._entry("save_contact", order.id, order.by, before, contact, now)
        told = self._told(contact, None)
        told.usable = sealed is not None
        answer = await self._ledger.keep("save_contact", order.id, told, [kept], [entry])
        if address is None and contact.id in standing.own_channels:
            address = standing.address(contact.id)
        standing.put_contact(contact, address)
        standing.changed()
        return answer

    def _entry(
        self, name: str, command: str, by: str, before: Contact | None, after: Contact | None, time: int
    ) -> Entry:
        # A Contact holds no address; what it shows of one is host or scheme.
        def plain(contact: Contact | None) -> dict[str, Any] | None:
            return msgspec.to_builtins(contact) if contact is not None else None

        subject = after or before
        return Entry(
            id=f"duty/{name}/{command}",
            time=time,
            by=by,
            action="duty.contacts",
            subject=f"contact/{subject.id if subject else ''}",
            before=plain(before),
            after=plain(after),
        )

    def _refuse_silence(self, person: str, contacts: list[Contact]) -> None:
        usable = [c for c in contacts if c.id in self._standing.own_channels or c.id not in self._standing.contacts]
        when = silenced(self._standing.rota.people[person], self._standing.channels, usable)
        if when is not None:
            raise errors.PriorityOneSilenced(when=when)

    def _told(self, contact: Contact, test: Notice | None) -> ToldContact:
        return ToldContact(
            id=contact.id,
            name=contact.name,
            type=contact.type,
            shown=contact.shown,
            revision=contact.revision,
            max_priority=contact.max_priority,
            quiet=contact.quiet,
            own=True,
            usable=contact.id in self._standing.own_channels,
            last_test=test,
        )

    def _own(self, person: str) -> list[Contact]:
        return [contact for contact in self._standing.contacts.values() if contact.person == person]

    def _held(self, person: str, id: str, revision: int) -> Contact:
        contact = self._standing.contacts.get(id)
        if contact is None or contact.person != person:
            raise errors.ContactUnknown(contact=id[:64])
        if contact.revision != revision:
            raise RevisionStale(revision=contact.revision, current=self._told(contact, None))
        return contact

    def _new_id(self, type: ContactType, command: str) -> str:
        """`webhook-3f9a2c`: short, for it stands in notices; free among all channels."""
        number = 0
        while True:
            digest = blake2b(f"{command}/{number}".encode(), digest_size=4).hexdigest()
            id = f"{type}-{digest}"
            if id not in self._standing.contacts and id not in self._standing.channels:
                return id
            number += 1

    def _person(self, person: str) -> str:
        if person not in self._standing.rota.people:
            raise errors.PersonUnknown(person=person[:64])
        return person
