"""The character of each instrument: where it rests, how it sways, how fast and how fine it shows things."""

import math
import random
from dataclasses import dataclass

from fangwei.sim.site import Limit, Point

SPAN_OF: dict[str, tuple[float, float]] = {
    "combustible_gas": (0.0, 100.0),
    "toxic_gas": (0.0, 100.0),
    "oxygen": (0.0, 30.0),
    "temperature": (-20.0, 200.0),
    "hot_spot": (-20.0, 550.0),
    "smoke": (0.0, 20.0),
    "flame": (0.0, 100.0),
    "pressure": (0.0, 1000.0),
    "level": (0.0, 100.0),
    "ventilation_flow": (0.0, 20000.0),
    "vibration": (0.0, 50.0),
    "electrical": (0.0, 1000.0),
    "video_event": (0.0, 1.0),
    "access": (0.0, 3.0),
    "people_position": (0.0, 200.0),
    "weather": (0.0, 100.0),
    "process": (0.0, 100.0),
}
"""What an instrument of this kind shows where the site gives no range."""

LAG: dict[str, float] = {
    "combustible_gas": 1.5,
    "toxic_gas": 4.0,
    "oxygen": 4.0,
    "temperature": 3.0,
    "hot_spot": 0.5,
    "smoke": 5.0,
    "video_event": 1.0,
    "pressure": 0.5,
    "level": 2.0,
    "ventilation_flow": 2.5,
    "vibration": 1.5,
    "electrical": 0.5,
    "process": 3.0,
}
"""First-order lag, s: infrared gas detectors reach 90 % in about 3.5 s (2.3 lags), electrochemical in 10;
an aspirating smoke detector first draws the air through its pipe."""

PERIOD: dict[str, float] = {
    "combustible_gas": 1.0,
    "toxic_gas": 1.0,
    "oxygen": 2.0,
    "temperature": 4.0,
    "hot_spot": 2.0,
    "smoke": 4.0,
    "flame": 5.0,
    "pressure": 2.0,
    "level": 5.0,
    "ventilation_flow": 2.0,
    "vibration": 2.0,
    "electrical": 3.0,
    "video_event": 4.0,
    "access": 5.0,
    "people_position": 5.0,
    "weather": 10.0,
    "process": 5.0,
}
"""Seconds between two reports of a quiet value; a value on the move is reported at once."""

REST_AT: dict[str, float] = {"combustible_gas": 0.25, "toxic_gas": 0.25, "smoke": 0.4, "video_event": 0.3}
"""Where in its normal band a quiet instrument stands, as a share; the middle for all others."""


@dataclass(frozen=True, slots=True)
class Character:
    """How one instrument behaves when all is well, and where trouble drives it."""

    rest: float
    sway: float
    """Amplitude of the slow movement around `rest`."""
    noise: float
    """Standard deviation of a reading."""
    step: float
    """Resolution of the display; 0 for states."""
    span: tuple[float, float]
    lag: float
    period: float
    trouble: float
    """Where a disturbance of the machine it watches drives it: beyond its first limit."""
    waves: tuple[float, float, float, float]
    """Two periods (s) and two phases of the slow movement."""

    def quiet(self, time: float) -> float:
        """The undisturbed value at `time`."""
        p1, p2, a1, a2 = self.waves
        return self.rest + self.sway * (0.7 * math.sin(time / p1 + a1) + 0.3 * math.sin(time / p2 + a2))


def character(point: Point, chance: random.Random) -> Character:
    """The character that a point's kind, band and limits give it."""
    span = point.span or SPAN_OF.get(point.kind, (0.0, 100.0))
    low, high = band(point, span)
    width = high - low
    rest = low + REST_AT.get(point.kind, 0.5) * width
    lag, period = LAG.get(point.kind, 0.0), PERIOD.get(point.kind, 2.0)
    waves = (
        chance.uniform(60, 300),
        chance.uniform(15, 60),
        chance.uniform(0, 6.28),
        chance.uniform(0, 6.28),
    )
    if point.kind == "level":
        waves = (chance.uniform(400, 900), waves[1] * 8, *waves[2:])
    if point.discrete:
        return Character(round(rest), 0.0, 0.0, 0.0, span, 0.0, max(period, 30.0), 1.0, waves)
    if point.kind == "people_position":
        # People are counted, not measured.
        return Character(round(rest), 0.0, 0.0, 1.0, span, 0.0, period, trouble(point, rest, span), waves)
    noise = 0.02 * width or 0.0005 * (span[1] - span[0])
    sway = (0.12 if point.kind in REST_AT else 0.25) * width
    return Character(rest, sway, noise, nice(noise / 2.0), span, lag, period, trouble(point, rest, span), waves)


def band(point: Point, span: tuple[float, float]) -> tuple[float, float]:
    """The band of quiet values: `normal`, or what the limits leave, or the middle of the span."""
    if point.normal is not None:
        return point.normal
    if point.kind == "oxygen":
        return 20.7, 21.1
    if point.discrete:
        return 0.0, 0.0
    below, above = point.first("low"), point.first("high")
    low = below.at if below else span[0]
    high = above.at if above else span[1]
    if point.kind in REST_AT:
        return low, low + 0.1 * (high - low)
    return low + 0.3 * (high - low), high - 0.3 * (high - low)


def trouble(point: Point, rest: float, span: tuple[float, float]) -> float:
    """A value 40 % further from rest than the first limit; without limits three tenths of the span away."""
    down, up = point.first("low"), point.first("high")
    sinks = point.kind in ("pressure", "level", "ventilation_flow") or point.unit == "V"
    chosen: Limit | None = (down or up) if sinks else (up or down)
    if chosen is None:
        return (
            max(span[0], rest - 0.3 * (span[1] - span[0])) if sinks else min(span[1], rest + 0.3 * (span[1] - span[0]))
        )
    return min(span[1], max(span[0], chosen.at + 0.4 * (chosen.at - rest)))


def nice(value: float) -> float:
    """The next smaller of 1, 2, 5 times a power of ten.

    >>> nice(0.034)
    0.02
    """
    if value <= 0.0:
        return 0.0
    power = 10.0 ** math.floor(math.log10(value))
    return float(f"{next(m for m in (5, 2, 1) if m * power <= value * 1.0000001) * power:.6g}")
