"""What a replayed recording did to the incidents, judged from their timelines alone. Pure: no platform, no clock.

People are told by lines of a timeline: an incident was opened, or one more alarm joined it. Such a line is a hit when
the raising reading lies inside the recorded fault and the line was written before the fault was over; it is false
when the raising reading lies outside. A member that is raised again tells nobody anything new and counts as neither.
"""

import math
import statistics
from dataclasses import asdict, dataclass
from typing import Any

NEWS = ("opened", "joined", "reopened")
DATA = ".data"
"""Alarms of an instrument, not of the plant: no verdict on the bench."""


@dataclass(frozen=True, slots=True)
class Fault:
    """The marked rows of a recording, in recorded seconds since its first row."""

    begin: float
    end: float
    length: float
    """Of the whole recording."""


@dataclass(frozen=True, slots=True)
class News:
    """One line that told people something. Times in recorded seconds."""

    incident: str
    kind: str
    alarm: str
    raised: float
    told: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one recording gave. Times in recorded seconds, minutes where said."""

    file: str
    hit: str
    """`opened`, `joined`, `reopened`: what told people of the fault first; empty where nothing did."""
    by: str
    """That line's alarm."""
    delay: float | None
    """From the fault's first row to that line, the platform's own time included (times the speed)."""
    opened_inside: int
    """Incidents opened inside the fault."""
    news_inside: int
    false_incidents: int
    """Incidents opened outside the fault."""
    false_joins: int
    """Alarms outside the fault that joined or reopened an incident."""
    open_before: bool
    """An incident was open already when the fault began, so that its alarms could only join."""
    fault_minutes: float
    other_minutes: float


def news_of(shown: list[dict[str, Any]], start_ns: int, speed: float) -> list[News]:
    """The news in answers of `/api/incidents/{id}`, in order of telling; data alarms left out.

    An alarm that a split or merge tells a second time is told once: by its first line.
    """
    found: dict[tuple[str, int], News] = {}
    lines = [(line, one["incident"]["id"]) for one in shown for line in one["timeline"]]
    for line, incident in sorted(lines, key=lambda pair: int(pair[0]["recorded"])):
        alarm = line["alarm"]
        if line["kind"] not in NEWS or alarm is None or alarm.endswith(DATA):
            continue
        raised = (int(line["time"]) - start_ns) / 1e9 * speed
        told = (int(line["recorded"]) - start_ns) / 1e9 * speed
        found.setdefault((alarm, int(line["time"])), News(incident, line["kind"], alarm, raised, told))
    return list(found.values())


def judge(file: str, fault: Fault, news: list[News]) -> Verdict:
    """Hits and false alarms of one recording. What was raised after its last row is no part of it."""
    news = [n for n in news if n.raised <= fault.length]
    inside = [n for n in news if fault.begin <= n.raised <= fault.end and n.told <= fault.end]
    outside = [n for n in news if not fault.begin <= n.raised <= fault.end]
    first = min(inside, key=lambda n: n.told, default=None)
    false = sum(n.kind == "opened" for n in outside)
    return Verdict(
        file=file,
        hit=first.kind if first else "",
        by=first.alarm if first else "",
        delay=round(first.told - fault.begin, 1) if first else None,
        opened_inside=sum(n.kind == "opened" for n in inside),
        news_inside=len(inside),
        false_incidents=false,
        false_joins=len(outside) - false,
        open_before=any(n.kind == "opened" and n.raised < fault.begin for n in news),
        fault_minutes=round((fault.end - fault.begin) / 60.0, 2),
        other_minutes=round((fault.length - fault.end + fault.begin) / 60.0, 2),
    )


def totals(verdicts: list[Verdict]) -> dict[str, Any]:
    """The sums, and `by_chance`: faults that would be hit if news fell into them as often as outside them."""
    delays = [v.delay for v in verdicts if v.delay is not None]
    false = sum(v.false_incidents + v.false_joins for v in verdicts)
    outside = sum(v.other_minutes for v in verdicts)
    rate = false / outside if outside else 0.0
    return {
        "files": len(verdicts),
        "hits": len(delays),
        "hits_by_a_new_incident": sum(v.opened_inside > 0 for v in verdicts),
        "median_delay_s": round(statistics.median(delays), 1) if delays else None,
        "worst_delay_s": max(delays, default=None),
        "false_incidents": sum(v.false_incidents for v in verdicts),
        "false_joins": sum(v.false_joins for v in verdicts),
        "files_with_a_false_incident": sum(v.false_incidents > 0 for v in verdicts),
        "files_with_an_incident_open_before": sum(v.open_before for v in verdicts),
        "news_per_minute_inside": _per(sum(v.news_inside for v in verdicts), sum(v.fault_minutes for v in verdicts)),
        "news_per_minute_outside": round(rate, 3),
        "hits_by_chance": round(sum(1.0 - math.exp(-rate * v.fault_minutes) for v in verdicts), 1),
    }


def report(verdicts: list[Verdict], commissioning: str) -> dict[str, Any]:
    """Everything as JSON; the file whose first minutes told the operating point is also left out, beside."""
    return {
        "files": [asdict(v) for v in verdicts],
        "all": totals(verdicts),
        f"without_{commissioning}": totals([v for v in verdicts if v.file != commissioning]),
    }


def table(verdicts: list[Verdict]) -> str:
    """The verdicts as a Markdown table."""
    lines = [
        "| file | told of the fault by | first alarm | delay, s | opened inside | false incidents | false joins "
        "| open before |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for v in verdicts:
        delay = "" if v.delay is None else f"{v.delay:.0f}"
        lines.append(
            f"| {v.file} | {v.hit or 'nothing'} | {v.by} | {delay} | {v.opened_inside} | {v.false_incidents} "
            f"| {v.false_joins} | {'yes' if v.open_before else 'no'} |"
        )
    return "\n".join(lines)


def _per(count: int, minutes: float) -> float | None:
    return round(count / minutes, 3) if minutes else None
