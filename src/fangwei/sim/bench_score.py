"""How the valve bench's limits fare on its recorded faults, judged without the platform.

`python -m fangwei.sim.bench_score FAULT-FREE FILE...` applies the limits of `bench_limits` row by row and compares
with the recordings' own `anomaly` column, which the limits never see.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
import numpy.typing as npt

from fangwei.sim.bench_limits import SIGNALS, BenchLimit, limits_of, operating_point, rationalised, slopes
from fangwei.sim.recording import Recording, read_recording

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

COLUMN_OF = {s.point: s.column for s in SIGNALS}


@dataclass(frozen=True, slots=True)
class Score:
    """What one recording gave. Times in seconds, minutes where said."""

    file: str
    detected: bool
    """An alarm began inside the recorded fault."""
    delay: float
    """From the fault's first row to that alarm; NaN where none began."""
    by: str
    """That alarm's name."""
    false_before: int
    """Alarms that began before the fault."""
    false_after: int
    """Alarms that began after it."""
    standing: int
    """Alarms that stood already when the fault began: blind to it."""
    minutes_outside: float
    """Minutes outside the fault during which at least one alarm stood."""


def stands(limit: BenchLimit, recording: Recording) -> Bools:
    """Whether the alarm of a limit stands at each row: limit, deadband, on-delay, off-delay as the site states them."""
    x = recording.columns[COLUMN_OF[limit.point]]
    match limit.type:
        case "high":
            over, clear = x > limit.at, x <= limit.at - limit.deadband
        case "low":
            over, clear = x < limit.at, x >= limit.at + limit.deadband
        case "rate":
            y = np.abs(slopes(recording.seconds, x, limit.window or 0.0))
            over, clear = y > limit.at, ~(y > limit.at)
        case _:
            y = np.abs(x - recording.columns[COLUMN_OF[limit.of or ""]])
            over, clear = y > limit.at, y <= limit.at - limit.deadband
    out = np.zeros(len(x), dtype=bool)
    on, since_over, since_clear = False, math.inf, math.inf
    for k, now in enumerate(recording.seconds.tolist()):
        since_over = min(since_over, now) if over[k] else math.inf
        since_clear = min(since_clear, now) if clear[k] else math.inf
        if not on and now - since_over >= limit.on_delay:
            on = True
        elif on and now - since_clear >= limit.off_delay:
            on = False
        out[k] = on
    return out


def score(name: str, recording: Recording, limits: Iterable[BenchLimit]) -> Score:
    """Compare alarms with the recorded fault (the rows whose `anomaly` is 1)."""
    fault = recording.columns["anomaly"] > 0.5
    first, last = int(np.argmax(fault)), len(fault) - 1 - int(np.argmax(fault[::-1]))
    begun: list[tuple[int, str]] = []
    any_stands = np.zeros(len(fault), dtype=bool)
    standing = 0
    for limit in limits:
        on = stands(limit, recording)
        any_stands |= on
        starts = np.nonzero(on & ~np.concatenate(([False], on[:-1])))[0].tolist()
        begun += [(k, f"{limit.point}.{limit.id}") for k in starts]
        standing += bool(on[first] and first not in starts)
    inside = sorted(x for x in begun if first <= x[0] <= last)
    row_seconds = np.diff(recording.seconds, append=recording.seconds[-1])
    return Score(
        file=name,
        detected=bool(inside),
        delay=float(recording.seconds[inside[0][0]] - recording.seconds[first]) if inside else math.nan,
        by=inside[0][1] if inside else "",
        false_before=sum(k < first for k, _ in begun),
        false_after=sum(k > last for k, _ in begun),
        standing=standing,
        minutes_outside=float(row_seconds[any_stands & ~fault].sum() / 60.0),
    )


def table(scores: list[Score]) -> str:
    """The scores as a Markdown table."""
    lines = [
        "| file | fault raises an alarm | delay, s | first alarm | before | after | standing | alarm min outside |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for s in scores:
        delay = "" if math.isnan(s.delay) else f"{s.delay:.0f}"
        lines.append(
            f"| {s.file} | {'yes' if s.detected else 'no'} | {delay} | {s.by} | {s.false_before} | {s.false_after} "
            f"| {s.standing} | {s.minutes_outside:.1f} |"
        )
    return "\n".join(lines)


@click.command()
@click.argument("reference", type=click.Path(path_type=Path))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--types", default="high,low,rate,deviation", show_default=True, help="which families of limits to use")
@click.option("--point", type=click.Path(path_type=Path), help="its first five minutes tell the operating point")
@click.option("--rationalise", is_flag=True, help="leave out limits without a consequence")
def main(reference: Path, files: tuple[Path, ...], types: str, point: Path | None, rationalise: bool) -> None:
    """Score the limits of the fault-free REFERENCE on recordings with an `anomaly` column."""
    there = operating_point(read_recording(point)) if point else None
    limits = limits_of(read_recording(reference), point=there)
    chosen = [x for x in (rationalised(limits) if rationalise else limits) if x.type in types.split(",")]
    click.echo(table([score(f.name, read_recording(f), chosen) for f in files]))


if __name__ == "__main__":
    main()
