"""What each command does to a run: checked, then done. No I/O; the desk reads and writes around it."""

import msgspec

from fangwei.core.texts import Text
from fangwei.flows import answers, texts
from fangwei.flows.commands import (
    Cancel,
    Move,
    OnRun,
    Pause,
    Resume,
    Start,
    Strike,
    Submit,
    Tick,
    Withdraw,
)
from fangwei.flows.definition import Definition
from fangwei.flows.engine import STOPPED, Live, Office
from fangwei.flows.engine_errors import (
    CannotMove,
    NothingToResume,
    NotYours,
    ReasonMissing,
    RunHeld,
    RunOver,
)
from fangwei.flows.run import Hold, OpenTask, Run, Status

ADMINISTRATOR = "administrator"


def begin(command: Start, definition: Definition, version: int, packs: list[str], office: Office, now: int) -> Live:
    """A new run, its first form filled in where the command brings it."""
    flow = definition.flow
    run = Run(
        id=command.id, flow=flow.id, version=version, hash=definition.hash, packs=packs, revision=1,
        noun=flow.noun.value, work=flow.work, title=command.title or flow.name.zh, zones=command.run_zones,
        place=command.place, status=int(Status.UNISSUED), status_since=now, applicant=command.by, started=now,
    )  # fmt: skip
    live = Live.begin(definition, run, office, now, command.by)
    if command.answers is not None:
        first = next((task for task in live.tasks() if task.kind == "form"), None)
        if first is not None:
            submit = Submit(
                id=command.id, by=command.by, role=command.role, zones=command.zones, run=run.id, task=first.task,
                answers=command.answers,
            )  # fmt: skip
            started = live.cause
            _submit(live, submit, now)
            live.cause = live.cause.after(started)
    return live


def apply(live: Live, command: OnRun, now: int, other: tuple[int, Definition] | None = None) -> bool:
    """Do it; False when nothing was to be done (an alarm that is older than the work, no timer that is due).

    Raises FangweiError: it is refused, in words; the run may be half-way then and has to be opened again.
    """
    if live.run.ended is not None:
        if isinstance(command, Strike | Tick):
            return False
        raise RunOver()
    if isinstance(command, Submit):
        _submit(live, command, now)
    elif isinstance(command, Pause):
        _pause(live, command, now)
    elif isinstance(command, Resume):
        _resume(live, command, now)
    elif isinstance(command, Withdraw):
        if command.by != live.run.applicant and command.role != ADMINISTRATOR:
            raise NotYours(task=Text("撤回", "withdrawing"), who=Text("申请人", "the applicant"))
        _said(command.why)
        live.end(Status.WITHDRAWN, "withdrawn", now, command.by)
    elif isinstance(command, Cancel):
        _said(command.why)
        live.end(Status.VOID, "cancelled", now, command.by)
    elif isinstance(command, Strike):
        return _strike(live, command, now)
    elif isinstance(command, Tick):
        if live.run.hold is not None or live.run.due is None or live.run.due > now:
            return False
        live.tick(now, command.by)
    elif isinstance(command, Move):
        assert other is not None
        _said(command.why)
        _move(live, command, other, now)
    return True


def may_do(task: OpenTask, by: str, role: str, zones: list[str] | None, run: Run) -> bool:
    """Whether a person may do an open step. The administrator may do everything, so that a plant of one works."""
    if role == ADMINISTRATOR or f"person:{by}" in task.doers:
        return True
    return f"role:{role}" in task.doers and (zones is None or not set(zones).isdisjoint(run.zones))


def _submit(live: Live, command: Submit, now: int) -> None:
    run = live.run
    if run.hold is not None:
        raise RunHeld(why=run.hold.why)
    found = live.waiting(command.task)
    live.now = now
    open_task = next(task for task in live.tasks() if task.task == command.task)
    if not may_do(open_task, command.by, command.role, command.zones, run):
        raise NotYours(task=open_task.name, who=open_task.who)
    task = live.task_of(found)
    data, definition = live.data_of(found)
    answers.second_person(task, data, command.by, open_task.name)
    below = definition.below.get(str(task["key"]), frozenset())
    kept = answers.check(task, below, command, run.zones, now)
    if task["kind"] == "approve":
        answers.on_site(task, kept, run.zones, judged=definition.flow.work is not None)
    live.submit(command.task, kept, now, command.by)


def _pause(live: Live, command: Pause, now: int) -> None:
    _said(command.why)
    if live.signal((STOPPED,), now, command.by) is None:
        if live.run.hold is not None:
            raise RunHeld(why=live.run.hold.why)
        live.cause.fired.append("hold")
        live.run.hold = Hold(signal=STOPPED, why=command.why, by=command.by, time=now)


def _resume(live: Live, command: Resume, now: int) -> None:
    if live.run.hold is None:
        raise NothingToResume()
    live.run.hold = None
    # what became due while it was held happens now, before anybody goes on
    live.tick(now, command.by)


def _strike(live: Live, command: Strike, now: int) -> bool:
    if live.run.status_since > command.before or live.run.hold is not None:
        return False
    if live.signal(tuple(command.names), now, command.by) is not None:
        return True
    if not command.hold:
        return False
    why = texts.BY_SIGNAL.format(signal=command.signal, why=command.why)
    live.run.hold = Hold(signal=command.signal, why=why.zh, by=command.by, time=now)
    return True


def _move(live: Live, command: Move, other: tuple[int, Definition], now: int) -> None:
    """The state is opened by the other definition; every element in it has to be there."""
    version, definition = other
    gone = missing(live, definition)
    if gone:
        raise CannotMove(version=version, places="、".join(gone))
    kept = live.dump()
    run = live.run
    run.version, run.hash = version, definition.hash
    moved = Live.open(definition, run, kept, live.office)
    live.definition, live.workflow = definition, moved.workflow
    live.workflow.script_engine.live = live
    live.now, live.by = now, command.by


def missing(live: Live, definition: Definition) -> list[str]:
    """Open steps of a run that another definition does not have, or has as something else."""
    here = {task.task: task.kind for task in live.tasks()}
    elements = set()
    for process in (live.workflow, *live.workflow.subprocesses.values()):
        known = definition.spec if process is live.workflow else definition.subprocesses.get(process.spec.name)
        names = {task.task_spec.name for task in process.tasks.values() if task.state >= 8}
        elements |= names if known is None else {name for name in names if name not in known.task_specs}
    changed = {
        task for task, kind in here.items()
        if "/" not in task and (at_kind(definition, task) != kind)
    }  # fmt: skip
    return sorted(elements | changed)


def at_kind(definition: Definition, element: str) -> str | None:
    """What kind of step an element is."""
    does = definition.does.get(element)
    return str((does.task or {}).get("kind")) if does else None


def _said(why: str) -> None:
    if not why.strip():
        raise ReasonMissing()


def copied(run: Run) -> Run:
    """A run of its own: the engine writes into its data."""
    return msgspec.json.decode(msgspec.json.encode(run), type=Run)
