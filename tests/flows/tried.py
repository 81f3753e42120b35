"""A small engine of the tests: SpiffWorkflow on what the compiler makes, data beside it, a clock that is pushed.

It evaluates the few FEEL forms that the compiler writes, and none other: an expression it does not know fails the test.
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser, BpmnValidator
from SpiffWorkflow.bpmn.parser.task_parsers import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.specs.defaults import ServiceTask
from SpiffWorkflow.bpmn.specs.event_definitions import timer
from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import SignalEventDefinition
from SpiffWorkflow.bpmn.util.event import BpmnEvent
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from fangwei.core.texts import Text
from fangwei.flows.cards import DIALECT, AnyCard, Flow, Noun, Who
from fangwei.flows.compile import compile_flow

FW = f"{{{DIALECT}}}"
EIGHT = datetime(2026, 7, 6, 8, 0, tzinfo=UTC)
Judge = Callable[[str, dict[str, Any]], bool]


def t(words: str) -> Text:
    return Text(words, words)


def flow_of(*cards: AnyCard, work: str | None = "confined_space") -> Flow:
    return Flow(id="tried", name=t("试"), noun=Noun.PERMIT, work=work, cards=cards)


LEADER = Who(post="work_leader")


class Clock:
    now = EIGHT


class Clocked(datetime):
    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        return Clock.now


def value(text: str, data: dict[str, Any]) -> Any:
    """`a.b.c`, `x = literal`, `x >= n`, `(x) = true`, joined by `and`; None when anything is missing."""
    text = text.strip()
    if " and " in text and not text.startswith("("):
        parts = [value(part, data) for part in text.split(" and ")]
        return False if False in parts else None if None in parts else True
    if found := re.fullmatch(r"\((.*)\) = (true|false)", text):
        inner = value(found[1], data)
        return inner is not None and inner is (found[2] == "true")
    if found := re.fullmatch(r'([\w.]+) (=|>=) (true|false|\d+|"[^"]*")', text):
        left, right = value(found[1], data), json.loads(found[3])
        if found[2] == ">=":
            return None if left is None else left >= right
        return None if left is None else left == right
    if re.fullmatch(r"[a-z_][\w.]*", text):
        place: Any = data
        for part in text.split("."):
            place = place.get(part) if isinstance(place, dict) else None
        return place
    raise AssertionError(f"the test engine does not know {text!r}")


class _Done(ServiceTask):
    def _run_hook(self, task: Any) -> bool:
        run = task.workflow.script_engine.run
        run.act(run.says[task.task_spec.name]["do"])
        return True


class _Parser(BpmnParser):
    OVERRIDE_PARSER_CLASSES = {full_tag("serviceTask"): (TaskParser, _Done)}  # noqa: RUF012


def has_fired(definition: Any, task: Any) -> bool:
    """Only when it was fired: SpiffWorkflow's own look fires whatever is overdue, and two at once leave two tokens."""
    if task.internal_data.get("event_value") is None:
        text = task.workflow.script_engine.evaluate(task, definition.expression)
        if isinstance(definition, timer.DurationTimerEventDefinition):
            span = definition.get_timedelta_from_start(definition.parse_iso_duration(text))
            text = (Clock.now + span).isoformat()
        task._set_internal_data(event_value=text)
    return bool(task.internal_data.get("event_fired", False))


class InOrder(BpmnWorkflow):
    """Fires overdue timers one at a time, the one due first, and goes on between them until it waits."""

    def refresh_timers(self) -> None:
        due = [
            (datetime.fromisoformat(when), number, task)
            for number, task in enumerate(self.event_manager.tasks.values())
            if (when := task.internal_data.get("event_value")) is not None
        ]
        due = [one for one in due if one[0] < Clock.now]
        if due:
            task = min(due)[2]
            task._set_internal_data(event_fired=True)
            task.task_spec._update(task)
            self.do_engine_steps()


