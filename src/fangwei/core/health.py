"""How a process is: named counts, named gauges, named errors. What cannot be counted cannot be believed."""

from collections import Counter

import msgspec

from fangwei.core.clock import now_ns


class ErrorCount(msgspec.Struct):
    """How often one named error happened, and its last words."""

    count: int
    last: str
    last_time: int


class HealthReport(msgspec.Struct):
    """What one process tells every second on `fw.health.<process>`."""

    process: str
    pid: int
    time: int
    started: int
    state: str = "running"
    counts: dict[str, int] = {}
    gauges: dict[str, float] = {}
    errors: dict[str, ErrorCount] = {}


class Health:
    """Counters of one process. Safe to call from any thread that holds the GIL; never raises.

    `error("mqtt.not_json", "topic plant/x: ...")` counts a named error and keeps the last detail (cut to 300
    characters: details may come from a hostile sender).
    """

    MAX_NAMES = 500
    """An attacker must not be able to grow the table without end; further names are counted together."""

    def __init__(self, process: str) -> None:
        self.process = process
        self.started = now_ns()
        self.state = "starting"
        self._counts: Counter[str] = Counter()
        self._gauges: dict[str, float] = {}
        self._errors: dict[str, ErrorCount] = {}
        self._parts: list[Health] = []

    def part(self) -> "Health":
        """The same counters with a state of its own, for one of several rooms in a process: the process says that it
        runs when every part does."""
        part = Health(self.process)
        part._counts, part._gauges, part._errors = self._counts, self._gauges, self._errors
        self._parts.append(part)
        return part

    def count(self, name: str, by: int = 1) -> None:
        """Add to a named count."""
        self._counts[name] += by

    def gauge(self, name: str, value: float) -> None:
        """Set a named value."""
        self._gauges[name] = value

    def error(self, name: str, detail: str = "", by: int = 1) -> None:
        """Count a named error and remember its last detail."""
        if name not in self._errors and len(self._errors) >= self.MAX_NAMES:
            name = "other"
        entry = self._errors.get(name)
        if entry is None:
            entry = self._errors[name] = ErrorCount(0, "", 0)
        entry.count += by
        entry.last = detail[:300]
        entry.last_time = now_ns()

    def error_count(self, name: str) -> int:
        """How often the named error happened so far."""
        entry = self._errors.get(name)
        return entry.count if entry else 0

    def report(self, pid: int) -> HealthReport:
        """A snapshot to send."""
        return HealthReport(
            process=self.process,
            pid=pid,
            time=now_ns(),
            started=self.started,
            state=next((p.state for p in self._parts if p.state != "running"), "running")
            if self._parts
            else self.state,
            counts=dict(self._counts),
            gauges=dict(self._gauges),
            errors={k: ErrorCount(e.count, e.last, e.last_time) for k, e in self._errors.items()},
        )
