"""The alarm path of a site in one object: screen, limits, rules, suppressions and the desk. No I/O, no clock.

Readings and times go in, events to tell come out. Everything it learnt can be taken out and put back
(`snapshot`, `restore`), so that a restarted process goes on where the stored readings let it.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from hashlib import blake2b
from math import isfinite
from typing import Any

import msgspec
import numpy as np

from fangwei.alarms import texts
from fangwei.alarms.delay import Delay, Phase
from fangwei.alarms.desk import Desk, Seen
from fangwei.alarms.limits import EDGE, LATEST, LIMIT, Evaluator
from fangwei.alarms.rules import UNTRUSTED, Latest, Verdict, Watch
from fangwei.alarms.specs import DATA, Spec, is_source_state, limit_spec, platform_specs, point_limits, rule_specs
from fangwei.alarms.state import Life
from fangwei.bus import codec
from fangwei.core.clock import EARLIEST, MILLISECOND, SECOND, seconds
from fangwei.core.events import AlarmEvent
from fangwei.core.quality import Quality
from fangwei.core.reading import Readings
from fangwei.core.texts import Text
from fangwei.plant.schema import Kind, Limit
from fangwei.plant.site import Site, SitePoint
from fangwei.quality.screen import RECORD, Screen
from fangwei.quality.stale import ON_CHANGE_ONLY, promises, stale

STALE_EVERY = 250 * MILLISECOND
"""Silence is promised in seconds; looking for it four times a second is enough and costs nothing."""
SOURCE_SILENT_S = 5.0
"""Connect says each second how a source is; silence of this length means that nobody watches it."""
PLATFORM_SILENT = 5 * SECOND
SET_BY_PEOPLE = ("at", "deadband", "on_delay", "off_delay")
REHEARSED = Limit(id="hi", type="high", at=1.0)


class Snapshot(msgspec.Struct):
    """What an engine learnt, as bytes. `fingerprint` tells whether it fits a site."""

    fingerprint: str
    time: int
    """Readings that reached the bus after this (UTC ns) are not in it."""
    screen: bytes
    limits: bytes
    latest: bytes
    ring_times: bytes
    ring_values: bytes
    watched: dict[str, Latest]
    rules: dict[str, tuple[Delay, Delay]]
    occurrences: dict[str, str]
    """Of the alarms that were active."""


class Engine:
    """`hear` readings, `tick` at least every 50 ms, command the `desk`."""

    def __init__(self, site: Site, since: int, today: date | None = None) -> None:
        """`since`: the time at which watching begins, UTC ns. `today`: the date at the site."""
        # Limits are set while it runs: the points are its own.
        self.site = site = replace(site, points=dict(site.points))
        self.screen = Screen.of_site(site, today)
        points = self.screen.points
        limits = point_limits(site)
        self.watch = Watch(site, since)
        self._source_of = {f"{s.id}-state": s.id for s in site.sources.values() if f"{s.id}-state" in site.points}
        self.evaluator = Evaluator(points, limits, self.watch.points | self._source_of.keys())
        rules, platform = rule_specs(site), platform_specs(site)
        self._specs: list[Spec] = [*(item.spec for item in limits), *rules, *platform]
        self.desk = Desk(self._specs, self._why_suppressed)
        self._names = [item.spec.name for item in limits]
        self._number_of = {name: number for number, name in enumerate(self._names)}
        self._unjudged: list[int] = []
        self._data = [item.limit is None for item in limits]
        self._point_names = [item.point.name for item in limits]
        self._since = since
        self._promise = self._promises()
        self._stale = np.zeros(len(points), bool)
        self._stale_since = np.zeros(len(points), np.int64)
        self._stale_due = 0
        self._heard = 0
        self._platform_heard: dict[str, int] = {}
        self._source_up_since: dict[str, int] = {}
        self._sources_down: set[str] = set()
        # A source that is back gets this long to send each of its points before their silence is news.
        self._patience = {
            s.id: max((seconds(site.points[i.point].stale_after or 0.0) for i in s.points), default=0) + 6 * SECOND
            for s in site.sources.values()
        }
        self.fingerprint = self._fingerprint()

    # --- what comes in ----------------------------------------------------------------------------------------

    def hear(self, readings: Readings, now: int) -> list[AlarmEvent]:
        """A batch of readings, in the order in which they came."""
        if not len(readings):
            return []
        flags, rows = self.screen.examine(readings)
        edges, touched = self.evaluator.apply(readings, flags, rows)
        self._heard = max(self._heard, int(readings.receive_time[-1]))
        events: list[AlarmEvent] = []
        if len(edges):
            events += self._edges(edges, now)
        for i in touched.tolist():
            point = self.screen.points[rows[i]].id
            value, received = float(readings.value[i]), int(readings.receive_time[i])
            if point in self._source_of:
                events += self._source(self._source_of[point], value >= 0.5, received, now)
            if point in self.watch.latest:
                number = value if isfinite(value) else None
                verdicts = self.watch.hear(point, number, int(readings.source_time[i]), received, int(flags[i]))
                events += self._verdicts(verdicts, now)
        if len(touched) and self.watch.suppressions:
            events += self._suppressions(now)
        return events

    def tick(self, now: int) -> list[AlarmEvent]:
        """Time passes: delays, silence, ages, shelvings."""
        events: list[AlarmEvent] = []
        if now >= self._stale_due:
            self._stale_due = now + STALE_EVERY
            events += self._silence(now)
        events += self._edges(self.evaluator.tick(now, self._stale, self._stale_since), now)
        events += self._verdicts(self.watch.tick(now), now)
        if self.watch.suppressions:
            events += self._suppressions(now)
        events += self.desk.time_passes(now)
        for process, heard in self._platform_heard.items():
            if now - heard > PLATFORM_SILENT:
                events += self._platform(process, texts.NOT_HEARD, heard + PLATFORM_SILENT, now)
        return events

    def platform_heard(self, process: str, trouble: Text | None, now: int) -> list[AlarmEvent]:
        """A process of the platform reported; `trouble` says what is wrong with it."""
        alarm = f"platform.{process}"
        if alarm not in self.desk.lives:
            return []
        self._platform_heard[process] = now
        if trouble is not None:
            return self._platform(process, trouble, now, now)
        return self.desk.returned(alarm, now, now, None, 0, now)

    def expect_platform(self, now: int) -> None:
        """From now on the silence of a platform process is news."""
        for spec in platform_specs(self.site):
            self._platform_heard.setdefault(spec.name.partition(".")[2], now)

    def clock_offset(self, source: str, offset_s: float) -> None:
        """How far the clock of a source is ahead of ours, s."""
        known = self.site.sources.get(source)
        if known is not None and isfinite(offset_s):
            self.screen.set_clock_offset({i.point for i in known.points}, offset_s)

    # --- limits that people set -------------------------------------------------------------------------------

    def set_limit(self, point: str, limit: Limit, now: int) -> list[AlarmEvent]:
        """Put a limit in the place of the one of the same id and type; what is known of the alarm stays, and the latest
        value is judged by it at once."""
        known = self.site.points[point]
        limits = tuple(limit if one.id == limit.id else one for one in known.limits)
        self.site.points[point] = replace(known, limits=limits)
        number = self._number_of[f"{point}.{limit.id}"]
        self.evaluator.set(number, limit)
        self.desk.redefine(limit_spec(self.site, self.site.points[point], limit))
        return self._edges(self.evaluator.rejudge(number, now), now)

    def would(self, alarm: str, at: float, deadband: float) -> tuple[bool, bool, float] | None:
        """Whether the latest value would lie beyond a limit at `at`, whether safely back, and the value; None where
        that cannot be said. Changes nothing."""
        number = self._number_of[alarm]
        record = self.evaluator.limits[number]
        before = float(record["at"]), float(record["deadband"])
        record["at"], record["deadband"] = at, deadband
        judged = self.evaluator.beyond(number)
        record["at"], record["deadband"] = before
        if judged is None:
            return None
        return *judged, float(self.evaluator.latest[record["row"]]["value"])

    # --- going on after a restart -----------------------------------------------------------------------------

    def snapshot(self, now: int) -> Snapshot:
        """Everything learnt from readings (lives are stored with the events that made them)."""
        return Snapshot(
            fingerprint=self.fingerprint,
            time=min(self._heard or now, now),
            screen=self.screen.records.tobytes(),
            limits=self.evaluator.limits.tobytes(),
            latest=self.evaluator.latest.tobytes(),
            ring_times=self.evaluator.ring_times.tobytes(),
            ring_values=self.evaluator.ring_values.tobytes(),
            watched=self.watch.latest,
            rules={id: (w.delay, w.blind) for id, w in self.watch.rules.items()},
            occurrences={alarm: life.occurrence for alarm, life in self.desk.lives.items() if life.active},
        )

    def begin_replay(self, snapshot: Snapshot | None, told: Iterable[str]) -> None:
        """Before stored readings are heard again; the desk's lives are restored already.

        Without a snapshot that fits, the conditions begin blank; `end_replay` makes them agree with the lives.
        """
        self.desk.told = set(told)
        self.desk.replaying = self.screen.again = True
        if snapshot is not None and snapshot.fingerprint == self.fingerprint:
            standing = self.screen.records["standing"].copy()
            self.screen.records[:] = np.frombuffer(snapshot.screen, RECORD)
            self.screen.records["standing"] = standing
            self._restore_limits(np.frombuffer(snapshot.limits, LIMIT))
            self.evaluator.latest[:] = np.frombuffer(snapshot.latest, LATEST)
            self.evaluator.ring_times.ravel()[:] = np.frombuffer(snapshot.ring_times, np.int64)
            self.evaluator.ring_values.ravel()[:] = np.frombuffer(snapshot.ring_values, np.float64)
            self.watch.latest.update(snapshot.watched)
            for id, (delay, blind) in snapshot.rules.items():
                self.watch.rules[id].delay, self.watch.rules[id].blind = delay, blind
            self.desk.replayed = dict(snapshot.occurrences)

    def end_replay(self, now: int) -> list[AlarmEvent]:
        """After stored readings were heard again: conditions and lives are made to agree, activations first."""
        desk = self.desk
        desk.replaying, desk.told, desk.replayed = False, set(), {}
        self.screen.again = False
        events: list[AlarmEvent] = []
        for number in self._unjudged:
            events += self._edges(self.evaluator.rejudge(number, now), now)
        self._unjudged = []
        for number, alarm in enumerate(self._names):
            limit, life = self.evaluator.limits[number], desk.lives[alarm]
            latest = self.evaluator.latest[limit["row"]]
            active = limit["phase"] in (Phase.ACTIVE, Phase.FALLING)
            if active and not life.active:
                value = float(latest["value"]) if latest["known"] and isfinite(latest["value"]) else None
                message = self._message(number, int(latest["flags"]))
                since, received = int(limit["since"]), int(latest["received"])
                events += desk.raised(alarm, since, received, value, int(latest["flags"]), now, message)
            elif life.active and not active:
                # Decided by the clock before the crash, or by silence: a reading or the clock decides again.
                judged = self.evaluator.beyond(number)
                beyond = judged is not None and judged[0]
                safe = bool(latest["known"]) and not int(latest["flags"]) & UNTRUSTED and not beyond
                limit["phase"] = Phase.FALLING if safe else Phase.ACTIVE
                limit["since"], limit["began_source"], limit["began_received"] = life.since, now, now
        for id, delay in self._delays():
            life = desk.lives[id]
            if delay.active and not life.active:
                events += desk.raised(id, delay.since, now, None, 0, now)
            elif life.active and not delay.active:
                rule = self.site.rules.get(id)
                blind = rule is not None and not all(self.watch.latest[p].ok for p in rule.inputs.values())
                delay.phase, delay.since = (Phase.ACTIVE if blind else Phase.FALLING), life.since
                delay.began_source = delay.began_received = now
        for source in {s for life in desk.lives.values() for s in life.suppressed_by}:
            kind, _, name = source.partition(":")
            if kind == "source":
                self._sources_down.add(name)
                self._source_up_since[name] = now
            elif source in self.watch.suppressions:
                self.watch.suppressing.add(source)
        return events

    # --- inside -----------------------------------------------------------------------------------------------

    def _restore_limits(self, kept: np.ndarray[Any, np.dtype[np.void]]) -> None:
        # Where each limit stood comes from the snapshot; its values are those in force now, perhaps others.
        limits = self.evaluator.limits
        now = limits[list(SET_BY_PEOPLE)].copy()
        limits[:] = kept
        for name in SET_BY_PEOPLE:
            limits[name] = now[name]
        self._unjudged = np.flatnonzero(now != kept[list(SET_BY_PEOPLE)]).tolist()

    def _why_suppressed(self, id: str) -> Text:
        kind, _, name = id.partition(":")
        if kind == "source":
            return texts.SOURCE_SUPPRESSION.format(source=name)
        known = self.site.suppressions.get(id)
        return known.reason.text if known else Text(id, id)

    def _edges(self, edges: np.ndarray[Any, np.dtype[np.void]], now: int) -> list[AlarmEvent]:
        events: list[AlarmEvent] = []
        for edge in edges:
            number, flags = int(edge["limit"]), int(edge["flags"])
            value = float(edge["value"]) if isfinite(edge["value"]) else None
            source_time, received = int(edge["source_time"]), int(edge["received"])
            alarm = self._names[number]
            if edge["raised"] > 0:
                message = self._message(number, flags)
                events += self.desk.raised(alarm, source_time, received, value, flags, now, message)
            else:
                events += self.desk.returned(alarm, source_time, received, value, flags, now)
        return events

    def _message(self, number: int, flags: int) -> Text | None:
        if not self._data[number]:
            return None
        said = texts.doubts(flags or int(Quality.STALE))
        return texts.DATA.format(name=self._point_names[number], doubts=said)

    def _verdicts(self, verdicts: list[Verdict], now: int) -> list[AlarmEvent]:
        events: list[AlarmEvent] = []
        for v in verdicts:
            tell = self.desk.raised if v.raised > 0 else self.desk.returned
            events += tell(v.alarm, v.since, v.received, v.value, v.flags, now)
        return events

    def _silence(self, now: int) -> list[AlarmEvent]:
        received = self.screen.records["fresh_received"]
        self._stale = stale(received, self._promise, self._since, now)
        events: list[AlarmEvent] = []
        for point, source in self._source_of.items():
            row = self.screen.row_of[point]
            last = self.evaluator.latest[row]
            if self._stale[row] or (source in self._sources_down and last["known"]):
                events += self._source(source, not self._stale[row] and last["value"] >= 0.5, now, now)
        if self._stale.any():
            begun = np.maximum(received, self._since)
            self._stale_since = np.where(self._stale, begun + np.where(self._stale, self._promise, 0), 0)
            silent = [self.screen.points[row].id for row in np.flatnonzero(self._stale)]
        else:
            silent = []
        return events + self._verdicts(self.watch.silence(silent, now), now)

    def _source(self, source: str, up: bool, received: int, now: int) -> list[AlarmEvent]:
        if not up:
            self._source_up_since.pop(source, None)
            if source in self._sources_down:
                return []
            self._sources_down.add(source)
            return self._suppress_source(source, True, now)
        if source not in self._sources_down:
            return []
        since = self._source_up_since.setdefault(source, received)
        if received - since < self._patience[source]:
            return []
        self._sources_down.discard(source)
        return self._suppress_source(source, False, now)

    def _suppress_source(self, source: str, on: bool, now: int) -> list[AlarmEvent]:
        points = [i.point for i in self.site.sources[source].points] + [f"{source}-lag"]
        reason = self._why_suppressed(f"source:{source}").zh
        alarms = dict.fromkeys(f"{p}.{DATA}" for p in points)
        return self.desk.suppression(f"source:{source}", reason, alarms, on, now)

    def _suppressions(self, now: int) -> list[AlarmEvent]:
        events: list[AlarmEvent] = []
        for ids, on in zip(self.watch.suppressed(now), (True, False), strict=True):
            for id in sorted(ids):
                s = self.site.suppressions[id]
                events += self.desk.suppression(id, s.reason.zh, s.alarms, on, now)
        return events

    def _platform(self, process: str, why: Text, since: int, now: int) -> list[AlarmEvent]:
        message = texts.PLATFORM.format(process=process, why=why)
        return self.desk.raised(f"platform.{process}", since, now, None, 0, now, message)

    def _delays(self) -> list[tuple[str, Delay]]:
        return [pair for id, w in self.watch.rules.items() for pair in ((id, w.delay), (f"{id}.{DATA}", w.blind))]

    def _promises(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        promise = promises(self.screen.points)
        silent = seconds(SOURCE_SILENT_S)
        for row, point in enumerate(self.screen.points):
            if is_source_state(point) and promise[row] == ON_CHANGE_ONLY:
                promise[row] = silent
        # The source speaks first: its points are silent only after its own silence would have shown.
        for source in self.site.sources.values():
            for item in source.points:
                row = self.screen.row_of[item.point]
                if f"{source.id}-state" in self.site.points and promise[row] != ON_CHANGE_ONLY:
                    promise[row] = max(promise[row], silent + 2 * STALE_EVERY)
        return promise

    def _fingerprint(self) -> str:
        # A limit's values are no part of it: what was learnt fits a limit that people set otherwise meanwhile.
        points = [replace(p, limits=()) for p in self.screen.points]
        limits = [(p.id, one.id, one.type, one.of, one.window) for p in self.screen.points for one in p.limits]
        said = repr((points, limits, self.site.rules, [d.descr for d in (RECORD, LIMIT, LATEST, EDGE)]))
        return blake2b(said.encode(), digest_size=16).hexdigest()


def stored_life(life: Life, seen: Seen) -> bytes:
    """A life with what was seen, for the store."""
    return msgspec.json.encode((life, seen))


def life_of(stored: bytes) -> tuple[Life, Seen]:
    """The inverse of `stored_life`.

    Raises:
        msgspec.MsgspecError: not a stored life.
    """
    return msgspec.json.decode(stored, type=tuple[Life, Seen])


def rehearse(site: Site) -> tuple[AlarmEvent, Life, Seen]:
    """Let an invented alarm come and go through everything, so that the first real reading finds all code loaded: the
    first call of a kernel costs 20 ms even when it is compiled. Returns the last event, to rehearse keeping it."""
    point = SitePoint.make("rehearsal", Kind.PROCESS, "rehearsal", (0.0, 0.0, 0.0), "1", limits=(REHEARSED,))
    engine = Engine(Site(head=site.head, zones={}, points={point.id: point}), EARLIEST)
    told: list[AlarmEvent] = []
    for i, value in enumerate((2.0, 0.0)):
        time = EARLIEST + (i + 1) * SECOND
        arrived = codec.decode(codec.encode(Readings.of([point.key], [time], [time], [value], [0])))
        told += engine.hear(arrived, time) + engine.tick(time)
    last = told[-1]
    return last, engine.desk.lives[last.alarm], engine.desk.seen[last.alarm]
