"""All limits of a site against each reading, in one numba kernel: what passed its limit, and what came back.

A reading that is NOT_FRESH touches nothing. One with an UNTRUSTED_VALUE may raise and never clears. Delays
run by source time while readings come and by the wall clock (`tick`) when none come; silence raises what was
rising, but a stale point never falls back to normal by silence.

The raising reading is the one that began the on-delay, so that the same readings give the same occurrence
whether the next reading or the clock completed it.
"""

from collections.abc import Sequence

import numba
import numpy as np
from numpy.typing import NDArray

from fangwei.alarms.delay import SILENCE, Phase
from fangwei.alarms.specs import PointLimit
from fangwei.core.clock import SECOND, seconds
from fangwei.core.quality import NOT_FRESH, UNTRUSTED_VALUE, Quality
from fangwei.core.reading import Readings, Shorts
from fangwei.plant.schema import Limit
from fangwei.plant.site import SitePoint
from fangwei.quality.screen import plain

HIGH, LOW, RATE, DEVIATION, EQUALS, DATA = range(6)
TYPES = {"high": HIGH, "low": LOW, "rate": RATE, "deviation": DEVIATION, "equals": EQUALS}

RING = 16
"""Samples that a rate limit keeps of its window: the slope is taken over the whole window, from these
only."""
DATA_OFF_DELAY_S = 5.0
"""A doubt that comes and goes with single readings is one data alarm, not many."""
EDGES = 4096
"""Edges per call of the kernel; it is called again where a batch has more."""

DATA_DOUBTS = (
    Quality.BAD
    | Quality.NOT_A_NUMBER
    | Quality.OUT_OF_RANGE
    | Quality.IMPOSSIBLE_RATE
    | Quality.FROZEN
    | Quality.CALIBRATION_OVERDUE
)
"""What raises a point's data alarm when it is said of a reading (STALE is said by the clock)."""

LIMIT = np.dtype(
    [
        ("row", np.int32),
        ("type", np.int32),
        ("other", np.int32),
        ("ring", np.int32),
        ("at", np.float64),
        ("deadband", np.float64),
        ("on_delay", np.int64),
        ("off_delay", np.int64),
        ("window", np.int64),
        ("phase", np.int64),
        ("since", np.int64),
        ("began_source", np.int64),
        ("began_received", np.int64),
    ],
    align=True,
)
"""One limit and where it stands; `row` and `other` are rows of points, `ring` the row of its samples (rate
only)."""

LATEST = np.dtype(
    [
        ("value", np.float64),
        ("source_time", np.int64),
        ("received", np.int64),
        ("flags", np.int32),
        ("stale", np.int8),
        ("watched", np.int8),
        ("known", np.int8),
    ],
    align=True,
)
"""The latest fresh reading of a point. `watched`: a rule wants to hear of each reading."""

EDGE = np.dtype(
    [
        ("limit", np.int32),
        ("raised", np.int32),
        ("source_time", np.int64),
        ("received", np.int64),
        ("value", np.float64),
        ("flags", np.int64),
    ],
    align=True,
)
"""A limit passed (`raised` 1) or left (-1). `source_time` of a raise is that of the raising reading."""

_NOT_FRESH = int(NOT_FRESH)
_UNTRUSTED = int(UNTRUSTED_VALUE)
_DOUBTS = int(DATA_DOUBTS)
_STALE = int(Quality.STALE)
_IDLE, _RISING, _ACTIVE, _FALLING = (int(p) for p in Phase)


