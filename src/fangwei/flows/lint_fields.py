"""Which data a card leaves behind, and which of it a condition or a text looks at. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from fangwei.core.texts import Text
from fangwei.flows.cards import AnyCard, Approve, Close, Expert, Form, Isolate, Measure, SubFlow, Wait, Work

_STRING: Final = re.compile(r'"(?:\\.|[^"\\])*"')
_PLACE: Final = re.compile(r"\{([a-z][a-z0-9_]*(?:\.[A-Za-z0-9_]+)*)\}")
_RUN: Final = ("run.",)


class Asked:
    """Places in the data that were filled before; one that ends in a dot is filled with anything below it."""

    def __init__(self) -> None:
        self._places: set[str] = set(_RUN)

    def add(self, places: Iterable[str]) -> None:
        """More of them."""
        self._places.update(places)

    def has(self, field: str) -> bool:
        """Whether a place, something below it, or everything around it was filled."""
        return any(
            place == field or (place.endswith(".") and f"{field}.".startswith(place)) or place.startswith(f"{field}.")
            for place in self._places
        )


def asked_by(card: AnyCard) -> Iterator[str]:
    """The places that a card fills."""
    key = card.key
    match card:
        case Form():
            yield from (f"{key}.{name}" for name in _keys(card.form.get("components")))
            yield from (f"{key}.{name}" for name in ("by_", "at_"))
            yield f"{key}.judged."
        case Measure():
            yield from (f"{key}.{quantity.key}" for quantity in card.quantities)
            yield from (f"{key}.{name}" for name in ("by_", "at_", "time", "place"))
            yield f"{key}.judged."
        case Approve():
            yield from (f"{key}.{approver.key}." for approver in card.by)
            yield from (f"{key}.{name}" for name in ("decision", "reason", "by_", "at_"))
        case Isolate() | Work() | Wait() | SubFlow() | Expert() | Close():
            yield f"{key}."


def _keys(components: Any) -> Iterator[str]:
    for part in components if isinstance(components, list) else []:
        if isinstance(part, dict):
            if isinstance(part.get("key"), str):
                yield part["key"]
            yield from _keys(part.get("components"))


def missing(expression: str, names: Sequence[str], asked: Asked) -> list[str]:
    """Places that an expression looks at and nobody filled. `names`: what FEEL says it is about."""
    bare = _STRING.sub('""', expression)
    found: dict[str, None] = {}
    for name in names:
        for place in re.findall(rf"(?<![\w.]){re.escape(name)}(?:\.[A-Za-z_]\w*)*", bare):
            if not asked.has(place):
                found[place] = None
    return list(found)


def fields_of(text: Text | None) -> list[str]:
    """Places that a text is filled from."""
    words = "" if text is None else f"{text.zh} {text.en}"
    return list(dict.fromkeys(_PLACE.findall(words)))
