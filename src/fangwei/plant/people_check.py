"""Sources, duty and posts: what they refer to exists, and nobody is left without a way to be told."""

from collections.abc import Sequence
from pathlib import Path

from fangwei.identity.roles import ROLES
from fangwei.plant import texts
from fangwei.plant.problems import Findings
from fangwei.plant.schema import Channel, Duty, Post, Source
from fangwei.plant.shape_check import Placed
from fangwei.plant.site import SitePoint

SOURCE_ID_LENGTH = 58
"""`<source>-state` must be an id of at most 64 characters."""
WEBSOCKET = "websocket"


def check_sources(
    sources: Sequence[Placed[Source]], points: dict[str, SitePoint], broken: set[str], findings: Findings
) -> None:
    """Every fed point exists and has one source."""
    fed: dict[str, tuple[Placed[Source], int]] = {}
    for placed in sources:
        source, file = placed.value, placed.file.name
        if len(source.id) > SOURCE_ID_LENGTH:
            what = texts.SOURCE_ID_LONG.format(id=source.id, limit=SOURCE_ID_LENGTH)
            findings.add(file, placed.line("id"), what)
        for index, item in enumerate(source.points):
            if item.point not in points and item.point not in broken:
                what = texts.UNKNOWN_ID.format(what=texts.NOUNS["point"], id=item.point)
                findings.add(file, placed.line("points", index), what, findings.guess(item.point, points))
            if item.point in fed:
                other, at = fed[item.point]
                where = f"{other.file.name}:{other.line('points', at)}"
                what = texts.FED_TWICE.format(id=item.point, where=where)
                findings.add(file, placed.line("points", index), what)
            else:
                fed[item.point] = (placed, index)
            if item.scale == 0:
                findings.add(file, placed.line("points", index), texts.SCALE_ZERO.format(id=item.point))


def check_duty(placed: Placed[Duty], zones: set[str], broken: set[str], folder: Path, findings: Findings) -> None:
    """People, channels, shifts and the calendar file refer to what exists."""
    duty, file = placed.value, placed.file.name
    people = {person.id for person in duty.people}
    channels = {channel.id for channel in duty.channels}
    for what, key, ids in (
        ("person", "people", [p.id for p in duty.people]),
        ("channel", "channels", [c.id for c in duty.channels]),
    ):
        seen: dict[str, int] = {}
        for index, id in enumerate(ids):
            line = placed.line(key, index)
            if id in seen:
                text = texts.ID_TWICE.format(what=texts.NOUNS[what], id=id, where=f"{file}:{seen[id]}")
                findings.add(file, line, text)
            seen.setdefault(id, line)
    for index, person in enumerate(duty.people):
        if person.role not in ROLES:
            text = texts.UNKNOWN_ID.format(what=texts.NOUNS["role"], id=person.role)
            known = findings.guess(person.role, ROLES) or texts.ROLES_ARE.format(roles=", ".join(ROLES))
            findings.add(file, placed.line("people", index, "role"), text, known)
        for at, name in enumerate(person.channels):
            if name not in channels and name != WEBSOCKET:
                text = texts.UNKNOWN_ID.format(what=texts.NOUNS["channel"], id=name)
                hint = findings.guess(name, channels)
                findings.add(file, placed.line("people", index, "channels", at), text, hint)
    for index, channel in enumerate(duty.channels):
        _check_channel(channel, placed, index, findings)
    for index, shift in enumerate(duty.shifts):
        if shift.person not in people:
            text = texts.UNKNOWN_ID.format(what=texts.NOUNS["person"], id=shift.person)
            findings.add(file, placed.line("shifts", index, "person"), text, findings.guess(shift.person, people))
        for at, zone in enumerate(shift.zones):
            if zone not in zones and zone not in broken:
                text = texts.UNKNOWN_ID.format(what=texts.NOUNS["zone"], id=zone)
                findings.add(file, placed.line("shifts", index, "zones", at), text, findings.guess(zone, zones))
        if shift.start == shift.end:
            text = texts.SHIFT_EMPTY.format(person=shift.person, start=shift.start)
            findings.add(file, placed.line("shifts", index, "start"), text, texts.SHIFT_ALLOWED)
        if shift.end > "24:00":
            findings.add(file, placed.line("shifts", index, "end"), texts.SHIFT_PAST_MIDNIGHT.format(end=shift.end))
    if duty.everyone_after < duty.escalate_after:
        text = texts.EVERYONE_TOO_SOON.format(everyone=duty.everyone_after, step=duty.escalate_after)
        findings.add(file, placed.line("everyone_after"), text)
    if duty.calendar is not None:
        path = (folder / duty.calendar).resolve()
        if not path.is_relative_to(folder.resolve()):
            findings.add(file, placed.line("calendar"), texts.CALENDAR_OUTSIDE.format(name=duty.calendar))
        elif not path.is_file():
            findings.add(file, placed.line("calendar"), texts.CALENDAR_MISSING.format(name=duty.calendar))


def check_posts(posts: Sequence[Placed[Post]], duty: Duty, broken: set[str], findings: Findings) -> None:
    """Each post names a role or persons that exist, and never both: otherwise nobody could say who may sign."""
    people = {person.id for person in duty.people}
    for placed in posts:
        post, file = placed.value, placed.file.name
        if (post.role is None) == (not post.persons):
            findings.add(file, placed.line(), texts.POST_OF_WHOM.format(id=post.id))
        if post.role is not None and post.role not in ROLES:
            text = texts.UNKNOWN_ID.format(what=texts.NOUNS["role"], id=post.role)
            known = findings.guess(post.role, ROLES) or texts.ROLES_ARE.format(roles=", ".join(ROLES))
            findings.add(file, placed.line("role"), text, known)
        for at, person in enumerate(post.persons):
            if person not in people and person not in broken and "duty" not in broken:
                text = texts.UNKNOWN_ID.format(what=texts.NOUNS["person"], id=person)
                findings.add(file, placed.line("persons", at), text, findings.guess(person, people))


def _check_channel(channel: Channel, placed: Placed[Duty], index: int, findings: Findings) -> None:
    file, line = placed.file.name, placed.line("channels", index)
    if channel.id == WEBSOCKET:
        findings.add(file, line, texts.CHANNEL_RESERVED)
    if channel.type == "apprise":
        if not any(channel.urls):
            findings.add(file, line, texts.CHANNEL_URL.format(id=channel.id, type=channel.type, key="urls"))
    elif not channel.url:
        findings.add(file, line, texts.CHANNEL_URL.format(id=channel.id, type=channel.type, key="url"))
    elif not channel.url.startswith(("http://", "https://")):
        findings.add(file, placed.line("channels", index, "url"), texts.CHANNEL_SCHEME.format(id=channel.id))
