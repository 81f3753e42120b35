"""Play a flow through before it is published: made-up people, a clock one can push, nothing stored. No I/O.

The same engine, the same checks and the same rules as in earnest; only the second proof and the presence at the zone
are taken as given where the player says so.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from fangwei.core.clock import seconds
from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text
from fangwei.flows import deeds
from fangwei.flows.cards import Flow
from fangwei.flows.commands import Found, JudgedLine, Presence, Start, Strike, Submit, Tick
from fangwei.flows.compile import compile_flow
from fangwei.flows.definition import Definition
from fangwei.flows.engine import Live, Office
from fangwei.flows.run import OpenTask, Order, Told

PLAYER: Final = "player"
ZONE: Final = "play"
MOST_DEEDS: Final = 200
MOST_FIRED: Final = 300
"""Timers that one push of the clock may fire."""


class Do(msgspec.Struct, frozen=True, kw_only=True, tag="do", tag_field="deed"):
    """Somebody does an open step."""

    task: str
    answers: dict[str, Any] = {}
    by: str = PLAYER
    on_site: bool = True


class Push(msgspec.Struct, frozen=True, kw_only=True, tag="push", tag_field="deed"):
    """Time passes."""

    seconds: float


class Give(msgspec.Struct, frozen=True, kw_only=True, tag="signal", tag_field="deed"):
    """Something happens: a gas alarm, an evacuation."""

    name: str


Deed = Do | Push | Give


class Step(msgspec.Struct, kw_only=True):
    """One line of what happened."""

    time: int
    deed: str
    """`start`, `do`, `push`, `signal`, `timer`."""
    task: str | None = None
    by: str | None = None
    status: int
    judged: list[JudgedLine] = []
    fired: list[str] = []
    told: list[Told] = []
    orders: list[Order] = []
    dropped: list[Text] = []


class Played(msgspec.Struct, kw_only=True):
    """Where the play stands."""

    now: int
    status: int
    ended: bool
    outcome: str | None
    due: int | None
    open: list[OpenTask]
    data: dict[str, Any]
    history: list[Step]
    refused: Text | None = None
    """Why the last deed was not done; those before it stand."""


class PlayTooLong(FangweiError):
    """More than anybody plays by hand."""

    code = "flows.play_too_long"
    text = Text("一次播放最多 {most} 步", "A play has at most {most} deeds")
    http_status = 422


class Play:
    """A run that nobody keeps."""

    def __init__(self, flow: Flow, office: Office, packs: Sequence[str], now: int) -> None:
        """Raises what compiling and the definition refuse."""
        self.definition = Definition(compile_flow(flow))
        self.office = office
        self.now = now
        self.history: list[Step] = []
        begin = Start(id="play", by=PLAYER, role=deeds.ADMINISTRATOR, flow=flow.id, run_zones=[ZONE])
        self.live = deeds.begin(begin, self.definition, 0, list(packs), office, now)
        self._kept = self._keep()
        self._note("start")

    def submit(self, task: str, answers: Mapping[str, Any], by: str = PLAYER, *, on_site: bool = True) -> None:
        """Do an open step. Raises FangweiError: it is refused, and the play stands where it stood."""
        shown = Presence(zone=ZONE, time=self.now) if on_site else None
        command = Submit(
            id="play", by=by, role=deeds.ADMINISTRATOR, run="play", task=task, answers=dict(answers),
            proved=self.now, presence=shown,
        )  # fmt: skip
        self._apply(command)
        self._note("do", task, by)

    def signal(self, name: str) -> None:
        """Something happens."""
        self._apply(
            Strike(
                id="play",
                by=PLAYER,
                run="play",
                names=[name],
                why=name,
                signal=name,
                hold=False,
                before=self.now,
            )
        )
        self._note("signal", name)

    def advance(self, by_seconds: float) -> None:
        """Time passes with the room running: each timer fires when it is due."""
        until = self.now + seconds(by_seconds)
        self._note("push")
        for _ in range(MOST_FIRED):
            due = self.live.run.due
            if self.live.run.ended is not None or due is None or due > until:
                break
            self.now = max(due, self.now)
            self._apply(Tick(id="play", by=PLAYER, run="play"))
            self._note("timer")
        self.now = max(until, self.now)

    def state(self, refused: Text | None = None) -> Played:
        """Where it stands."""
        run = self.live.run
        self.live.now = self.now
        return Played(
            now=self.now, status=run.status, ended=run.ended is not None, outcome=run.outcome, due=run.due,
            open=self.live.tasks() if run.ended is None else [], data=run.data, history=self.history, refused=refused,
        )  # fmt: skip

    def _apply(self, command: Submit | Strike | Tick) -> None:
        try:
            deeds.apply(self.live, command, self.now)
        except FangweiError:
            self._restore()
            raise
        self._kept = self._keep()

    def _keep(self) -> tuple[bytes, bytes] | None:
        run = self.live.run
        return None if run.ended is not None else (msgspec.json.encode(run), self.live.dump())

    def _restore(self) -> None:
        """A refused step may have gone half-way: back to where it stood."""
        if self._kept is not None:
            run, state = self._kept
            self.live = Live.open(
                self.definition, msgspec.json.decode(run, type=type(self.live.run)), state, self.office
            )

    def _note(self, deed: str, task: str | None = None, by: str | None = None) -> None:
        cause, quiet = self.live.cause, deed == "push"
        self.history.append(
            Step(
                time=self.now, deed=deed, task=task, by=by, status=self.live.run.status,
                judged=[] if quiet else [
                    JudgedLine(key=j.key, moment=j.moment, passed=j.passed,
                               findings=[msgspec.convert(f, Found) for f in j.findings])
                    for j in cause.judged
                ],
                fired=[] if quiet else list(cause.fired), told=[] if quiet else list(cause.told),
                orders=[] if quiet else list(cause.orders), dropped=[] if quiet else [d.name for d in cause.dropped],
            )
        )  # fmt: skip


def play(flow: Flow, todo: Sequence[Deed], office: Office, packs: Sequence[str], now: int) -> Played:
    """A flow and what is done to it, from its start; stops at the first deed that is refused.

    Raises:
        PlayTooLong: too many deeds; and what compiling refuses.
    """
    if len(todo) > MOST_DEEDS:
        raise PlayTooLong(most=MOST_DEEDS)
    played = Play(flow, office, packs, now)
    for deed in todo:
        try:
            if isinstance(deed, Do):
                played.submit(deed.task, deed.answers, deed.by, on_site=deed.on_site)
            elif isinstance(deed, Push):
                played.advance(deed.seconds)
            else:
                played.signal(deed.name)
        except FangweiError as error:
            return played.state(error.message)
    return played.state()
