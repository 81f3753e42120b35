"""One step of a run: SpiffWorkflow walks, FEEL decides, the dialect acts. No I/O; the time is passed in.

live = Live.begin(definition, run, office, now)      # from the start to the first wait
live.submit("apply", {...}, by="li-wei", now=now)    # raises and leaves `live` broken: open it again
"""

import re
from collections.abc import Mapping
from typing import Any, Final, Protocol

import msgspec
from SpiffWorkflow.bpmn.specs.defaults import CallActivity, EndEvent, UserTask
from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import SignalEventDefinition
from SpiffWorkflow.bpmn.util.event import BpmnEvent
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text
from fangwei.feel.interpreter import Feel
from fangwei.flows import state
from fangwei.flows.cards import Notify
from fangwei.flows.definition import Definition, Does, said, time_of
from fangwei.flows.engine_errors import RunLoops, TaskNotOpen
from fangwei.flows.run import Cause, Dropped, Judged, OpenTask, Order, Run, Status, Told

MOST_STEPS: Final = 800
"""Of one command; a flow of 60 cards has some 500 elements. SpiffWorkflow loses sight of a token after 1,000."""
MOST_TIMERS: Final = 200
STOPPED: Final = "pause"
"""The signal that every work card catches."""


class Office(Protocol):
    """What the engine asks of the room: who does a step, and what the rules say."""

    feel: Feel

    def doers(self, who: Mapping[str, Any] | None, run: Run, data: Mapping[str, Any]) -> tuple[tuple[str, ...], Text]:
        """`person:...` and `role:...`, and the same in words."""
        ...

    def judge(
        self, definition: Definition, run: Run, do: Mapping[str, Any], data: Mapping[str, Any], now: int, late: bool
    ) -> Judged:
        """What the pinned packs and the card's own limits say. `late`: a time has passed and nobody did the step."""
        ...


class _Script:
    """SpiffWorkflow's "script engine": FEEL, and what service tasks do. It runs no scripts."""

    def __init__(self, live: "Live") -> None:
        self.live = live

    @property
    def now(self) -> int:
        return self.live.now

    def evaluate(self, task: Task, expression: str, external_context: object = None) -> Any:
        return self.live.value(task, expression)

    def time_of(self, task: Task, expression: str) -> int:
        return time_of(self.live.value(task, expression), task.task_spec.name)

    def act(self, task: Task) -> None:
        self.live.act(task)

    def enter(self, task: Task) -> None:
        self.live.enter(task)

    def execute(self, task: Task, script: str, external_context: object = None) -> None:
        raise RuntimeError(f"{task.task_spec.name} is a script, and scripts are not run")

    call_service = execute