class Tried:
    """One run."""

    def __init__(self, flow: Flow, judge: Judge | None = None, others: tuple[bytes, ...] = ()) -> None:
        self.xml = compile_flow(flow)
        self.data: dict[str, Any] = {}
        self.judge = judge or (lambda moment, answers: True)
        self.done: list[dict[str, Any]] = []
        self.status: list[int] = []
        self.refused: dict[str, int] = {}
        parser = _Parser(validator=BpmnValidator())
        for xml in (self.xml, *others):
            parser.add_bpmn_str(xml)
        root = etree.fromstring(self.xml)
        self.says = {
            node.get("id"): {
                child.tag.removeprefix(FW): child.text and json.loads(child.text)
                for child in node.iterfind("./{*}extensionElements/*")
            }
            for node in root.iter("{*}userTask", "{*}serviceTask")
        }
        self.outcome_of = {end.get("id"): end.get(f"{FW}outcome") for end in root.iter("{*}endEvent")}
        self.workflow = InOrder(
            parser.get_spec(flow.id), parser.get_subprocess_specs(flow.id), script_engine=_Engine(self)
        )
        self.workflow.do_engine_steps()

    # what the test does

    def open(self) -> list[str]:
        return sorted(
            task.task_spec.name
            for task in self.workflow.get_tasks(state=TaskState.READY)
            if task.task_spec.__class__.__name__ == "UserTask"
        )

    def submit(self, name: str, **answers: Any) -> "Tried":
        task = next(task for task in self.workflow.get_tasks(state=TaskState.READY) if task.task_spec.name == name)
        self._put(self.says[name]["task"]["key"], dict(answers))
        task.run()
        self.workflow.do_engine_steps()
        return self

    def wait(self, **span: float) -> "Tried":
        Clock.now += timedelta(**span)
        self.workflow.refresh_timers()
        self.workflow.do_engine_steps()
        return self

    def signal(self, name: str) -> "Tried":
        self.workflow.catch(BpmnEvent(SignalEventDefinition(name)))
        self.workflow.do_engine_steps()
        return self

    @property
    def outcome(self) -> str | None:
        if not self.workflow.completed:
            return None
        ended = self.workflow.get_tasks(state=TaskState.COMPLETED)
        return next(
            (self.outcome_of[e] for e in (x.task_spec.name for x in reversed(ended))
             if self.outcome_of.get(e) not in (None, "told")), "none"
        )  # fmt: skip

    # what the engine does

    def _put(self, key: str, answers: dict[str, Any]) -> None:
        *way, last = key.split(".")
        place = self.data
        for part in way:
            place = place.setdefault(part, {})
        place[last] = answers

    def act(self, do: dict[str, Any]) -> None:
        self.done.append(do)
        if do["kind"] == "judge":
            answers = value(do["key"], self.data) or {}
            passed = self.judge(do["moment"], answers)
            self.refused[do["key"]] = 0 if passed else self.refused.get(do["key"], 0) + 1
            answers = dict(answers) | {"judged": {"passed": passed, "refused": self.refused[do["key"]]}}
            self._put(do["key"], answers)
        elif do["kind"] == "status":
            self.status.append(do["to"])
        elif do["kind"] == "clock":
            times = {name: (Clock.now + timedelta(seconds=s)).isoformat() for name, s in do["set"].items()}
            self._put(do["key"], dict(value(do["key"], self.data) or {}) | times)
        elif do["kind"] == "set":
            self._put(do["key"], dict(value(do["key"], self.data) or {}) | do["values"])


class _Engine(PythonScriptEngine):
    def __init__(self, run: Tried) -> None:
        super().__init__()
        self.run = run

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> Any:
        if re.fullmatch(r"PT[0-9HMS.]+", expression):
            return expression
        return value(expression, self.run.data)

    def call_service(self, task: Any, **_: Any) -> None:
        raise AssertionError("service tasks are done by the run")
