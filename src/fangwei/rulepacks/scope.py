"""Which packs bind a piece of work: by the kind of enterprise, the kind of work and the day. Pure."""

from collections.abc import Iterable
from datetime import date

from fangwei.rulepacks.pack import Pack


def applies_to(packs: Iterable[Pack], enterprise: str, work: str | None, day: date) -> list[Pack]:
    """The packs in force on that day whose scope names this enterprise and this work."""
    return [pack for pack in packs if pack.holds_on(day) and _binds(pack, enterprise, work)]


def _binds(pack: Pack, enterprise: str, work: str | None) -> bool:
    scope = pack.applies
    return (not scope.enterprises or enterprise in scope.enterprises) and (not scope.works or work in scope.works)
