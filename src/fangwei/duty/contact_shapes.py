"""Questions and commands about people's own channels, and their answers."""

from typing import Annotated

import msgspec
from msgspec import Meta

from fangwei.core.events import Notice
from fangwei.core.lists import Paging
from fangwei.duty.ways import ContactType, Quiet


class AskContacts(msgspec.Struct):
    """Question `fw.ask.duty.contacts`."""

    person: str


class SaveContact(msgspec.Struct):
    """Command `fw.do.duty.save_contact`: a new one (with `address`), or another revision of one; without an address
    the one entered before stays."""

    id: str
    by: str
    person: str
    name: str
    type: ContactType
    contact: str | None = None
    revision: int = 0
    address: str | None = None
    max_priority: Annotated[int, Meta(ge=1, le=4)] = 4
    quiet: Annotated[tuple[Quiet, ...], Meta(max_length=10)] = ()


class RemoveContact(msgspec.Struct):
    """Command `fw.do.duty.remove_contact`."""

    id: str
    by: str
    person: str
    contact: str
    revision: int


class TestContact(msgspec.Struct):
    """Command `fw.do.duty.test_contact`: send a test notice by a contact, a channel of the duty file that the person
    has, or `websocket`, the page."""

    id: str
    by: str
    person: str
    contact: str


class AskReceipts(Paging, frozen=True, kw_only=True):
    """Question `fw.ask.duty.receipts`, the newest first unless sorted."""

    person: str | None = None
    incident: str | None = None


class ToldContact(msgspec.Struct, kw_only=True):
    """A channel as its owner sees it. `own` False: from the duty file. `usable` False: the address must be entered
    again. `last_test` is the newest test notice and its fate."""

    id: str
    name: str
    type: str
    shown: str
    revision: int
    max_priority: int
    quiet: tuple[Quiet, ...]
    own: bool
    usable: bool
    last_test: Notice | None


class Receipts(msgspec.Struct):
    """The answer of `fw.ask.duty.receipts`."""

    total: int
    offset: int
    items: list[Notice]


class Gone(msgspec.Struct):
    """The answer of `fw.do.duty.remove_contact`."""

    id: str
