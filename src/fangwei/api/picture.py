"""The plant as it stands now, as far as this process knows: what a page gets when it connects. Pure: no I/O.

Filled from the rooms' own answers and kept up by events. A part that no room has confirmed is *unknown*, and said
to be unknown: an empty list from a room that did not answer must never look like a quiet plant.
"""

from typing import Any

import numpy as np

from fangwei.core.events import (
    AlarmEvent,
    AlarmState,
    AlarmStatus,
    Incident,
    IncidentStatus,
    SourceHealth,
)
from fangwei.core.health import HealthReport
from fangwei.core.reading import Readings

OVER = frozenset({IncidentStatus.CLOSED, IncidentStatus.DISSOLVED})

PARTS = ("incidents", "alarms", "sources", "latest")

Latest = tuple[int, float | None, int]
"""Source time in ms, value (None: not a number), quality bits."""


class Picture:
    """Open incidents, alarms that are not normal, sources, processes and latest values.

    Invariants: an incident is never replaced by one of a lower revision, an alarm never by an older
    transition, a value never by one of an older source time.
    """

    def __init__(self, names: dict[int, str]) -> None:
        self.names = names
        """Point ids by key."""
        self.incidents: dict[str, Incident] = {}
        self.alarms: dict[str, AlarmStatus] = {}
        self.sources: dict[str, SourceHealth] = {}
        self.processes: dict[str, HealthReport] = {}
        self.latest: dict[str, Latest] = {}
        self.confirmed: dict[str, int | None] = dict.fromkeys(PARTS)
        """When each part was last confirmed by its room (UTC ns); None: never, so unknown."""
        self._seen: dict[str, int] = {}
        """Newest revision of every incident seen, also of closed ones: an old event must not reopen it."""

    # --- events ---------------------------------------------------------------------------------------------

    def incident(self, incident: Incident) -> bool:
        """Take in an incident; False when a newer one is already known (an event that came twice)."""
        if self._seen.get(incident.id, -1) >= incident.revision:
            return False
        self._seen[incident.id] = incident.revision
        if len(self._seen) > 20_000:
            for old in list(self._seen)[:10_000]:
                if old not in self.incidents:
                    del self._seen[old]
        if incident.status in OVER:
            self.incidents.pop(incident.id, None)
        else:
            self.incidents[incident.id] = incident
        return True

    def alarm(self, event: AlarmEvent) -> AlarmStatus | None:
        """Take in a transition; returns the alarm as it now stands, None when a later one is known."""
        before = self.alarms.get(event.alarm)
        if before is not None and before.changed > event.decided_time:
            return None
        status = AlarmStatus(
            alarm=event.alarm,
            occurrence=event.occurrence,
            point=event.point,
            zone=event.zone,
            east=event.east,
            north=event.north,
            up=event.up,
            kind=event.kind,
            hazard=event.hazard,
            priority=event.priority,
            state=event.state,
            active=event.active,
            value=event.value,
            limit=event.limit,
            unit=event.unit,
            quality=event.quality,
            since=before.since if before and before.occurrence == event.occurrence else event.source_time,
            changed=event.decided_time,
            message=event.message,
            shelvable=before.shelvable if before else True,
            by=event.by,
            reason=event.reason,
            why=event.why,
            until=event.until,
        )
        if status.state == AlarmState.NORMAL:
            self.alarms.pop(event.alarm, None)
        else:
            self.alarms[event.alarm] = status
        return status

    def source(self, source: SourceHealth) -> None:
        """Take in a source's health."""
        self.sources[source.source] = source

    def process(self, report: HealthReport) -> None:
        """Take in a process's health."""
        self.processes[report.process] = report

    def readings(self, batch: Readings) -> dict[str, Latest]:
        """Take in latest values; returns those that are news, by point id. Keys of no point are left out."""
        news: dict[str, Latest] = {}
        columns = (batch.point, batch.source_time, batch.value, batch.quality)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        finite = np.isfinite(batch.value).tolist()
        for (key, time, value, quality), is_number in zip(rows, finite, strict=True):
            point = self.names.get(key)
            if point is None:
                continue
            at = time // 1_000_000
            before = self.latest.get(point)
            if before is not None and before[0] > at:
                continue
            latest = (at, value if is_number else None, quality)
            if latest != before:
                self.latest[point] = news[point] = latest
        return news

    # --- what a room answers --------------------------------------------------------------------------------

    def all_incidents(self, incidents: list[Incident], now: int) -> list[Incident]:
        """The room's own list; returns those of which the pages do not know yet, closed ones included."""
        news = [i for i in incidents if self.incident(i)]
        listed = {i.id for i in incidents}
        # An incident the room no longer lists was closed while we did not hear: it goes, but only if it was
        # announced well before the question (an event may have overtaken the answer).
        for id in [i for i in self.incidents if i not in listed and self.incidents[i].updated < now - 5_000_000_000]:
            del self.incidents[id]
        self.confirmed["incidents"] = now
        return news

    def all_alarms(self, alarms: list[AlarmStatus], asked: int, now: int) -> None:
        """The room's own list, asked for at `asked`: what changed since then is kept as the events said."""
        newer = {n: a for n, a in self.alarms.items() if a.changed >= asked}
        self.alarms = {a.alarm: a for a in alarms if a.state != AlarmState.NORMAL} | newer
        self.confirmed["alarms"] = now

    def all_sources(self, sources: list[SourceHealth], now: int) -> None:
        """The room's own list."""
        self.sources = {s.source: s for s in sources}
        self.confirmed["sources"] = now

    def all_latest(self, readings: list[dict[str, Any]], now: int) -> None:
        """The historian's own table."""
        for reading in readings:
            value = reading.get("value")
            latest = (int(reading["source_time"]) // 1_000_000, value, int(reading["quality"]))
            before = self.latest.get(reading["point"])
            if before is None or before[0] <= latest[0]:
                self.latest[reading["point"]] = latest
        self.confirmed["latest"] = now

    def unconfirmed(self, part: str) -> None:
        """The room of this part did not answer: what is shown of it may be old."""
        self.confirmed[part] = None

    # --- what a page gets -----------------------------------------------------------------------------------

    def snapshot(self, watched: frozenset[str] | None) -> dict[str, Any]:
        """Everything a page needs to start; `watched` narrows the latest values (None: all)."""
        latest = self.latest if watched is None else {p: v for p, v in self.latest.items() if p in watched}
        return {
            "incidents": list(self.incidents.values()),
            "alarms": list(self.alarms.values()),
            "sources": list(self.sources.values()),
            "processes": list(self.processes.values()),
            "latest": latest,
            "confirmed": self.confirmed,
        }
