"""Which rule packs a run is judged by: those of the library that apply to the site, pinned when it starts."""

from collections.abc import Iterable, Sequence

from fangwei.core.clock import to_datetime
from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text
from fangwei.plant.site import Site
from fangwei.rulepacks.pack import Pack
from fangwei.rulepacks.scope import applies_to


class PackMissing(FangweiError):
    """A run is pinned to a pack that is not there, or a flow names a standard that does not apply here."""

    code = "flows.pack_missing"
    text = Text(
        "没有规则包 {pack}，无法判断是否合规，因此不能办理",
        "There is no rule pack {pack}; without it nothing can be judged",
    )
    http_status = 409


class SiteShelf:
    """Packs by id, and which of them bind a run at this site."""

    def __init__(self, site: Site, packs: Iterable[Pack] = ()) -> None:
        self._site = site
        self._packs = {pack.id: pack for pack in packs}

    @property
    def packs(self) -> list[Pack]:
        """All of them."""
        return list(self._packs.values())

    def pinned(self, ids: Sequence[str]) -> Sequence[Pack]:
        """The packs of these ids.

        Raises:
            PackMissing: one is not there.
        """
        for id in ids:
            if id not in self._packs:
                raise PackMissing(pack=id)
        return [self._packs[id] for id in ids]

    def applies(self, standard: str | None, work: str | None, now: int) -> list[str]:
        """Ids of the packs a run that starts now is judged by: the edition in force of the standard that the flow
        names, else what binds this enterprise and this work.

        Raises:
            PackMissing: the flow names a standard of which no edition is in force here.
        """
        day = to_datetime(now, self._site.head.timezone).date()
        if standard is not None:
            found = [pack.id for pack in self.packs if pack.standard == standard and pack.holds_on(day)]
            if not found:
                raise PackMissing(pack=standard)
            return found
        if work is None:
            return []
        return [pack.id for pack in applies_to(self.packs, self._site.head.enterprise, work, day)]
