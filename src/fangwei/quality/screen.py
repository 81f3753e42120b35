"""The screen every reading passes: what is known of the point's past and of its instrument, held against the
reading.

Pure but for its own memory: the same readings in the same order give the same flags, however they are cut
into batches. The loop is a numba kernel over one record per point, so a reading costs tens of nanoseconds.

A reading that is FUTURE or OUT_OF_ORDER leaves no trace in that memory: a single absurd stamp must not make
every later reading look old.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

import numba
import numpy as np
from numpy.typing import NDArray

from fangwei.core.clock import EARLIEST, LATEST, SECOND, seconds
from fangwei.core.quality import Quality
from fangwei.core.reading import Ints, Readings, Shorts
from fangwei.plant.schema import Calibration
from fangwei.plant.site import Site, SitePoint
from fangwei.quality.keys import UNKNOWN, KeyTable, row_of

LATE_AFTER_S = 5.0
"""For points whose source says nothing of its own (the default of `plant.schema.Source.late_after`)."""
FUTURE_TOLERANCE_S = 2.0
"""Clocks kept by NTP agree within milliseconds, by SNTP on a PLC within about a second."""
RATE_FLOOR_S = 0.1
"""Two stamps closer than this are taken as this far apart: field stamps jitter, and some tick in tenths of a
second."""
CLOCK_STEP_S = 1.0
"""A clock offset that changes by more than this was set anew; less is the estimate breathing."""
UNKNOWN_KEYS_KEPT = 1000
"""How many unknown keys are counted one by one; an attacker must not grow the table without end."""

RECORD = np.dtype(
    [
        # what the site says
        ("late_after", np.int64),
        ("clock_offset", np.int64),
        ("low", np.float64),
        ("high", np.float64),
        ("max_rate", np.float64),
        ("frozen_after", np.int64),
        ("standing", np.int64),
        # what was seen
        ("newest", np.int64),
        ("value", np.float64),
        ("changed", np.int64),
        ("plausible", np.float64),
        ("plausible_time", np.int64),
        ("fresh_received", np.int64),
    ],
    align=True,
)
"""One point. `standing`: flags that hold whatever the value (calibration). `newest`: newest source time,
NEVER before the first. `changed`: source time since which the value stands still. `plausible`: last value
that no rate or range spoke against. `fresh_received`: receive time of the last reading in order and in time.
Times in ns, rate per ns."""

NEVER = np.iinfo(np.int64).min

_BAD = int(Quality.BAD)
_NAN = int(Quality.NOT_A_NUMBER)
_RANGE = int(Quality.OUT_OF_RANGE)
_RATE = int(Quality.IMPOSSIBLE_RATE)
_FROZEN = int(Quality.FROZEN)
_LATE = int(Quality.LATE)
_FUTURE = int(Quality.FUTURE)
_ORDER = int(Quality.OUT_OF_ORDER)


class Screen:
    """Flags readings of `points`.

    Example:
        >>> from fangwei.plant.schema import Kind
        >>> point = SitePoint.make("G1", Kind.COMBUSTIBLE_GAS, "z", (0, 0, 0), "%LEL", range=(0.0, 100.0))
        >>> t = 1_700_000_000 * SECOND
        >>> flags = Screen([point]).apply(Readings.of([point.key], [t], [t], [180.0], [0]))
        >>> Quality(int(flags[0]))
        <Quality.OUT_OF_RANGE: 8>
    """

    def __init__(
        self,
        points: Sequence[SitePoint],
        late_after_s: float | Mapping[str, float] = LATE_AFTER_S,
        future_tolerance_s: float = FUTURE_TOLERANCE_S,
        today: date | None = None,
    ) -> None:
        """`late_after_s`: for all, or by point id (others: LATE_AFTER_S). `today`: see `set_today`."""
        self.points = list(points)
        self.row_of = {p.id: row for row, p in enumerate(self.points)}
        self.unknown: dict[int, int] = {}
        self.unknown_readings = 0
        self.again = False
        """Stored readings are heard again after a restart, perhaps some that the records know already."""
        self._table = KeyTable([p.key for p in self.points])
        self._future_tolerance = seconds(future_tolerance_s)
        late = late_after_s if isinstance(late_after_s, Mapping) else {}
        default = LATE_AFTER_S if isinstance(late_after_s, Mapping) else late_after_s
        self.records = np.zeros(len(self.points), RECORD)
        for record, p in zip(self.records, self.points, strict=True):
            record["late_after"] = seconds(late.get(p.id, default))
            record["low"], record["high"] = p.range if p.range is not None else (-np.inf, np.inf)
            record["max_rate"] = np.inf if p.max_rate is None else p.max_rate / SECOND
            record["frozen_after"] = 0 if p.frozen_after is None else seconds(p.frozen_after)
            record["newest"] = NEVER
        if today is not None:
            self.set_today(today)
        warm()

    @classmethod
    def of_site(cls, site: Site, today: date | None = None) -> "Screen":
        """A screen of all points of a site, each with the `late_after` of the source that feeds it."""
        late = {item.point: source.late_after for source in site.sources.values() for item in source.points}
        return cls(list(site.points.values()), late, today=today)

    def apply(self, readings: Readings) -> Shorts:
        """Flags, shape (n,): the input quality with every doubt found added. Remembers what it saw."""
        return self.examine(readings)[0]

    def examine(self, readings: Readings) -> tuple[Shorts, NDArray[np.int32]]:
        """Flags as `apply`, and the row of each reading's point in `points` (UNKNOWN where there is none),
        shape (n,).

        Unknown keys keep their input quality and are counted in `unknown` (by key) and `unknown_readings`.
        """
        n = len(readings)
        flags = np.empty(n, np.int16)
        rows = np.empty(n, np.int32)
        strangers = _examine(
            self._table.keys,
            self._table.rows,
            self.records,
            plain(readings.point),
            plain(readings.source_time),
            plain(readings.receive_time),
            plain(readings.value),
            plain(readings.quality),
            self._future_tolerance,
            self.again,
            flags,
            rows,
        )
        if strangers:
            self._count_unknown(readings.point[rows == UNKNOWN])
        return flags, rows

    def set_today(self, today: date) -> None:
        """Judge every calibration anew; call at start and when the date of the site changes."""
        overdue = np.array([calibration_overdue(p.calibration, today) for p in self.points], bool)
        self.records["standing"] = np.where(overdue, int(Quality.CALIBRATION_OVERDUE), 0)

    def set_clock_offset(self, points: Iterable[str], offset_s: float) -> None:
        """The source of these points has a clock `offset_s` ahead of ours (negative: behind).

        When a clock was set anew, the newest source time moves with it: otherwise everything after a clock
        that was put back would look out of order.
        """
        offset = seconds(offset_s)
        for point in points:
            record = self.records[self.row_of[point]]
            step = offset - int(record["clock_offset"])
            record["clock_offset"] = offset
            if abs(step) > CLOCK_STEP_S * SECOND and record["newest"] != NEVER:
                for name in ("newest", "changed", "plausible_time"):
                    record[name] += step

    def _count_unknown(self, keys: Ints) -> None:
        self.unknown_readings += len(keys)
        for key, count in zip(*np.unique(keys, return_counts=True), strict=True):
            if int(key) in self.unknown or len(self.unknown) < UNKNOWN_KEYS_KEPT:
                self.unknown[int(key)] = self.unknown.get(int(key), 0) + int(count)


def calibration_overdue(calibration: Calibration | None, today: date) -> bool:
    """Whether the last calibration no longer holds; the last day of the interval still counts.

    >>> calibration_overdue(Calibration(last=date(2026, 1, 1), every_days=90), date(2026, 4, 1))
    False
    """
    return calibration is not None and today > calibration.last + timedelta(days=calibration.every_days)


def plain(column: NDArray) -> NDArray:  # type: ignore[type-arg]
    """The column as the kernels take it: contiguous and aligned (a view of a message may be neither)."""
    flags = column.flags
    return column if flags.c_contiguous and flags.aligned else np.array(column)


@numba.njit(cache=True, nogil=True)
def _examine(  # type: ignore[no-untyped-def]  # pragma: no cover  # compiled
    table_keys,
    table_rows,
    records,
    point,
    source_time,
    receive_time,
    value,
    quality,
    future_tolerance,
    again,
    flags,
    rows,
):
    strangers = 0
    for i in range(len(point)):
        v = value[i]
        found = np.int64(quality[i])
        number = np.isfinite(v)
        if not number:
            found |= _NAN
        row = row_of(table_keys, table_rows, point[i])
        rows[i] = row
        if row < 0:
            strangers += 1
            flags[i] = found
            continue
        r = records[row]
        found |= r.standing
        if number and (v < r.low or v > r.high):
            found |= _RANGE

        t = source_time[i]
        received = receive_time[i]
        # Absurd years first: the differences below must not overflow.
        if t > LATEST or (t >= EARLIEST and t - r.clock_offset - received > future_tolerance):
            flags[i] = found | _FUTURE
            continue
        if t < EARLIEST:
            flags[i] = found | _LATE | (_ORDER if r.newest != NEVER else 0)
            continue
        if received - t + r.clock_offset > r.late_after:
            found |= _LATE

        # A "newest" that is itself in the future of this arrival was learnt while a clock was wrong: forget
        # it. A reading heard again arrived before the newest did, which proves nothing against that.
        arrived = max(received, r.fresh_received) if again else received
        known = r.newest != NEVER and r.newest - r.clock_offset - arrived <= future_tolerance
        if known:
            same = v == r.value or (not number and np.isnan(r.value))
            if t < r.newest or (t == r.newest and same):
                flags[i] = found | _ORDER
                continue
            if not same or (r.frozen_after > 0 and t - r.newest > r.frozen_after):
                # After a silence longer than frozen_after an equal value proves nothing yet.
                r.changed = t
            elif r.frozen_after > 0 and t - r.changed >= r.frozen_after:
                found |= _FROZEN
        else:
            r.changed = t
            r.plausible_time = NEVER
        r.newest = t
        r.value = v
        if number and not found & (_BAD | _RANGE):
            # Judged from the last plausible value, so that a spike is flagged once and not again on its way
            # back, and a true step is believed as soon as enough time has passed for it.
            elapsed = max(t - r.plausible_time, RATE_FLOOR_S * SECOND) if r.plausible_time != NEVER else np.inf
            if abs(v - r.plausible) > r.max_rate * elapsed:
                found |= _RATE
            else:
                r.plausible = v
                r.plausible_time = t
        if not found & _LATE:
            r.fresh_received = received
        flags[i] = found
    return strangers


def warm() -> None:
    """Compile or load the kernel before the doors open; later calls cost nothing."""
    if _examine.signatures:
        return
    i64, i32, i16, f64 = (
        numba.types.Array(numba.from_dtype(np.dtype(t)), 1, "C", readonly=True)
        for t in (np.int64, np.int32, np.int16, np.float64)
    )
    record = numba.types.Array(numba.from_dtype(RECORD), 1, "C")
    out16 = numba.types.Array(numba.int16, 1, "C")
    out32 = numba.types.Array(numba.int32, 1, "C")
    # Columns straight from the bus are read-only views, those made here are writable; one signature takes
    # both.
    _examine.compile((i64, i32, record, i64, i64, i64, f64, i16, numba.int64, numba.boolean, out16, out32))
    _examine.disable_compile()
