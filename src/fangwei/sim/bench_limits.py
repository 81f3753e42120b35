"""Limits of the valve bench from its fault-free run, by a method fixed before any faulty run was looked at.

Per signal, from the fault-free recording only:

    high, low  the 99.9 % and 0.1 % quantiles, moved out by half the distance between them
    rate       one and a half times the steepest slope over a minute
    deviation  one and a half times the largest distance between the two accelerometers

Flow, current and vibration grow with the speed of the pump; the other signals do not. To carry the limits over to
another operating point (its medians of five minutes without a fault) the band of the first kind keeps its share of
the value, that of the second kind its width.

A high or low limit must hold for two seconds, so that one wild sample raises nothing; deadband a tenth of the band.
`python -m fangwei.sim.bench_limits FILE` prints the site's points.yaml; with `--speed 60` all durations and slopes
are those of a replay at that speed.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
import numpy.typing as npt
import yaml

from fangwei.sim.recording import Recording, read_recording

Floats = npt.NDArray[np.float64]

OUTSIDE = 0.001
"""Share of the fault-free samples beyond each quantile."""

MARGIN = 0.5
STEEPER = 1.5
WINDOW = 60.0
"""Seconds over which a slope is taken: faults of a valve take about a minute to develop."""

COMMISSIONING = 300.0
"""Seconds that tell the operating point."""

ON_DELAY, OFF_DELAY = 2.0, 10.0


@dataclass(frozen=True, slots=True)
class Signal:
    """A column of the bench's recordings and the point it feeds."""

    column: str
    point: str
    kind: str
    unit: str
    zh: str
    en: str
    place: tuple[float, float, float]
    scales: bool = False
    """Grows with the pump's speed, so that a band measured at one speed is a share of the value at another."""
    without: str = ""
    """The limit that a rationalised site leaves out, because beyond it nothing happens that anybody would act on."""


SIGNALS = (
    Signal(
        "Accelerometer1RMS", "VB-VIB-01", "vibration", "g", "电机振动", "Motor vibration", (2.0, 2.0, 0.5), True, "lo"
    ),
    Signal(
        "Accelerometer2RMS", "VB-VIB-02", "vibration", "g", "水泵振动", "Pump vibration", (2.6, 2.0, 0.5), True, "lo"
    ),
    Signal("Current", "VB-CUR-01", "electrical", "A", "电机电流", "Motor current", (1.8, 2.2, 0.8), True),
    Signal("Pressure", "VB-PRS-01", "pressure", "bar", "泵后压力", "Pressure after the pump", (3.0, 2.0, 0.6)),
    Signal(
        "Temperature",
        "VB-TMP-01",
        "temperature",
        "degC",
        "电机壳温",
        "Motor body temperature",
        (2.0, 2.0, 0.6),
        without="lo",
    ),
    Signal(
        "Thermocouple",
        "VB-TMP-02",
        "temperature",
        "degC",
        "回路水温",
        "Temperature of the water",
        (3.4, 2.4, 0.6),
        without="lo",
    ),
    Signal("Voltage", "VB-VLT-01", "electrical", "V", "电机电压", "Motor voltage", (1.8, 2.4, 0.8)),
    Signal(
        "Volume Flow RateRMS", "VB-FLO-01", "process", "L/min", "循环流量", "Flow in the loop", (3.8, 2.0, 0.6), True
    ),
)
"""The eight signals of SKAB's bench (Katser & Kozitsin 2020)."""


@dataclass(frozen=True, slots=True)
class BenchLimit:
    """One limit as it is used for a replay at some speed. Seconds and slopes are those of the replay."""

    point: str
    id: str
    type: str
    at: float
    deadband: float
    of: str | None = None
    window: float | None = None
    on_delay: float = 0.0
    off_delay: float = 0.0


def slopes(seconds: Floats, values: Floats, window: float) -> Floats:
    """Change per second from the oldest sample at most `window` seconds back; NaN until half a window has passed."""
    oldest = np.searchsorted(seconds, seconds - window, side="left")
    passed = seconds - seconds[oldest]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(passed >= window / 2.0, (values - values[oldest]) / passed, math.nan)


def operating_point(recording: Recording) -> dict[str, float]:
    """Median of each signal over the recording's first five minutes: where the bench was set to run."""
    start = recording.seconds <= COMMISSIONING
    return {s.column: float(np.nanmedian(recording.columns[s.column][start])) for s in SIGNALS}