class Live:
    """A run with its workflow open."""

    def __init__(self, definition: Definition, run: Run, office: Office) -> None:
        self.definition = definition
        self.run = run
        self.office = office
        self.now = 0
        self.by = ""
        self.cause = Cause()
        self._steps = 0
        self._late = False
        """A timer brought us here: what is judged now was not done, and never counts as passed."""
        self.workflow: BpmnWorkflow

    @classmethod
    def begin(cls, definition: Definition, run: Run, office: Office, now: int, by: str) -> "Live":
        """A new run, walked from its start to where it first waits."""
        live = cls(definition, run, office)
        live._at(now, by)
        live.workflow = BpmnWorkflow(definition.spec, definition.subprocesses, script_engine=_Script(live))
        live._walk()
        live._settle()
        return live

    @classmethod
    def open(cls, definition: Definition, run: Run, kept: bytes, office: Office) -> "Live":
        """A run from the store."""
        live = cls(definition, run, office)
        live.workflow = state.load(definition, kept, _Script(live))
        return live

    def dump(self) -> bytes:
        """Its state (`open` takes it)."""
        return state.dump(self.workflow)

    # --- what is done to it ---------------------------------------------------------------------------------------

    def submit(self, task: str, answers: Mapping[str, Any], now: int, by: str) -> Cause:
        """A person's step.

        Raises:
            TaskNotOpen: it waits for nobody.
            RunLoops: the flow does not come to rest.
        """
        self._at(now, by)
        found = self.waiting(task)
        does = self._does(found)
        assert does.task is not None
        before = self._open()
        self._answer(found, str(does.task["key"]), answers)
        found.run()
        self.cause.done.append(task)
        self._walk()
        self._lost(before)
        self._settle()
        return self.cause

    def signal(self, names: tuple[str, ...], now: int, by: str) -> str | None:
        """Give the first of these signals that the run waits for; returns it, None when it waits for none."""
        self._at(now, by)
        for name in names:
            event = BpmnEvent(SignalEventDefinition(name))
            if not any(t.task_spec.catches(t, event) for t in self.workflow.event_manager.tasks.values()):
                continue
            before = self._open()
            self.workflow.event_manager.catch(event, internal=False)
            self.cause.fired.append(name)
            self._walk()
            self._lost(before)
            self._settle()
            return name
        return None

    def tick(self, now: int, by: str) -> Cause:
        """Fire what is due, one at a time, the one due first, walking on in between: two interrupting events fired at
        once would leave two tokens, and what the first one ends must not fire any more."""
        self._at(now, by)
        self._late = True
        for _ in range(MOST_TIMERS):
            due = [(when, n, task) for n, (when, task) in enumerate(self._timers()) if when <= now]
            if not due:
                break
            _, _, first = min(due, key=lambda each: each[:2])
            before = self._open()
            first._set_internal_data(fired=True)
            self.cause.fired.append(first.task_spec.name)
            first.task_spec._update(first)
            self._walk()
            self._lost(before)
        self._settle()
        return self.cause

    def end(self, status: Status, outcome: str, now: int, by: str) -> Cause:
        """Close it from outside: withdrawn or cancelled."""
        self._at(now, by)
        self.workflow.cancel()
        self._to(status)
        self.run.ended, self.run.outcome, self.run.due, self.run.hold = now, outcome, None, None
        return self.cause

    # --- what it is like ------------------------------------------------------------------------------------------

    def waiting(self, task: str) -> Task:
        """The open step at a place.

        Raises:
            TaskNotOpen: none.
        """
        for found in self._user_tasks():
            if self.place_of(found) == task:
                return found
        raise TaskNotOpen(task=self._name(task))

    def tasks(self) -> list[OpenTask]:
        """Steps that wait for a person, in the order of the tree."""
        found = []
        for task in self._user_tasks():
            does = self._does(task)
            assert does.task is not None
            data, _ = self.data_of(task)
            due = does.task.get("due")
            who = does.task.get("who")
            several = [a for a in does.task.get("anyone", ()) if self._wanted(task, a)]
            if several:
                parts = [self.office.doers(a["who"], self.run, data) for a in several]
                doers = tuple(dict.fromkeys(d for part, _ in parts for d in part))
                words = Text("、".join(w.zh for _, w in parts), ", ".join(w.en for _, w in parts))
            else:
                doers, words = self.office.doers(who, self.run, data)
            found.append(
                OpenTask(
                    task=self.place_of(task),
                    key=str(does.task["key"]),
                    card=str(does.of or does.id),
                    kind=str(does.task["kind"]),
                    name=self.named(task),
                    doers=doers,
                    who=words,
                    opened=self.now,
                    due=self._when(data, due),
                )
            )
        return found

    def task_of(self, task: Task) -> dict[str, Any]:
        """What the dialect says of a person's step."""
        return self._does(task).task or {}

    def data_of(self, task: Task) -> tuple[dict[str, Any], Definition]:
        """The data that a step sees, and whose definition it belongs to: a sub-flow sees what stands under its key."""
        way = []
        process = task.workflow
        definition: Definition | None = None
        while process.parent_task_id is not None:
            host = self.workflow.get_task_from_id(process.parent_task_id)
            if isinstance(host.task_spec, CallActivity):
                if definition is None:
                    definition = self._definition_at(host)
                way.append(host.task_spec.name)
            process = host.workflow
        data = self.run.data
        for name in reversed(way):
            data = data.setdefault(name, {})
        return data, definition or self.definition

    def value(self, task: Task, expression: str) -> Any:
        """FEEL over the data that a step sees, and `run`.

        Raises:
            FeelBroken, FeelTooLong, FeelTooMuch: it cannot be told at all.
        """
        data, _ = self.data_of(task)
        # the whole data would be copied into V8 for a condition about one card
        known = {name: part for name, part in data.items() if name in expression}
        return self.office.feel.value(expression, known | {"run": self._about()})

    def named(self, task: Task) -> Text:
        """Its name in both languages: the card's, with the part's where it is one of several."""
        does, (_, definition) = self._does(task), self.data_of(task)
        card = definition.cards.get(does.of or "")
        if card is None:
            return Text(does.name or does.id, does.name or does.id)
        if does.id == card.key:
            return card.name
        approver = next((a for a in getattr(card, "by", ()) if f"{card.key}.{a.key}" == does.id), None)
        if approver is not None:
            return Text(approver.name.zh, approver.name.en)
        part = does.name or does.id
        return Text(f"{card.name.zh}：{part}", f"{card.name.en}: {part_en(does.id, part)}")

    def place_of(self, task: Task) -> str:
        """Its place in the run."""
        way = [task.task_spec.name]
        process = task.workflow
        while process.parent_task_id is not None:
            host = self.workflow.get_task_from_id(process.parent_task_id)
            if isinstance(host.task_spec, CallActivity):
                way.append(host.task_spec.name)
            process = host.workflow
        return "/".join(reversed(way))

    # --- what service tasks do ------------------------------------------------------------------------------------

    def act(self, task: Task) -> None:
        """Do what a service task says."""
        do = self._does(task).do or {}
        data, definition = self.data_of(task)
        kind = do["kind"]
        if kind == "status":
            self._to(Status(int(do["to"])))
        elif kind == "clock":
            times = {name: said(self.now + round(seconds * 1e9)) for name, seconds in do["set"].items()}
            _below(data, str(do["key"])).update(times)
        elif kind == "set":
            _below(data, str(do["key"])).update(do["values"])
        elif kind == "judge":
            self._judge(definition, do, data)
        elif kind == "notify":
            self._notify(definition, str(do["key"]), data)
        elif kind == "order":
            order = do["order"]
            self.cause.orders.append(
                Order(kind=order["kind"], target=order["target"], value=str(order["value"]), card=str(do["key"]))
            )
        elif kind == "overdue":
            self._overdue(definition, str(do["key"]), data)
        else:
            raise RuntimeError(f"{task.task_spec.name}: nobody knows what {kind!r} is")

    def enter(self, task: Task) -> None:
        """A sub-flow begins: what it takes from the flow around it stands under its key."""
        takes = self._does(task).takes or {}
        data, _ = self.data_of(task)
        given = {field: self.value(task, expression) for field, expression in takes.get("takes", {}).items()}
        inner: dict[str, Any] = {}
        for field, value in given.items():
            *way, last = field.split(".")
            (_below(inner, ".".join(way)) if way else inner)[last] = value
        data[str(takes.get("key", task.task_spec.name))] = inner

    def _judge(self, definition: Definition, do: Mapping[str, Any], data: dict[str, Any]) -> None:
        key = str(do["key"])
        judged = self.office.judge(definition, self.run, do, data, self.now, self._late)
        if self._late and judged.passed:
            judged = msgspec.structs.replace(judged, passed=False)
        count = 0 if judged.passed else self.run.tries.get(key, 0) + 1
        self.run.tries[key] = count
        _below(data, key)["judged"] = {
            "passed": judged.passed,
            "refused": count,
            "at": said(self.now),
            "findings": list(judged.findings),
        }
        self.cause.judged.append(judged)

    def _notify(self, definition: Definition, key: str, data: dict[str, Any]) -> None:
        card = definition.cards.get(key)
        if not isinstance(card, Notify):
            return
        parts = [self.office.doers(msgspec.to_builtins(who), self.run, data) for who in card.to]
        doers = tuple(dict.fromkeys(d for part, _ in parts for d in part))
        text = card.text or card.name
        self.cause.told.append(
            Told(doers=doers, text=Text(fill(text.zh, data), fill(text.en, data)), priority=card.priority, card=key)
        )

    def _overdue(self, definition: Definition, key: str, data: dict[str, Any]) -> None:
        does = definition.does.get(key)
        who = (does.task or {}).get("who") if does else None
        doers, words = self.office.doers(who, self.run, data)
        lead, _ = self.office.doers({"role": "shift_supervisor"}, self.run, data)
        text = Text(f"审批超时：{words.zh}尚未签字", f"Approval overdue: {words.en} has not signed yet")
        self.cause.told.append(
            Told(doers=tuple(dict.fromkeys((*doers, *lead))), text=text, priority=2, card=key, code=OVERDUE)
        )

    # --- walking --------------------------------------------------------------------------------------------------

    def _at(self, now: int, by: str) -> None:
        self.now, self.by, self.cause, self._steps, self._late = now, by, Cause(), 0, False

    def _walk(self) -> None:
        try:
            self.workflow.do_engine_steps(will_complete_task=self._enter, did_complete_task=self._count)
        except SpiffWorkflowException as error:
            cause = error.__cause__ or error.__context__
            if isinstance(cause, FangweiError):
                raise cause from None
            raise
        processes = (self.workflow, *self.workflow.subprocesses.values())
        for task in (task for process in processes for task in process.tasks.values()):
            if task.has_state(TaskState.READY) and not task.task_spec.manual:
                raise RunLoops(at=task.task_spec.name, steps=self._steps)

    def _enter(self, task: Task) -> None:
        if not isinstance(task.task_spec, EndEvent):
            return
        outcome = self._does(task).outcome
        if outcome == "told":
            return
        if task.workflow.parent_task_id is None:
            self.run.outcome = outcome or "done"
        elif isinstance(self.workflow.get_task_from_id(task.workflow.parent_task_id).task_spec, CallActivity):
            self.data_of(task)[0]["outcome"] = outcome or "done"

    def _count(self, task: Task) -> None:
        self._steps += 1
        self.cause.done.append(task.task_spec.name)
        if self._steps > MOST_STEPS:
            raise RunLoops(at=task.task_spec.name, steps=MOST_STEPS)

    def _settle(self) -> None:
        if self.workflow.is_completed():
            self.run.ended, self.run.due = self.now, None
            self.run.outcome = self.run.outcome or "done"
            return
        self.run.outcome = None
        state.prune(self.workflow)
        self.run.due = min((when for when, _ in self._timers()), default=None)

    def _timers(self) -> list[tuple[int, Task]]:
        return [
            (task.internal_data["due"], task)
            for task in self.workflow.event_manager.tasks.values()
            if task.has_state(TaskState.WAITING) and task.internal_data.get("due") is not None
        ]

    def _lost(self, before: dict[Any, Task]) -> None:
        """Steps that ended without being done: their host was interrupted, or another signature refused."""
        now_open = self._open()
        for id, task in before.items():
            if id not in now_open and not task.has_state(TaskState.COMPLETED):
                self.cause.dropped.append(Dropped(task=self.place_of(task), name=self.named(task)))

    def _open(self) -> dict[Any, Task]:
        return {task.id: task for task in self._user_tasks()}

    def _user_tasks(self) -> list[Task]:
        processes = [self.workflow, *self.workflow.subprocesses.values()]
        return [
            task
            for process in processes
            for task in process.tasks.values()
            if task.has_state(TaskState.READY) and isinstance(task.task_spec, UserTask)
        ]

    def _to(self, status: Status) -> None:
        if self.run.status != status:
            self.run.status, self.run.status_since = int(status), self.now

    def _does(self, task: Task) -> Does:
        _, definition = self.data_of(task)
        name = task.task_spec.name
        return definition.does.get(name) or Does(id=name, of=None, name=name)

    def _definition_at(self, host: Task) -> Definition:
        return self.definition.in_process(host.task_spec.spec)

    def _answer(self, task: Task, key: str, answers: Mapping[str, Any]) -> None:
        data, definition = self.data_of(task)
        *way, last = key.split(".")
        place = data
        for name in way:
            place = place.setdefault(name, {})
        old = place.get(last) or {}
        kept = {name: old[name] for name in definition.below.get(key, ()) if name in old}
        place[last] = dict(answers) | kept | {"by_": self.by, "at_": said(self.now)}

    def _wanted(self, task: Task, approver: Mapping[str, Any]) -> bool:
        when = approver.get("when")
        return when is None or self.value(task, str(when)) is not False

    def _when(self, data: Mapping[str, Any], due: str | None) -> int | None:
        found = at(data, due) if due else None
        return None if found is None else time_of(found, str(due))

    def _name(self, task: str) -> Text:
        does = self.definition.does.get(task.rsplit("/", 1)[-1])
        name = does.name if does else task
        return Text(name or task, name or task)

    def _about(self) -> dict[str, Any]:
        run = self.run
        return {
            "id": run.id,
            "zone": run.zones[0] if run.zones else None,
            "zones": run.zones,
            "noun": run.noun,
            "applicant": run.applicant,
            "started": said(run.started),
            "now": said(self.now),
            "status": run.status,
        }


