"""A firing as the commands it orders: what is stored, and what is said. Pure.

Ids are made of rule and cause alone, so that the same decision made twice is the same firing and the same commands,
whoever makes it and after however long.
"""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

import msgspec

from fangwei.core.clock import seconds
from fangwei.core.events import PlantOrder
from fangwei.core.orders import OrderKind, PlantSignal
from fangwei.core.texts import Text
from fangwei.duty.chains import Who
from fangwei.plant.site import Site
from fangwei.reactions import texts
from fangwei.reactions.judge import Decision
from fangwei.reactions.questions import Firing, RuleCommand
from fangwei.reactions.rule import Action, Broadcast, Move, RaiseSignal, StartFlow, TellWho

VALID_S = 120.0
"""An order that could not be sent for so long is not carried out any more: what it was for has moved on."""
ROOM = "reactions"


class Posted(msgspec.Struct, kw_only=True):
    """A command with what is said for it: an event on `subject` (`way` say) or a question to it (`way` do)."""

    command: RuleCommand
    way: str
    subject: str
    payload: dict[str, Any]
    valid_until: int


def posts_of(site: Site) -> dict[str, list[Who]]:
    """Who holds each post of the site: certain persons, or everybody of a role."""
    return {
        id: [Who("person", person) for person in post.persons] or [Who("role", post.role or "")]
        for id, post in site.posts.items()
    }


def firing_id(rule: str, cause: str) -> str:
    """The firing's id, 32 characters."""
    return blake2b(f"{rule}\0{cause}".encode(), digest_size=16).hexdigest()


def firing(decision: Decision) -> Firing:
    """The decision as it is kept and told."""
    return Firing(
        id=firing_id(decision.rule, decision.cause),
        rule=decision.rule,
        name=decision.body.name,
        revision=decision.revision,
        cause=decision.cause,
        decided=decision.decided,
        zone=decision.zone,
        late=decision.late,
        inputs=list(decision.inputs),
        because=list(decision.because),
    )


def posted(decision: Decision, all_zones: Sequence[str], posts: Mapping[str, Sequence[Who]]) -> list[Posted]:
    """What a firing orders; nothing where it is late. `posts`: who holds each post of the site."""
    if decision.late:
        return []
    return [_one(decision, number, action, all_zones, posts) for number, action in enumerate(decision.body.then)]


def _one(
    decision: Decision, number: int, action: Action, all_zones: Sequence[str], posts: Mapping[str, Sequence[Who]]
) -> Posted:
    fired = firing_id(decision.rule, decision.cause)
    id, because = f"{fired}-{number}", f"reaction/{fired}"
    zones = _where(decision, all_zones)
    payload: msgspec.Struct | dict[str, Any]
    match action:
        case Broadcast():
            zones = list(action.zones) or zones
            kind, what, way, subject = "broadcast", action.text, "say", "fw.orders.broadcast"
            payload = _order(decision, id, kind, zones, "", "say", action.text, because)
        case Move():
            zones = list(action.zones) or zones
            name = texts.KINDS[OrderKind(action.kind)]
            what = Text(f"{name.zh} {action.state}", f"{name.en} {action.state}")
            kind, way, subject = action.kind, "say", f"fw.orders.{action.kind}"
            payload = _order(decision, id, kind, zones, action.target, action.state, None, because)
        case TellWho():
            kind, what, way, subject = "tell", action.text, "do", "fw.do.duty.tell"
            who = [*action.who, *(one for post in action.posts for one in posts.get(post, ()))]
            payload = {
                "id": id, "by": ROOM, "zone": decision.zone, "priority": action.priority, "text": action.text,
                "who": who, "because": because,
            }  # fmt: skip
        case StartFlow():
            kind, what, way, subject = "flow", Text(action.flow, action.flow), "do", "fw.do.flows.start"
            payload = {
                "id": id, "by": ROOM, "flow": action.flow, "run_zones": zones, "title": decision.body.name.zh,
                "answers": _filled(action.fields, decision) or None,
            }  # fmt: skip
        case RaiseSignal():
            zones = [decision.zone] if decision.zone else []
            kind, what, way, subject = "signal", Text(action.name, action.name), "say", f"fw.signals.{action.name}"
            payload = _signal(decision, id, action.name)
    command = RuleCommand(id=id, firing=fired, number=number, kind=kind, zones=zones, what=what, time=decision.decided)
    return Posted(
        command=command,
        way=way,
        subject=subject,
        payload=msgspec.to_builtins(payload),
        valid_until=decision.decided + seconds(VALID_S),
    )


def _order(
    decision: Decision, id: str, kind: str, zones: list[str], target: str, value: str, text: Text | None, because: str
) -> PlantOrder:
    return PlantOrder(
        id=id, kind=kind, zones=zones, target=target, value=value, text=text, time=decision.decided,
        valid_until=decision.decided + seconds(VALID_S), by=ROOM, because=because,
    )  # fmt: skip


def _signal(decision: Decision, id: str, name: str) -> PlantSignal:
    first = decision.inputs[0] if decision.inputs else None
    return PlantSignal(
        id=id,
        name=name,
        time=decision.decided,
        zone=decision.zone,
        point=first.point if first else "",
        value=first.value if first else None,
        unit=first.unit if first else "",
        text=decision.body.name,
        because=list(decision.because),
    )


def _where(decision: Decision, all_zones: Sequence[str]) -> list[str]:
    if decision.zone:
        return [decision.zone]
    return list(decision.body.there.zones) or list(all_zones)


def _filled(fields: dict[str, str], decision: Decision) -> dict[str, str]:
    first = decision.inputs[0] if decision.inputs else None
    known = {
        "{zone}": decision.zone,
        "{point}": first.point if first else "",
        "{value}": "" if first is None or first.value is None else f"{first.value:g} {first.unit}".strip(),
        "{cause}": decision.cause,
    }
    filled = {}
    for name, text in fields.items():
        for place, value in known.items():
            text = text.replace(place, value)
        filled[name] = text
    return filled
