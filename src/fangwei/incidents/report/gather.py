"""Which points, alarms and duties of an incident a report shows. Pure."""

from itertools import pairwise

from fangwei.core.clock import MINUTE, SECOND
from fangwei.core.events import Incident
from fangwei.core.texts import Text
from fangwei.historian.questions import Series
from fangwei.incidents.report.matter import Curve, Duty, Level, Outline
from fangwei.plant.schema import Rationalisation
from fangwei.plant.site import Site

MOST_CURVES = 8
LEAD_IN = 5 * MINUTE
"""What is shown before the first alarm: how the values were while all was well."""


def main_points(incident: Incident) -> list[str]:
    """The first-out's point, then the most urgent alarms' and the earliest; each once."""
    first = incident.first_out
    ranked = sorted(incident.members, key=lambda m: (m.alarm != first.alarm, m.priority, m.since, m.alarm))
    return list(dict.fromkeys(m.point for m in ranked))[:MOST_CURVES]


def time_shown(incident: Incident) -> tuple[int, int]:
    """From a little before the first alarm to a little after the last change."""
    edge = max(MINUTE, (incident.updated - incident.started) // 20)
    return incident.started - max(LEAD_IN, edge), incident.updated + edge


def curve(site: Site, incident: Incident, point: str, series: Series) -> Curve:
    """A point's readings with its limits and its alarms in the incident."""
    known = site.points.get(point)
    limits = known.limits if known else ()
    return Curve(
        point=point,
        name=known.name if known else Text(point, point),
        unit=known.unit if known else "",
        time=series.time,
        least=series.min,
        most=series.max,
        mean=series.mean,
        levels=[Level(l.at, l.priority) for l in limits if l.at is not None and l.type in ("high", "low")],  # noqa: E741
        alarms=[(m.since, m.priority) for m in incident.members if m.point == point],
        gap=silence(series, known.stale_after if known else None),
    )


def silence(series: Series, stale_after: float | None) -> int:
    """How long a point may be silent before its line breaks, ns: until it counts as stale, or three times as long as
    it usually is. Buckets finer than a sensor's own pace are no gaps."""
    heard = [time for time, value in zip(series.time, series.mean, strict=True) if value is not None]
    spacing = sorted(later - earlier for earlier, later in pairwise(heard))
    usual = spacing[len(spacing) // 2] if spacing else 0
    width = series.time[1] - series.time[0] if len(series.time) > 1 else 0
    return max(width * 5 // 2, 3 * usual, round((stale_after or 0) * SECOND))


def duties(site: Site, incident: Incident) -> list[Duty]:
    """What the rationalisation of the first alarm and of the most urgent one says to do; the same once."""
    first = incident.first_out
    highest = min([first, *incident.members], key=lambda m: (m.priority, m.since, m.alarm))
    found: dict[Text, Duty] = {}
    for alarm in (first.alarm, highest.alarm):
        told = _why(site, alarm)
        if told is not None:
            why, message = told
            duty = Duty(why.action.text, why.consequence.text, why.time_to_respond, message)
            found.setdefault(duty.action, duty)
    return list(found.values())


def outlines(site: Site) -> list[Outline]:
    """Every zone of the site."""
    return [Outline(z.id, z.name.text, z.storey, [(x, y) for x, y in z.polygon]) for z in site.zones.values()]


def _why(site: Site, alarm: str) -> tuple[Rationalisation, Text] | None:
    rule = site.rules.get(alarm)
    if rule is not None:
        named = rule.message or rule.name
        return (rule.rationalisation, named.text if named else Text(alarm, alarm)) if rule.rationalisation else None
    point, _, id = alarm.rpartition(".")
    known = site.points.get(point)
    for limit in known.limits if known else ():
        if limit.id == id and limit.rationalisation is not None:
            message = limit.message.text if limit.message else known.name if known else Text(alarm, alarm)
            return limit.rationalisation, message
    return None
