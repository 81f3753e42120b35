"""Where a run stands, as compact JSON: the tokens and what leads to them, without the definition.

SpiffWorkflow keeps every step a run ever made in one tree, and walks 1,000 levels of it at most: a token deeper than
that would be invisible. So what lies behind the last token is cut off (`prune`); the history of a run is in its
record. What is still to come is worked out again when a state is opened.
"""

from typing import Any, Final
from uuid import UUID, uuid4

import msgspec
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from fangwei.flows.definition import Definition
from fangwei.flows.engine_errors import RunTooDeep

LIVE: Final = TaskState.WAITING | TaskState.READY | TaskState.STARTED
_FORGOTTEN: Final = TaskState.PREDICTED_MASK | TaskState.FUTURE
DEEPEST: Final = 900
"""SpiffWorkflow's iterators stop at 1,000."""


class Step(msgspec.Struct, array_like=True):
    """One step: number of the step before it, its element, its state, and what it keeps (a due time)."""

    parent: int
    element: str
    state: int
    keeps: dict[str, Any]


class ProcessState(msgspec.Struct, array_like=True):
    """One process: its steps in an order in which the step before comes first."""

    host: int
    """The step of the process around it that it runs in; -1 for the flow itself."""
    around: int
    """Which process is around it; -1 for the flow itself."""
    completed: bool
    steps: list[Step]


def dump(workflow: BpmnWorkflow) -> bytes:
    """The state as JSON.

    Raises:
        RunTooDeep: one branch is longer than the engine can walk.
    """
    processes: list[ProcessState] = []
    numbers: dict[UUID, tuple[int, int]] = {}

    def write(process: Any, host: int, around: int) -> None:
        steps: list[Step] = []
        state = ProcessState(host, around, process.completed, steps)
        place = len(processes)
        processes.append(state)
        inner: list[tuple[int, Task]] = []
        stack: list[tuple[Task, int, int]] = [(process.task_tree, -1, 0)]
        while stack:
            task, parent, depth = stack.pop()
            if task.has_state(_FORGOTTEN):
                continue
            if depth > DEEPEST:
                raise RunTooDeep(most=DEEPEST)
            number = len(steps)
            numbers[task.id] = (place, number)
            due = task.internal_data.get("due")
            keeps = {"due": due} if due is not None and task.has_state(TaskState.WAITING) else {}
            steps.append(Step(parent, task.task_spec.name, task.state, keeps))
            if task.id in workflow.subprocesses and task.has_state(LIVE):
                inner.append((number, task))
            stack.extend((child, number, depth + 1) for child in reversed(task.children))
        for number, task in inner:
            write(workflow.subprocesses[task.id], number, place)

    write(workflow, -1, -1)
    return msgspec.json.encode(processes)


def load(definition: Definition, state: bytes, engine: Any) -> BpmnWorkflow:
    """The workflow of a state; its elements are those of the definition."""
    processes = msgspec.json.decode(state, type=list[ProcessState])
    workflow = BpmnWorkflow(definition.spec, definition.subprocesses, script_engine=engine, deserializing=True)
    opened: list[tuple[Any, list[Task]]] = []
    for process in processes:
        if process.around < 0:
            current: Any = workflow
        else:
            host = opened[process.around][1][process.host]
            current = BpmnSubWorkflow(
                definition.subprocesses[host.task_spec.spec], host.id, workflow, deserializing=True
            )
            workflow.subprocesses[host.id] = current
            current.completed_event.connect(host.task_spec._on_subworkflow_completed, host)
        tasks: list[Task] = []
        for step in process.steps:
            parent = tasks[step.parent] if step.parent >= 0 else None
            task = Task(current, current.spec.task_specs[step.element], parent, state=step.state, id=uuid4())
            task.internal_data = dict(step.keeps)
            tasks.append(task)
            if isinstance(task.task_spec, CatchingEvent) and task.has_state(TaskState.WAITING):
                workflow.event_manager.add_task(task)
        current.task_tree = tasks[0]
        current.completed = process.completed
        opened.append((current, tasks))
    for current, tasks in opened:
        for task in tasks:
            if task.has_state(TaskState.NOT_FINISHED_MASK):
                task.task_spec._predict(task, mask=TaskState.NOT_FINISHED_MASK)
        current.last_task = current.task_tree
    return workflow


def prune(workflow: BpmnWorkflow) -> None:
    """Forget what lies behind the tokens, where the process has no joins that could ask for it."""
    if not workflow.spec.house_cuttable:
        return
    live = [task for task in workflow.tasks.values() if task.has_state(LIVE)]
    if not live:
        return
    meet = _meet(live)
    root = workflow.task_tree
    if meet is root or meet.parent is root:
        return
    keep = {task.id for task in _below(meet)} | {root.id}
    meet._parent = root.id
    root._children = [meet.id]
    for id in [id for id in workflow.tasks if id not in keep]:
        del workflow.tasks[id]
        _forget(workflow, id)
    workflow.last_task = root


def _forget(workflow: BpmnWorkflow, host: UUID) -> None:
    inner = workflow.subprocesses.pop(host, None)
    for id in inner.tasks if inner is not None else ():
        _forget(workflow, id)


def _meet(live: list[Task]) -> Task:
    """The last step that leads to every one of these."""
    ways = []
    for task in live:
        way = [task]
        while way[-1].parent is not None:
            way.append(way[-1].parent)
        ways.append(way[::-1])
    meet = ways[0][0]
    for step in zip(*ways, strict=False):
        if any(other is not step[0] for other in step):
            break
        meet = step[0]
    return meet


def _below(task: Task) -> list[Task]:
    found = [task]
    for one in found:
        found.extend(one.children)
    return found
