"""What the room is told and asked on the bus, and what it answers. `by` is the person, set by the door."""

from typing import Any

import msgspec

from fangwei.core.lists import Paging
from fangwei.core.texts import Text
from fangwei.flows.run import Hold, OpenTask, Run


class Command(msgspec.Struct, kw_only=True):
    """Every command: `id` is the sender's, a second one of the same id is answered and not done again."""

    id: str
    by: str
    role: str = ""
    """Of whoever gives it; a step of a role asks for it."""
    zones: list[str] | None = None
    """Zones this person answers for; None: the whole site."""


class Start(Command, kw_only=True, tag="start"):
    """Start a run of the published flow (`version` None: the newest). The command's id becomes the run's.

    `answers`: of the first step, where that is a form; done with the start.
    """

    flow: str
    version: int | None = None
    run_zones: list[str]
    place: tuple[float, float, float] | None = None
    title: str = ""
    answers: dict[str, Any] | None = None


class Presence(msgspec.Struct, kw_only=True):
    """Proof of being where the work is: the zone's code, scanned there."""

    zone: str
    time: int


class Submit(Command, kw_only=True, tag="submit"):
    """Do an open step. `proved`: UTC ns of the second proof; signatures need it."""

    run: str
    task: str
    answers: dict[str, Any] = {}
    proved: int = 0
    presence: Presence | None = None


class Pause(Command, kw_only=True, tag="pause"):
    """Stop a run: the work's own pause where it waits for one, otherwise it is held."""

    run: str
    why: str


class Resume(Command, kw_only=True, tag="resume"):
    """Let a held run go on."""

    run: str
    why: str = ""


class Withdraw(Command, kw_only=True, tag="withdraw"):
    """The applicant takes it back (status 5)."""

    run: str
    why: str


class Cancel(Command, kw_only=True, tag="cancel"):
    """Void (status 4)."""

    run: str
    why: str


class Move(Command, kw_only=True, tag="move"):
    """Go on by another version."""

    run: str
    version: int
    why: str


class Strike(Command, kw_only=True, tag="signal"):
    """One run's share of a signal: the first of `names` that it waits for; held when it waits for none and `hold`."""

    run: str
    names: list[str]
    why: str
    signal: str
    hold: bool
    before: int
    """Only what stood so before this time (UTC ns): an old alarm stops no newer work."""


class Tick(Command, kw_only=True, tag="tick"):
    """What is due by time."""

    run: str


OnRun = Submit | Pause | Resume | Withdraw | Cancel | Move | Strike | Tick


class Signal(msgspec.Struct, kw_only=True):
    """Command `fw.do.flows.signal`: give a signal to every run in the zones (and within `within` m of `place`, where
    given). `evacuation` also holds what does not wait for it."""

    id: str
    by: str
    signal: str
    zones: list[str]
    place: tuple[float, float, float] | None = None
    within: float | None = None
    why: str = ""
    works: list[str] | None = None


class Signalled(msgspec.Struct, kw_only=True):
    """How many runs a signal reached: stopped (or told), and how many did not wait for it."""

    runs: int
    stopped: int


class Found(msgspec.Struct, kw_only=True):
    """One finding of a judge, as it is kept and shown."""

    standard: str = ""
    edition: str = ""
    clause: str = ""
    rule: str = ""
    refuse: bool
    action: str
    alarm: str | None = None
    certainty: str = ""
    text: Text
    facts: dict[str, Any] = {}
    missing: list[str] = []


class JudgedLine(msgspec.Struct, kw_only=True):
    """What was said to one step."""

    key: str
    moment: str
    passed: bool
    findings: list[Found]


class Line(msgspec.Struct, kw_only=True):
    """One line of a run's history."""

    id: str
    time: int
    by: str
    action: str
    """`start`, `submit`, `tick`, `signal`, `pause`, `resume`, `withdraw`, `cancel`, `move`."""
    revision: int
    status: int
    task: str | None = None
    name: Text | None = None
    fired: list[str] = []
    judged: list[JudgedLine] = []
    dropped: list[Text] = []
    answers: dict[str, Any] | None = None
    why: str = ""