OVERDUE: Final = "S09"
"""Approval overdue: AQ 3064.2 5.9.9 asks for the alarm, table A.4 has no code for it."""


def part_en(id: str, name: str) -> str:
    """A part's name in English: BPMN holds one name, in Chinese; the ids of parts are English words."""
    return id.rsplit(".", 1)[-1].replace("_", " ") if not name.isascii() else name


def at(data: Mapping[str, Any], place: str) -> Any:
    """What stands at a dotted place; None when nothing does.

    >>> at({"a": {"b": 1}}, "a.b"), at({"a": 1}, "a.b.c")
    (1, None)
    """
    found: Any = data
    for name in place.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _below(data: dict[str, Any], key: str) -> dict[str, Any]:
    for name in key.split("."):
        below = data.get(name)
        if not isinstance(below, dict):
            below = data[name] = {}
        data = below
    return data


_PLACE: Final = re.compile(r"\{([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*)\}")


def fill(text: str, data: Mapping[str, Any]) -> str:
    """`{apply.place}` filled from the data; what is unknown shows as …

    >>> fill("{a.b} {c}", {"a": {"b": "yard"}})
    'yard …'
    """

    def one(found: re.Match[str]) -> str:
        value = at(data, found[1])
        return "…" if value is None or isinstance(value, dict | list) else str(value)

    return _PLACE.sub(one, text)
