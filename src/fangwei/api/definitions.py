"""Every alarm that the site defines, as a list to search: the master alarm database of ISA-18.2. Pure."""

from dataclasses import dataclass

from fangwei.api.limits import LimitBook
from fangwei.plant.site import Site


@dataclass(frozen=True, slots=True)
class Row:
    """One alarm, as far as lists filter and sort by it."""

    alarm: str
    point: str
    zone: str
    priority: int
    rationalised: bool
    changed: bool


class Definitions:
    """Names and words of all alarms, made when first asked for: a site of 50,000 points has 100,000 limits."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._words: list[tuple[str, str, str, str]] | None = None

    def rows(self, book: LimitBook, text: str = "") -> list[Row]:
        """The alarms that hold every word of `text`, in the site's order, with what is in force now."""
        if self._words is None:
            self._words = self._fold()
        words = text.casefold().split()
        found = []
        for alarm, point_id, limit_id, haystack in self._words:
            if not all(word in haystack for word in words):
                continue
            if limit_id == "":
                rule = self._site.rules[alarm]
                found.append(Row(alarm, point_id, rule.zone, rule.priority, rule.rationalisation is not None, False))
                continue
            point = self._site.points[point_id]
            limit = next(one for one in book.point(point).limits if one.id == limit_id)
            change = book.change_of(alarm)
            changed = change is not None and change.setting is not None
            found.append(Row(alarm, point_id, point.zone, limit.priority, limit.rationalisation is not None, changed))
        return found

    def _fold(self) -> list[tuple[str, str, str, str]]:
        site = self._site
        zones = {z.id: f"{z.id} {z.name.zh} {z.name.en}" for z in site.zones.values()}
        rows = []
        for point in site.points.values():
            about = f"{point.name.zh} {point.name.en} {zones.get(point.zone, point.zone)} {point.kind.value}"
            for limit in point.limits:
                alarm = f"{point.id}.{limit.id}"
                said = f" {limit.message.zh} {limit.message.en}" if limit.message else ""
                rows.append((alarm, point.id, limit.id, f"{alarm} {about}{said}".casefold()))
        for rule in site.rules.values():
            words = f"{rule.id} {rule.name.zh} {rule.name.en} {zones.get(rule.zone, rule.zone)}"
            rows.append((rule.id, rule.point, "", words.casefold()))
        return rows