def limits_of(reference: Recording, speed: float = 1.0, point: dict[str, float] | None = None) -> list[BenchLimit]:
    """The limits that the method gives for a fault-free recording, for replays at `speed`.

    `point`: the operating point to carry the limits over to (median by column); None leaves them where the
    fault-free run was made.
    """
    found: list[BenchLimit] = []
    on, off = ON_DELAY / speed, OFF_DELAY / speed
    scales: dict[str, float] = {}
    for signal in SIGNALS:
        x = reference.columns[signal.column]
        centre = float(np.nanmedian(x))
        there = centre if point is None else point[signal.column]
        scale = scales[signal.point] = there / centre if signal.scales else 1.0
        low, high = (there + scale * (float(q) - centre) for q in np.nanquantile(x, [OUTSIDE, 1.0 - OUTSIDE]))
        band = high - low
        dead = _tidy(band / 10)
        name = signal.point
        found.append(BenchLimit(name, "hi", "high", _tidy(high + MARGIN * band), dead, on_delay=on, off_delay=off))
        found.append(BenchLimit(name, "lo", "low", _tidy(low - MARGIN * band), dead, on_delay=on, off_delay=off))
        steepest = float(np.nanmax(np.abs(slopes(reference.seconds, x, WINDOW))))
        at = _tidy(STEEPER * steepest * scale * speed)
        found.append(BenchLimit(name, "rate", "rate", at, 0.0, window=WINDOW / speed, off_delay=off))
    first, second = SIGNALS[0], SIGNALS[1]
    apart = float(np.nanmax(np.abs(reference.columns[first.column] - reference.columns[second.column])))
    at = _tidy(STEEPER * apart * scales[first.point])
    limit = BenchLimit(
        first.point, "apart", "deviation", at, _tidy(at / 15), of=second.point, on_delay=on, off_delay=off
    )
    return [*found, limit]


def rationalised(limits: list[BenchLimit]) -> list[BenchLimit]:
    """The limits with a consequence (ISA-18.2, rationalisation): a motor that is cold or still harms nobody."""
    out = {s.point: s.without for s in SIGNALS}
    return [x for x in limits if x.id != out[x.point]]


def points_yaml(limits: list[BenchLimit], speed: float) -> str:
    """The site's points with these limits."""
    points = []
    for s in SIGNALS:
        own = [
            {k: v for k, v in _entry(x).items() if v not in (None, 0.0)} | {"priority": 2}
            for x in limits
            if x.point == s.point
        ]
        points.append(
            {
                "id": s.point,
                "name": {"zh": s.zh, "en": s.en},
                "kind": s.kind,
                "unit": s.unit,
                "zone": "bench",
                "place": list(s.place),
                "stale_after": 30,
                "limits": own,
            }
        )
    head = (
        f"# Made by fangwei.sim.bench_limits for a replay at speed {speed:g}: delays, windows and rates of change are\n"
        "# those of the replay. Method and scores: docs/replay-skab.md\n"
    )
    return head + yaml.safe_dump({"points": points}, allow_unicode=True, sort_keys=False, width=120)


def _entry(limit: BenchLimit) -> dict[str, Any]:
    keys = ("id", "type", "at", "of", "window", "deadband", "on_delay", "off_delay")
    filled = {k: getattr(limit, k) for k in keys}
    return {k: v for k, v in filled.items() if v is not None and (v != 0.0 or k == "at")} | {"priority": 2}


def _tidy(value: float) -> float:
    return float(f"{value:.4g}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--speed", type=click.FloatRange(min=0.0, min_open=True), default=1.0, show_default=True)
@click.option("--point", type=click.Path(path_type=Path), help="its first five minutes tell the operating point")
@click.option("--rationalise", is_flag=True, help="leave out limits without a consequence")
def main(file: Path, speed: float, point: Path | None, rationalise: bool) -> None:
    """Print points.yaml of the valve bench, limits set from the fault-free recording FILE."""
    there = operating_point(read_recording(point)) if point else None
    limits = limits_of(read_recording(file), speed, there)
    click.echo(points_yaml(rationalised(limits) if rationalise else limits, speed), nl=False)


if __name__ == "__main__":
    main()