class Evaluator:
    """The limits over points; row numbers are those of `points` (the screen's)."""

    def __init__(
        self, points: Sequence[SitePoint], limits: Sequence[PointLimit], watched: frozenset[str] = frozenset()
    ) -> None:
        rows = {p.id: row for row, p in enumerate(points)}
        self.latest = np.zeros(len(points), LATEST)
        self.latest["watched"] = [p.id in watched for p in points]
        self.limits = np.zeros(len(limits), LIMIT)
        touching: list[list[int]] = [[] for _ in points]
        rings = 0
        for number, (record, item) in enumerate(zip(self.limits, limits, strict=True)):
            row, limit = rows[item.point.id], item.limit
            record["row"], record["other"], record["ring"] = row, -1, -1
            touching[row].append(number)
            if limit is None:
                record["type"] = DATA
                record["off_delay"] = seconds(DATA_OFF_DELAY_S)
                continue
            record["type"] = TYPES[limit.type]
            record["at"], record["deadband"] = limit.at, limit.deadband
            record["on_delay"], record["off_delay"] = seconds(limit.on_delay), seconds(limit.off_delay)
            if limit.type == "rate":
                record["window"], record["ring"] = seconds(limit.window), rings
                rings += 1
            if limit.type == "deviation" and limit.of is not None:
                record["other"] = rows[limit.of]
                touching[rows[limit.of]].append(number)
        self._starts = np.cumsum([0, *(len(t) for t in touching)], dtype=np.int64)
        self._touching = np.array([n for t in touching for n in t], np.int32)
        self.ring_times = np.zeros((rings, RING), np.int64)
        self.ring_values = np.zeros((rings, RING), np.float64)
        self._edges = np.zeros(EDGES + max((len(t) for t in touching), default=0), EDGE)
        warm()

    def apply(
        self, readings: Readings, flags: Shorts, rows: NDArray[np.int32]
    ) -> tuple[NDArray[np.void], NDArray[np.int32]]:
        """Edges (EDGE records, in the order of the readings) and the indices of fresh readings of watched
        points."""
        touched = np.empty(len(readings), np.int32)
        done, heard, parts = 0, 0, []
        while done < len(readings):
            done, edges, heard = _apply(
                self._starts,
                self._touching,
                self.limits,
                self.latest,
                self.ring_times,
                self.ring_values,
                plain(readings.source_time),
                plain(readings.receive_time),
                plain(readings.value),
                flags,
                rows,
                done,
                heard,
                self._edges,
                touched,
            )
            parts.append(self._edges[:edges].copy())
        return _joined(parts), touched[:heard]

    def set(self, number: int, limit: Limit) -> None:
        """New values for a limit of the same type; where it stands stays as it is until `rejudge`."""
        record = self.limits[number]
        record["at"], record["deadband"] = limit.at, limit.deadband
        record["on_delay"], record["off_delay"] = seconds(limit.on_delay), seconds(limit.off_delay)

    def beyond(self, number: int) -> tuple[bool, bool] | None:
        """Whether the latest value lies beyond a high, low, equals or deviation limit, and whether it is safely back.

        None where that cannot be said: no number yet, or a rate, whose next reading decides.
        """
        limit = self.limits[number]
        latest = self.latest[limit["row"]]
        value, at, deadband = float(latest["value"]), float(limit["at"]), float(limit["deadband"])
        if not latest["known"] or not np.isfinite(value) or limit["type"] in (RATE, DATA):
            return None
        flags, stale = int(latest["flags"]), bool(latest["stale"])
        if limit["type"] == HIGH:
            beyond, clear = value > at, value <= at - deadband
        elif limit["type"] == LOW:
            beyond, clear = value < at, value >= at + deadband
        elif limit["type"] == EQUALS:
            beyond, clear = value == at, value != at
        else:
            other = self.latest[limit["other"]]
            if not other["known"] or not np.isfinite(other["value"]):
                return None
            flags, stale = flags | int(other["flags"]), stale or bool(other["stale"])
            apart = abs(value - float(other["value"]))
            beyond, clear = apart > at, apart <= at - deadband
        return bool(beyond), bool(clear and not beyond and not flags & _UNTRUSTED and not stale)

    def rejudge(self, number: int, now: int) -> NDArray[np.void]:
        """The latest value against a limit that was just set; a point that speaks on change only may say nothing for
        days. The condition begins (or ends) now, when the limit made it so: the old reading was no alarm."""
        judged = self.beyond(number)
        if judged is None:
            return np.zeros(0, EDGE)
        beyond, clear = judged
        limit = self.limits[number]
        phase, raised = int(limit["phase"]), 0
        if phase == _IDLE and beyond:
            phase, limit["since"] = _RISING, now
            limit["began_source"] = limit["began_received"] = now
        elif phase == _RISING and clear:
            phase = _IDLE
        elif phase == _ACTIVE and clear:
            phase = _FALLING
            limit["began_source"] = limit["began_received"] = now
        elif phase == _FALLING and not clear:
            phase = _ACTIVE
        if phase == _RISING and limit["on_delay"] == 0:
            phase, raised = _ACTIVE, 1
        elif phase == _FALLING and limit["off_delay"] == 0:
            phase, raised = _IDLE, -1
        limit["phase"] = phase
        edges = np.zeros(abs(raised), EDGE)
        if raised:
            latest = self.latest[limit["row"]]
            edge = edges[0]
            edge["limit"], edge["raised"], edge["source_time"] = number, raised, now
            edge["received"], edge["value"], edge["flags"] = latest["received"], latest["value"], latest["flags"]
        return edges

    def tick(self, now: int, stale: NDArray[np.bool_], stale_since: NDArray[np.int64]) -> NDArray[np.void]:
        """Edges of time passing. `stale`, `stale_since` (points,): which points are silent, and since when
        (ns)."""
        done, parts = 0, []
        while done < len(self.limits):
            done, edges = _tick(self.limits, self.latest, now, stale, stale_since, done, self._edges)
            parts.append(self._edges[:edges].copy())
        return _joined(parts)


