"""What holds now, put together: duty file, calendar, changes, chains, contacts. Whoever changes a part says so once."""

from collections.abc import Callable

from fangwei.core.health import Health
from fangwei.core.texts import Text
from fangwei.duty.chains import Chain
from fangwei.duty.changes import Change
from fangwei.duty.check import Known
from fangwei.duty.ledger import Book
from fangwei.duty.plan import Turn
from fangwei.duty.rota import Rota
from fangwei.duty.sealed import Sealer
from fangwei.duty.ways import Contact, Ways
from fangwei.plant.schema import Channel
from fangwei.plant.site import Site


class Standing:
    """The parts in memory. `changed()` works out the rota anew and tells the listener."""

    def __init__(self, site: Site, sealer: Sealer, health: Health) -> None:
        self.site = site
        self.sealer = sealer
        self._health = health
        self.zone_names: dict[str, Text] = {id: zone.name.text for id, zone in site.zones.items()}
        self.known = Known(frozenset(p.id for p in site.duty.people), frozenset(site.zones))
        self.channels = {channel.id: channel for channel in site.duty.channels}
        self.turns: tuple[Turn, ...] = ()
        self.changes: list[Change] = []
        self.chains: dict[str, Chain] = {}
        self.chain_revisions: dict[str, int] = {}
        self.contacts: dict[str, Contact] = {}
        self.own_channels: dict[str, Channel] = {}
        """People's own channels with their addresses, which leave this process towards their receivers only."""
        self.listener: Callable[[], None] = lambda: None
        self.changed()

    @property
    def revision(self) -> int:
        """How many changes the rota has had."""
        return self.changes[-1].number if self.changes else 0

    def take(self, book: Book) -> None:
        """What was kept."""
        self.changes = list(book.changes)
        self.chains, self.chain_revisions = dict(book.chains), dict(book.revisions)
        for contact, sealed in book.contacts:
            address = self.sealer.open(sealed)
            if address is None:
                # Shown as a contact, so that its owner enters the address anew; nothing goes that way meanwhile.
                self._health.error("duty.address_unreadable", contact.id)
            self.put_contact(contact, address)
        self.changed()

    def put_contact(self, contact: Contact, address: str | None) -> None:
        """A contact as it is now; `address` None: not known, so not used."""
        self.contacts[contact.id] = contact
        # A new dict each time: the desk compares it with the one it has.
        others = {key: channel for key, channel in self.own_channels.items() if key != contact.id}
        self.own_channels = others if address is None else others | {contact.id: channel_of(contact, address)}

    def address(self, contact: str) -> str | None:
        """The address of a contact, for its receiver only."""
        channel = self.own_channels.get(contact)
        if channel is None:
            return None
        return channel.url or channel.urls[0]

    def drop_contact(self, id: str) -> None:
        """The contact is no more."""
        self.contacts.pop(id, None)
        self.own_channels = {key: channel for key, channel in self.own_channels.items() if key != id}

    def changed(self) -> None:
        """Work out what holds now, and say so."""
        self.rota = Rota(self.site.duty, self.site.head.timezone, self.turns, tuple(self.changes))
        usable = tuple(contact for id, contact in self.contacts.items() if id in self.own_channels)
        self.ways = Ways(self.channels, self.site.head.timezone, usable)
        self.listener()


def channel_of(contact: Contact, address: str) -> Channel:
    """The contact as a channel that can be opened."""
    if contact.type == "webhook":
        return Channel(id=contact.id, type="webhook", url=address)
    return Channel(id=contact.id, type="apprise", urls=[address])
