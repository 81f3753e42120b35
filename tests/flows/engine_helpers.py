"""A run of the real engine in a test: its clock is pushed, its judge is the test's."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from fangwei.core.clock import from_datetime, seconds
from fangwei.core.texts import Text
from fangwei.feel.interpreter import Feel
from fangwei.flows.cards import Flow
from fangwei.flows.compile import compile_flow
from fangwei.flows.definition import Definition
from fangwei.flows.engine import Live, at
from fangwei.flows.run import Judged, Run

EIGHT = from_datetime(datetime(2026, 7, 6, 8, 0, tzinfo=UTC))
Judge = Callable[[str, Mapping[str, Any]], bool]


class OpenOffice:
    """Everybody may do everything; the judge is a function of the moment and the answers."""

    def __init__(self, feel: Feel, judge: Judge | None = None) -> None:
        self.feel = feel
        self._judge = judge or (lambda moment, answers: True)
        self.asked: list[tuple[str, str]] = []

    def doers(self, who: Mapping[str, Any] | None, run: Run, data: Mapping[str, Any]) -> tuple[tuple[str, ...], Text]:
        name = str(next(iter((who or {"post": "anyone"}).values())))
        return (f"person:{name}",), Text(name, name)

    def judge(
        self, definition: Definition, run: Run, do: Mapping[str, Any], data: Mapping[str, Any], now: int, late: bool
    ) -> Judged:
        self.asked.append((do["moment"], do["key"]))
        passed = self._judge(do["moment"], at(data, do["key"]) or {})
        return Judged(key=do["key"], moment=do["moment"], passed=passed, findings=())


class Trial:
    """A run; with `reopen` it goes through the store's form after every step."""

    def __init__(
        self,
        flow: Flow | bytes,
        feel: Feel,
        judge: Judge | None = None,
        others: dict[str, Definition] | None = None,
        reopen: bool = True,
    ) -> None:
        self.definition = Definition(flow if isinstance(flow, bytes) else compile_flow(flow), others)
        self.office = OpenOffice(feel, judge)
        self.now = EIGHT
        self.reopen = reopen
        self.status: list[int] = []
        run = Run(
            id="r1", flow=self.definition.id, version=1, hash=self.definition.hash, packs=[], revision=1,
            noun="permit", work=self.definition.flow.work, title="", zones=["yard"], place=None, status=0,
            status_since=self.now, applicant="li-wei", started=self.now,
        )  # fmt: skip
        self.live = Live.begin(self.definition, run, self.office, self.now, "li-wei")
        self._after()

    def _after(self) -> None:
        if not self.status or self.status[-1] != self.live.run.status:
            self.status.append(self.live.run.status)
        if self.reopen and self.live.run.ended is None:
            self.live = Live.open(self.definition, self.live.run, self.live.dump(), self.office)
            self.live.now = self.now

    @property
    def open(self) -> list[str]:
        return sorted(task.task for task in self.live.tasks()) if self.live.run.ended is None else []

    @property
    def data(self) -> dict[str, Any]:
        return self.live.run.data

    @property
    def outcome(self) -> str | None:
        return self.live.run.outcome if self.live.run.ended is not None else None

    def submit(self, task: str, **answers: Any) -> "Trial":
        self.cause = self.live.submit(task, answers, self.now, "li-wei")
        self._after()
        return self

    def signal(self, *names: str) -> str | None:
        found = self.live.signal(names, self.now, "system")
        self.cause = self.live.cause
        self._after()
        return found

    def later(self, *, hours: float = 0, minutes: float = 0) -> "Trial":
        """Time passes with the room running: each timer fires when it is due."""
        until = self.now + seconds(3600 * hours + 60 * minutes)
        while self.live.run.due is not None and self.live.run.due <= until and self.live.run.ended is None:
            self.now = max(self.live.run.due, self.now)
            self.tick()
        self.now = until
        return self

    def outage(self, *, hours: float) -> "Trial":
        """Time passes with the room away; then it is there again."""
        self.now += seconds(3600 * hours)
        return self.tick()

    def tick(self) -> "Trial":
        self.cause = self.live.tick(self.now, "system")
        self._after()
        return self