def _joined(parts: list[NDArray[np.void]]) -> NDArray[np.void]:
    if len(parts) == 1:
        return parts[0]
    return np.concatenate(parts) if parts else np.zeros(0, EDGE)


@numba.njit(cache=True, nogil=True)
def _slope(times, values, t, v, window):  # type: ignore[no-untyped-def]  # pragma: no cover  # compiled
    """Change per second from the oldest sample inside the window to now; NaN while less than half of it is
    known."""
    oldest = before = -1
    newest = head = 0
    for k in range(len(times)):
        s = times[k]
        if s == 0 or s > t:
            continue
        if s > newest:
            newest = s
        if t - s <= window:
            if oldest < 0 or s < times[oldest]:
                oldest = k
        elif before < 0 or s > times[before]:
            before = k
    for k in range(len(times)):
        if times[k] < times[head]:
            head = k
    # One sample short of the window's edge: with samples further apart than the window the last one is all
    # there is.
    start = oldest if oldest >= 0 and (t - times[oldest] >= window // 2) else before
    slope = np.nan
    if start >= 0 and t > times[start]:
        slope = abs(v - values[start]) / ((t - times[start]) / SECOND)
    if t - newest >= window // (len(times) - 1):
        times[head] = t
        values[head] = v
    return slope


@numba.njit(cache=True, nogil=True)
def _apply(  # type: ignore[no-untyped-def]  # pragma: no cover  # compiled
    starts,
    touching,
    limits,
    latest,
    ring_times,
    ring_values,
    source_time,
    received,
    value,
    flags,
    rows,
    first,
    heard,
    edges,
    touched,
):
    made = 0
    for i in range(first, len(rows)):
        row = rows[i]
        f = np.int64(flags[i])
        if row < 0 or f & _NOT_FRESH:
            continue
        if made + starts[row + 1] - starts[row] > len(edges):
            return i, made, heard
        t = source_time[i]
        v = value[i]
        p = latest[row]
        p.value, p.source_time, p.received, p.flags = v, t, received[i], f
        p.known, p.stale = 1, 0
        if p.watched:
            touched[heard] = i
            heard += 1
        number = np.isfinite(v)
        for k in range(starts[row], starts[row + 1]):
            n = touching[k]
            limit = limits[n]
            kind = limit.type
            doubts = f
            trusted = not f & _UNTRUSTED
            if kind == DATA:
                beyond = f & _DOUBTS != 0
                clear = not beyond
                trusted = True
            elif not number:
                # No value says neither "beyond" nor "back"; what was falling is not proven to be back.
                if limit.phase == _FALLING:
                    limit.phase = _ACTIVE
                continue
            elif kind == HIGH:
                beyond = v > limit.at
                clear = v <= limit.at - limit.deadband and not beyond
            elif kind == LOW:
                beyond = v < limit.at
                clear = v >= limit.at + limit.deadband and not beyond
            elif kind == EQUALS:
                beyond = v == limit.at
                clear = not beyond
            elif kind == RATE:
                if not trusted:
                    # A doubtful value would spoil the slope of the whole window.
                    if limit.phase == _FALLING:
                        limit.phase = _ACTIVE
                    continue
                slope = _slope(ring_times[limit.ring], ring_values[limit.ring], t, v, limit.window)
                if np.isnan(slope):
                    continue
                beyond = slope > limit.at
                clear = slope <= limit.at - limit.deadband and not beyond
            else:
                o = latest[limit.other] if row == limit.row else latest[limit.row]
                if not o.known or not np.isfinite(o.value):
                    continue
                doubts = f | o.flags
                trusted = not doubts & _UNTRUSTED and not o.stale
                apart = abs(v - o.value)
                beyond = apart > limit.at
                clear = apart <= limit.at - limit.deadband and not beyond
            phase = limit.phase
            if phase == _IDLE:
                if not beyond:
                    continue
                limit.since = t
                limit.began_source = t
                limit.began_received = received[i]
                phase = _RISING
            elif phase == _RISING:
                if not beyond and trusted:
                    phase = _IDLE
            elif phase == _ACTIVE:
                if clear and trusted:
                    limit.began_source = t
                    limit.began_received = received[i]
                    phase = _FALLING
            elif not (clear and trusted):
                phase = _ACTIVE
            if phase == _RISING and t - limit.began_source >= limit.on_delay:
                phase = _ACTIVE
                edge = edges[made]
                edge.limit, edge.raised, edge.source_time = n, 1, limit.since
                edge.received, edge.value, edge.flags = received[i], latest[limit.row].value, doubts
                made += 1
            elif phase == _FALLING and t - limit.began_source >= limit.off_delay:
                phase = _IDLE
                edge = edges[made]
                edge.limit, edge.raised, edge.source_time = n, -1, t
                edge.received, edge.value, edge.flags = received[i], latest[limit.row].value, doubts
                made += 1
            limit.phase = phase
    return len(rows), made, heard


@numba.njit(cache=True, nogil=True)
def _tick(limits, latest, now, stale, stale_since, first, edges):  # type: ignore[no-untyped-def]  # pragma: no cover
    made = 0
    for n in range(first, len(limits)):
        if made == len(edges):
            return n, made
        limit = limits[n]
        p = latest[limit.row]
        raised = 0
        silent = stale[limit.row]
        p.stale = 1 if silent else 0
        if silent and limit.type >= DATA:
            if limit.phase < _ACTIVE:
                raised = 1
                limit.since = stale_since[limit.row]
            limit.phase = _ACTIVE
        elif limit.phase == _RISING:
            # A condition without delay was decided by its reading; only delays wait for the clock.
            if now - limit.began_received >= limit.on_delay + SILENCE:
                raised = 1
                limit.phase = _ACTIVE
        elif limit.phase == _FALLING and now - limit.began_received >= limit.off_delay + SILENCE:
            other = limit.other >= 0 and stale[limit.other]
            if silent or other:
                limit.phase = _ACTIVE
            else:
                raised = -1
                limit.phase = _IDLE
        if raised != 0:
            edge = edges[made]
            edge.limit, edge.raised = n, raised
            edge.source_time = limit.since if raised == 1 else p.source_time
            edge.received = now if silent else p.received
            edge.value = p.value if p.known else np.nan
            edge.flags = p.flags | (_STALE if silent else 0)
            made += 1
    return len(limits), made


def warm() -> None:
    """Compile or load the kernels before the doors open; later calls cost nothing."""
    if _apply.signatures:
        return
    array = numba.types.Array
    i64, i32, i16, f64 = (
        array(numba.from_dtype(np.dtype(t)), 1, "C", readonly=True) for t in (np.int64, np.int32, np.int16, np.float64)
    )
    limit, latest, edge = (array(numba.from_dtype(t), 1, "C") for t in (LIMIT, LATEST, EDGE))
    ring_times, ring_values = array(numba.int64, 2, "C"), array(numba.float64, 2, "C")
    out = array(numba.int32, 1, "C")
    number = numba.int64
    _apply.compile(
        (i64, i32, limit, latest, ring_times, ring_values, i64, i64, f64, i16, i32, number, number, edge, out)
    )
    _apply.disable_compile()
    _tick.compile((limit, latest, number, array(numba.boolean, 1, "C", readonly=True), i64, number, edge))
    _tick.disable_compile()
