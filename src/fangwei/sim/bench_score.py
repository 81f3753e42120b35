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


@dataclass(frozen=True, slots=True)
class Span:
    """One alarm from raised to returned, in recorded seconds."""

    alarm: str
    begin: float
    end: float


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


def spans(limit: BenchLimit, recording: Recording) -> list[Span]:
    """When the alarm of a limit stood."""
    on = np.concatenate(([False], stands(limit, recording), [False]))
    edges = np.nonzero(on[1:] != on[:-1])[0]
    ends = [*recording.seconds.tolist(), float(recording.seconds[-1])]
    name = f"{limit.point}.{limit.id}"
    return [Span(name, ends[a], ends[b]) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def judge(name: str, recording: Recording, stood: list[Span]) -> Score:
    """Compare alarms with the recorded fault (the rows whose `anomaly` is 1)."""
    fault = recording.columns["anomaly"] > 0.5
    first = float(recording.seconds[np.argmax(fault)])
    last = float(recording.seconds[len(fault) - 1 - np.argmax(fault[::-1])])
    inside = sorted((s.begin, s.alarm) for s in stood if first <= s.begin <= last)
    middle = (recording.seconds[1:] + recording.seconds[:-1]) / 2.0
    standing = np.zeros(len(middle), dtype=bool)
    for s in stood:
        standing |= (middle >= s.begin) & (middle < s.end)
    outside = standing & ((middle < first) | (middle > last))
    return Score(
        file=name,
        detected=bool(inside),
        delay=inside[0][0] - first if inside else math.nan,
        by=inside[0][1] if inside else "",
        false_before=sum(s.begin < first for s in stood),
        false_after=sum(s.begin > last for s in stood),
        standing=sum(s.begin < first < s.end for s in stood),
        minutes_outside=float(np.diff(recording.seconds)[outside].sum() / 60.0),
    )


def score(name: str, recording: Recording, limits: Iterable[BenchLimit]) -> Score:
    """Apply limits to a recording and judge the alarms."""
    return judge(name, recording, [span for limit in limits for span in spans(limit, recording)])


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
