"""What may stand in a rule on this site. Pure."""

import math
from collections.abc import Collection, Iterable, Mapping

from fangwei.core.orders import ORDER_STATES, OrderKind
from fangwei.core.texts import Text
from fangwei.duty.chains import Who
from fangwei.plant.site import Site
from fangwei.reactions import loops, texts
from fangwei.reactions.rule import AlarmRow, Broadcast, EventRow, Move, RuleBody, TellWho, ValueRow
from fangwei.reactions.seen import KINDS

MOST_RULES = 1000
LONGEST_NAME = 80
LONGEST_WORDS = 300


def problems(id: str, body: RuleBody, site: Site, others: Mapping[str, RuleBody]) -> list[Text]:
    """Why the rule cannot be; empty where it can. `others`: the saved and running rules beside it."""
    found: list[Text] = []
    if not _said(body.name, LONGEST_NAME):
        found.append(texts.NAME_MISSING)
    if body.there.within_m and not body.there.zones:
        found.append(texts.WITHIN_NEEDS_ZONES)
    found += _unknown(body.there.zones, site.zones, texts.ZONE_UNKNOWN)
    for row in body.when:
        if isinstance(row, AlarmRow):
            found += _unknown(row.kinds, KINDS, texts.KIND_UNKNOWN)
            found += _unknown(row.points, site.points, texts.POINT_UNKNOWN)
        elif isinstance(row, ValueRow):
            found += _unknown([row.point], site.points, texts.POINT_UNKNOWN)
        if isinstance(row, (ValueRow, EventRow)) and row.at is not None and not math.isfinite(row.at):
            found.append(texts.NOT_FINITE)
    for action in body.then:
        if isinstance(action, (Broadcast, Move)):
            found += _unknown(action.zones, site.zones, texts.ZONE_UNKNOWN)
        if isinstance(action, (Broadcast, TellWho)) and not _said(action.text, LONGEST_WORDS):
            found.append(texts.WORDS_MISSING)
        if isinstance(action, Move) and action.state not in ORDER_STATES[OrderKind(action.kind)]:
            kind = texts.KINDS[OrderKind(action.kind)]
            found.append(texts.STATE_UNKNOWN.format(kind=kind, state=action.state[:40]))
        if isinstance(action, TellWho):
            found += _unknown(action.posts, site.posts, texts.POST_UNKNOWN)
            if not action.who and not action.posts:
                found.append(texts.NOBODY_NAMED)
            found += [problem for who in action.who if (problem := _who(who, site)) is not None]
    ring = loops.circle({**others, id: body})
    if ring:
        names = [others[one].name if one in others and one != id else body.name for one in ring]
        told = Text(" → ".join(n.zh for n in names), " → ".join(n.en for n in names))
        found.append(texts.CIRCLE.format(names=told))
    return found


def warnings(body: RuleBody, site: Site) -> list[Text]:
    """What people should know before they arm it."""
    found = []
    points = loops.feels_itself(body, site)
    if points:
        found.append(texts.FEELS_ITSELF.format(points=", ".join(points)))
    if any(isinstance(action, (Broadcast, Move)) and not action.zones for action in body.then) and not body.there.zones:
        found.append(texts.NO_ZONE)
    return found


def _unknown(ids: Iterable[str], known: Collection[str], text: Text) -> list[Text]:
    return [text.format(id=id[:64]) for id in ids if id not in known]


def _who(who: Who, site: Site) -> Text | None:
    people = site.duty.people
    if who.kind == "person" and all(person.id != who.id for person in people):
        return texts.PERSON_UNKNOWN.format(id=who.id[:64])
    if who.kind == "role" and all(person.role != who.id for person in people):
        return texts.ROLE_EMPTY.format(id=who.id[:64])
    return None


def _said(text: Text, longest: int) -> bool:
    return all(0 < len(words.strip()) <= longest for words in (text.zh, text.en))
