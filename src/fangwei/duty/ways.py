"""By which of a person's channels an incident of a priority goes at a time. Pure.

The page is always there. Channels of the duty file come in its order, then the person's own in the order in which they
were made. A channel may be quiet for less urgent incidents, always or by the clock; never all of them for priority 1.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from fangwei.core.clock import to_datetime
from fangwei.core.texts import Text
from fangwei.duty import texts
from fangwei.duty.changes import DAYS, Clock, Weekday
from fangwei.plant.schema import Channel, Person

WEEK_MINUTES = 7 * 1440
MOST_CONTACTS = 10
"""Per person."""
ContactType = Literal["webhook", "apprise"]


class Quiet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From `start` to `end` (site time, over midnight where the end is not after the start) only incidents of priority
    `still` and more urgent come; 0: none."""

    start: Clock
    end: Clock
    days: tuple[Weekday, ...] = ()
    """On which the stretch begins; empty: every day."""
    still: Annotated[int, Meta(ge=0, le=3)] = 1


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """A person's own channel without its address: what may be shown."""

    id: str
    """Also the channel's name in a notice."""
    person: str
    revision: int
    name: str
    type: ContactType
    shown: str
    """The address without what is secret in it."""
    max_priority: int = 4
    quiet: tuple[Quiet, ...] = ()


def carries(contact: Contact, priority: int, minute: int) -> bool:
    """Whether the channel takes a priority at a minute of the week (0: Monday 00:00)."""
    if priority > contact.max_priority:
        return False
    return all(priority <= quiet.still or not _covers(quiet, minute) for quiet in contact.quiet)


@dataclass(frozen=True)
class Ways:
    """The channels of the duty file and people's own."""

    channels: Mapping[str, Channel]
    timezone: str
    contacts: tuple[Contact, ...] = ()
    _by_person: dict[str, list[Contact]] = field(init=False)

    def __post_init__(self) -> None:
        found: dict[str, list[Contact]] = {}
        for contact in self.contacts:
            found.setdefault(contact.person, []).append(contact)
        object.__setattr__(self, "_by_person", found)

    def of(self, person: Person, priority: int, at: int) -> list[str]:
        """Channel names beside the page, the first to be used first."""
        ways = [id for id in person.channels if id in self.channels and priority <= self.channels[id].max_priority]
        own = self._by_person.get(person.id)
        if own:
            local = to_datetime(at, self.timezone)
            minute = local.weekday() * 1440 + local.hour * 60 + local.minute
            ways += [contact.id for contact in own if carries(contact, priority, minute)]
        return ways

    def name(self, channel: str) -> str:
        """What people call a channel."""
        return next((contact.name for contact in self.contacts if contact.id == channel), channel)


def silenced(person: Person, channels: Mapping[str, Channel], contacts: Iterable[Contact]) -> Text | None:
    """When a priority 1 incident would reach the person by the page alone although there are other channels; None when
    never. A person without any channel but the page silences nothing."""
    own = list(contacts)
    if not own or any(id in channels for id in person.channels):
        return None
    for minute in range(WEEK_MINUTES):
        if not any(carries(contact, 1, minute) for contact in own):
            end = minute
            while end < WEEK_MINUTES and not any(carries(contact, 1, end) for contact in own):
                end += 1
            if minute == 0 and end == WEEK_MINUTES:
                return texts.ALWAYS
            return texts.FROM_TO.format(
                day=texts.WEEKDAYS[minute // 1440],
                start=_clock(minute),
                end=_clock(end),
                until=texts.WEEKDAYS[(end - 1) // 1440 % 7],
            )
    return None


def shown(type: ContactType, address: str) -> str:
    """The address without what may be secret: of a webhook scheme and host, of apprise the scheme alone."""
    parts = urlsplit(address)
    if type == "webhook":
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{parts.hostname or ''}{port}/…"
    return f"{parts.scheme}://…"


def _clock(minute: int) -> str:
    at = timedelta(minutes=minute % 1440)
    return f"{at.seconds // 3600:02d}:{at.seconds // 60 % 60:02d}"


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def _covers(quiet: Quiet, minute: int) -> bool:
    start, end = _minutes(quiet.start), _minutes(quiet.end)
    length = end - start if end > start else end + 1440 - start
    today = minute // 1440
    for day in (today, (today - 1) % 7):
        if quiet.days and DAYS[day] not in quiet.days:
            continue
        if (minute - day * 1440 - start) % WEEK_MINUTES < length:
            return True
    return False