class RunView(msgspec.Struct, kw_only=True):
    """A run as others see it."""

    id: str
    flow: str
    name: Text
    version: int
    revision: int
    noun: str
    work: str | None
    title: str
    zones: list[str]
    place: tuple[float, float, float] | None
    status: int
    status_since: int
    applicant: str
    started: int
    updated: int
    ended: int | None
    outcome: str | None
    due: int | None
    hold: Hold | None
    packs: list[str]
    tasks: list[OpenTask] = []


class Answer(msgspec.Struct, kw_only=True):
    """What a command did."""

    run: RunView
    judged: list[JudgedLine] = []


class Shown(msgspec.Struct, kw_only=True):
    """A run with its data and its history, oldest first."""

    run: RunView
    data: dict[str, Any]
    history: list[Line]
    findings: list["Finding"]
    asks: dict[str, dict[str, Any]] = {}
    """What the dialect says of each open step: kind, form, quantities; `as`: its card."""
    cards: list[dict[str, Any]] = []
    """The cards of the version it runs by: what the answers in `data` mean."""


class Finding(msgspec.Struct, kw_only=True):
    """An alarm or refusal of a run."""

    id: str
    run: str
    zone: str
    time: int
    ended: int | None
    key: str
    found: Found


class Moved(msgspec.Struct, kw_only=True):
    """What moving a run to another version changes."""

    run: RunView
    version: int
    open: list[str]
    gone: list[str]
    """Open steps that the other version does not have: not empty, it cannot move."""
    added: list[str]
    removed: list[str]
    """Cards that the other version adds or no longer has."""


class AskRuns(Paging, frozen=True, kw_only=True):
    """Question `fw.ask.flows.runs`: all conditions hold together; None asks nothing. The newest first unless sorted."""

    flow: str | None = None
    noun: str | None = None
    work: str | None = None
    status: list[int] | None = None
    zone: str | None = None
    applicant: str | None = None
    open: bool | None = None
    zones: list[str] | None = None
    """The zones that who asks may see; None: all."""
    own: str | None = None
    """Whose own ones are seen wherever they are."""


class AskRun(msgspec.Struct):
    """Question `fw.ask.flows.run`."""

    run: str


class AskMove(msgspec.Struct):
    """Question `fw.ask.flows.move`: what moving a run to a version would change."""

    run: str
    version: int


class AskTasks(Paging, frozen=True, kw_only=True):
    """Question `fw.ask.flows.tasks`: open steps of a person."""

    person: str
    role: str
    zones: list[str] | None = None


class AskFindings(Paging, frozen=True, kw_only=True):
    """Question `fw.ask.flows.findings`: alarms, the newest first unless sorted; of a `run` its refusals, too."""

    run: str | None = None
    open: bool = False
    zones: list[str] | None = None
    """The zones that who asks may see; None: all."""


class RunsPage(msgspec.Struct):
    """A page of runs, without their open steps."""

    total: int
    offset: int
    items: list[RunView]


class TaskOf(msgspec.Struct, kw_only=True):
    """An open step and the run it belongs to."""

    run: RunView
    task: OpenTask
    answer: dict[str, Any]
    """What the dialect says of the step: kind, form, quantities."""


class TasksPage(msgspec.Struct):
    """A page of open steps, the one due first."""

    total: int
    offset: int
    items: list[TaskOf]


class AskOffers(msgspec.Struct):
    """Question `fw.ask.flows.offers`: flows that one may start."""

    person: str
    role: str


class Offer(msgspec.Struct, kw_only=True):
    """A published flow and how it begins."""

    flow: str
    version: int
    name: Text
    about: Text | None
    noun: str
    work: str | None
    standard: str | None
    first: dict[str, Any] | None
    """The first step where that is a form, as `TaskOf` says it; None: it begins without answers."""
    mine: bool
    """Whether who asks may do the first step."""
    who: Text
    """Who may, in words."""


class FindingsPage(msgspec.Struct):
    """A page of findings."""

    total: int
    offset: int
    items: list[Finding]


def view(run: Run, name: Text, updated: int, tasks: list[OpenTask]) -> RunView:
    """A run as others see it."""
    return RunView(
        id=run.id, flow=run.flow, name=name, version=run.version, revision=run.revision, noun=run.noun, work=run.work,
        title=run.title, zones=run.zones, place=run.place, status=run.status, status_since=run.status_since,
        applicant=run.applicant, started=run.started, updated=updated, ended=run.ended, outcome=run.outcome,
        due=run.due, hold=run.hold, packs=run.packs, tasks=tasks,
    )  # fmt: skip
