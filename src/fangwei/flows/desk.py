"""Where commands become facts: many at a time, each once, state, record and outbox in one transaction.

Commands that wait together are decided together (in a thread: FEEL and the rules take time) and written together: a
commit costs as much for thirty as for one. Runs that are worked on stay open; what the store holds wins.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from fangwei.audit.record import SYSTEM, Entry
from fangwei.core.clock import now_ns
from fangwei.core.errors import FangweiError
from fangwei.core.health import Health
from fangwei.core.texts import Text
from fangwei.flows import deeds
from fangwei.flows.commands import (
    Answer,
    Cancel,
    Found,
    JudgedLine,
    Line,
    Move,
    OnRun,
    Pause,
    Resume,
    RunView,
    Start,
    Strike,
    Submit,
    Tick,
    Withdraw,
    view,
)
from fangwei.flows.definition import Definition
from fangwei.flows.definitions import Definitions
from fangwei.flows.engine import Live
from fangwei.flows.engine_errors import CommandTaken, RunUnknown
from fangwei.flows.office import Office
from fangwei.flows.post import out_of
from fangwei.flows.run import OpenTask, Run
from fangwei.flows.store import Batch, Change, Kept, RevisionGone, Store

MOST_AT_ONCE: Final = 32
"""Commands in one transaction: longer would hold up the other rooms' writes."""
MOST_OPEN: Final = 1500
"""Runs kept open, some 50 kB each."""
TRIES: Final = 3

OnOne = Start | OnRun


class _Open:
    """A run that is open: as it is, and as it lies in the store."""

    def __init__(self, live: Live, whole: bytes, state: bytes, tasks: dict[str, OpenTask], revision: int) -> None:
        self.live = live
        self.whole = whole
        self.state = state
        self.tasks = tasks
        self.revision = revision
        """The one in the store; 0: not yet there."""

    @property
    def kept(self) -> tuple[bytes, bytes]:
        return self.whole, self.state


class _Asked:
    """A command and who waits for its answer."""

    def __init__(self, command: OnOne, answer: "asyncio.Future[bytes]") -> None:
        self.command = command
        self.answer = answer

    @property
    def run(self) -> str:
        return self.command.id if isinstance(self.command, Start) else self.command.run


class Desk:
    """Takes commands, one after the other."""

    def __init__(
        self,
        store: Store,
        definitions: Definitions,
        office: Office,
        health: Health,
        clock: Callable[[], int] = now_ns,
    ) -> None:
        self._store = store
        self._definitions = definitions
        self._office = office
        self._health = health
        self._clock = clock
        self._queue: asyncio.Queue[_Asked] = asyncio.Queue()
        self._open: OrderedDict[str, _Open] = OrderedDict()
        self.written = asyncio.Event()
        """Set after each transaction that left something in the outbox."""
        self.moved = asyncio.Event()
        """Set when the earliest timer may have changed."""

    async def do(self, command: OnOne) -> bytes:
        """The answer (`Answer` as JSON), once it is stored; the same again for the same id.

        Raises FangweiError: refused; nothing was stored.
        """
        asked = _Asked(command, asyncio.get_running_loop().create_future())
        self._queue.put_nowait(asked)
        return await asked.answer

    async def serve(self) -> None:
        """Work until cancelled."""
        while True:
            batch = [await self._queue.get()]
            while len(batch) < MOST_AT_ONCE and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            try:
                await self._work(batch)
            except Exception as error:
                self._forget(batch)
                self._health.error(f"flows.desk.{type(error).__name__}", str(error))
                for asked in batch:
                    if not asked.answer.done():
                        asked.answer.set_exception(error)
            except asyncio.CancelledError:
                for asked in batch:
                    asked.answer.cancel()
                raise

    def _forget(self, batch: list[_Asked]) -> None:
        for asked in batch:
            self._open.pop(asked.run, None)

    async def _work(self, batch: list[_Asked]) -> None:
        for last in range(TRIES):
            todo = await self._new_ones(batch)
            if not todo:
                return
            given = await self._given(todo)
            written, outcomes = await asyncio.to_thread(self._decide, todo, given, self._clock())
            try:
                if written.steps:
                    await self._store.write(written)
            except RevisionGone:
                self._forget(todo)
                self._health.error("flows.revision_gone", f"{len(todo)} commands")
                if last == TRIES - 1:
                    raise
                continue
            except Exception:
                self._forget(todo)
                raise
            self._settle(written, outcomes)
            return

    def _settle(self, written: Batch, outcomes: list[tuple[_Asked, bytes | FangweiError]]) -> None:
        for change in written.changes:
            if (known := self._open.get(change.run.id)) is not None:
                known.revision = change.run.revision
        while len(self._open) > MOST_OPEN:
            self._open.popitem(last=False)
        for asked, outcome in outcomes:
            if asked.answer.done():
                continue
            if isinstance(outcome, FangweiError):
                asked.answer.set_exception(outcome)
            else:
                asked.answer.set_result(outcome)
        self._health.count("flows.commands", len(written.steps))
        if written.out:
            self.written.set()
        if written.changes:
            self.moved.set()

    async def _new_ones(self, batch: list[_Asked]) -> list[_Asked]:
        """Those that were not done before; the others are answered from the store."""
        waiting = [asked for asked in batch if not asked.answer.done()]
        runs = list(dict.fromkeys(asked.run for asked in waiting))
        done, stands = await self._store.standing([asked.command.id for asked in waiting], runs)
        for run in runs:
            if run in self._open and self._open[run].revision != stands.get(run):
                del self._open[run]  # somebody else wrote: what the store holds wins
        todo = []
        for asked in waiting:
            known = done.get(asked.command.id)
            if known is None:
                todo.append(asked)
            elif known[0] != asked.command.by:
                asked.answer.set_exception(CommandTaken())
            else:
                asked.answer.set_result(known[1])
        return todo

    async def _given(self, todo: list[_Asked]) -> "_Given":
        """What deciding needs from the store: runs that are not open, versions that are named."""
        given = _Given()
        wanted = [a.run for a in todo if not isinstance(a.command, Start) and a.run not in self._open]
        if wanted:
            given.runs = await self._store.runs(list(dict.fromkeys(wanted)))
        for kept in given.runs.values():
            given.definitions[kept.run.hash] = await self._definitions.get(kept.run.hash)
        for asked in todo:
            command = asked.command
            key = None
            if isinstance(command, Start):
                key = (command.flow, command.version)
            elif isinstance(command, Move):
                kept_run = self._open[command.run].live.run if command.run in self._open else None
                known = given.runs.get(command.run)
                flow = kept_run.flow if kept_run else known.run.flow if known else ""
                key = (flow, command.version)
            if key is None or key in given.versions or key in given.refused:
                continue
            try:
                version, definition = await self._definitions.version(*key)
                given.versions[key] = (version.version, definition)
            except FangweiError as error:
                given.refused[key] = error
        return given

    # --- deciding (in a thread) -----------------------------------------------------------------------------------

    def _decide(
        self, todo: list[_Asked], given: "_Given", now: int
    ) -> tuple[Batch, list[tuple[_Asked, bytes | FangweiError]]]:
        written = Batch()
        outcomes: list[tuple[_Asked, bytes | FangweiError]] = []
        touched: dict[str, tuple[int, dict[str, OpenTask]]] = {}
        again: dict[str, bytes] = {}
        for asked in todo:
            id = asked.command.id
            if id in again:
                outcomes.append((asked, again[id]))
                continue
            try:
                again[id] = self._one(asked, given, now, written, touched)
                outcomes.append((asked, again[id]))
            except FangweiError as error:
                self._reopen(asked.run)
                outcomes.append((asked, error))
            except Exception as error:
                self._reopen(asked.run)
                self._health.error(f"flows.step.{type(error).__name__}", f"{asked.run}: {error}")
                outcomes.append((asked, _Broken(why=f"{type(error).__name__}: {error}"[:200])))
        for id, (revision, before) in touched.items():
            open_ = self._open[id]
            closed = [t for t in before if before[t] != open_.tasks.get(t)]
            opened = [task for t, task in open_.tasks.items() if before.get(t) != task]
            written.changes.append(
                Change(msgspec.json.decode(open_.whole, type=Run), open_.state, revision, now, opened, closed)
            )
        return written, outcomes

    def _one(
        self,
        asked: _Asked,
        given: "_Given",
        now: int,
        written: Batch,
        touched: dict[str, tuple[int, dict[str, OpenTask]]],
    ) -> bytes:
        command = asked.command
        if isinstance(command, Start):
            open_, before = self._begin(command, given, now), None
        else:
            open_ = self._opened(command.run, given)
            run = open_.live.run
            if isinstance(command, Submit | Move) and run.hold is None and run.due is not None and run.due <= now:
                # what is due comes first: a re-test that is too late cannot be saved by being quick after an outage
                tick = Tick(id=f"tick:{run.id}:{run.due}", by=SYSTEM, run=run.id)
                self._one(_Asked(tick, asked.answer), given, now, written, touched)
            live = open_.live
            before = _told(live.run)
            other = None
            if isinstance(command, Move):
                key = (live.run.flow, command.version)
                if key in given.refused:
                    raise given.refused[key]
                other = given.versions[key]
            if not deeds.apply(live, command, now, other):
                return msgspec.json.encode(Answer(run=self._view(open_, now)))
        live, run = open_.live, open_.live.run
        touched.setdefault(run.id, (open_.revision, dict(open_.tasks)))
        if before is not None:
            run.revision += 1
        live.now = now
        tasks = {} if run.ended is not None else _same({t.task: t for t in live.tasks()}, open_.tasks)
        open_.tasks, open_.state = tasks, live.dump()
        open_.whole = msgspec.json.encode(run)
        self._open[run.id] = open_
        self._open.move_to_end(run.id)
        line = _line(command, live, now)
        answer = msgspec.json.encode(Answer(run=self._view(open_, now), judged=line.judged))
        written.steps.append(
            {
                "id": command.id, "run": run.id, "revision": run.revision, "time": now, "by": command.by,
                "action": line.action, "line": msgspec.json.encode(line), "answer": answer,
            }
        )  # fmt: skip
        written.entries.append(_entry(command, live, before, line, now))
        self._found(written, live, line, now)
        written.out += out_of(live, line, list(tasks.values()), now)
        return answer

    def _begin(self, command: Start, given: "_Given", now: int) -> _Open:
        key = (command.flow, command.version)
        if key in given.refused:
            raise given.refused[key]
        version, definition = given.versions[key]
        packs = self._office.shelf.applies(definition.flow.standard, definition.flow.work, now)
        live = deeds.begin(command, definition, version, packs, self._office, now)
        return _Open(live, b"", b"", {}, 0)

    def _opened(self, run: str, given: "_Given") -> _Open:
        known = self._open.get(run)
        if known is not None:
            return known
        kept = given.runs.get(run)
        if kept is None:
            raise RunUnknown(run=run)
        live = Live.open(given.definitions[kept.run.hash], kept.run, kept.state, self._office)
        whole = msgspec.json.encode(kept.run)
        open_ = _Open(live, whole, kept.state, {t.task: t for t in kept.tasks}, kept.run.revision)
        self._open[run] = open_
        return open_

    def _reopen(self, run: str) -> None:
        """After a refusal the open run may be half-way: it is opened again from what it was."""
        known = self._open.get(run)
        if known is None:
            return
        whole, state = known.kept
        if not whole:
            self._open.pop(run)
            return
        kept = msgspec.json.decode(whole, type=Run)
        definition = self._definitions.at_hand(kept.hash) or known.live.definition
        if definition.hash != kept.hash or kept.ended is not None:
            self._open.pop(run)
            return
        known.live = Live.open(definition, kept, state, self._office)

    def _view(self, open_: _Open, now: int) -> RunView:
        return view(open_.live.run, open_.live.definition.flow.name, now, list(open_.tasks.values()))

    def _found(self, written: Batch, live: Live, line: Line, now: int) -> None:
        run = live.run
        for judged in line.judged:
            written.ended.append({"of": run.id, "at": judged.key, "time_": now})
            for row in written.findings:
                if row["run"] == run.id and row["key"] == judged.key and row["ended"] is None:
                    row["ended"] = now
            for number, found in enumerate(judged.findings):
                if not (found.alarm or found.refuse):
                    continue
                written.findings.append(
                    {
                        "id": f"{run.id}/{run.revision}/{judged.key}/{number}"[:120], "run": run.id,
                        "zone": run.zones[0] if run.zones else "", "code": found.alarm, "refuse": found.refuse,
                        "time": now, "ended": None, "key": judged.key, "line": msgspec.json.encode(found),
                    }
                )  # fmt: skip
        for told in live.cause.told:
            if told.code is not None:
                found = Found(refuse=False, action="alarm", alarm=told.code, text=told.text, rule="overdue")
                written.findings.append(
                    {
                        "id": f"{run.id}/{run.revision}/{told.card}/{told.code}"[:120], "run": run.id,
                        "zone": run.zones[0] if run.zones else "", "code": told.code, "refuse": False, "time": now,
                        "ended": None, "key": told.card, "line": msgspec.json.encode(found),
                    }
                )  # fmt: skip


class _Given:
    """What was read for a batch."""

    def __init__(self) -> None:
        self.runs: dict[str, Kept] = {}
        self.definitions: dict[str, Definition] = {}
        self.versions: dict[tuple[str, int | None], tuple[int, Definition]] = {}
        self.refused: dict[tuple[str, int | None], FangweiError] = {}


class _Broken(FangweiError):
    """A step that fails in a way nobody thought of: refused, counted, nothing stored."""

    code = "flows.step_broken"
    text = Text("这一步没有执行，错误已记录：{why}", "The step was not done; the error is recorded: {why}")
    http_status = 500


def _same(new: dict[str, OpenTask], old: Mapping[str, OpenTask]) -> dict[str, OpenTask]:
    """Steps that were open already keep the time since when they are."""
    found = {}
    for name, task in new.items():
        known = old.get(name)
        same = known is not None and msgspec.structs.replace(task, opened=known.opened) == known
        found[name] = known if same and known is not None else task
    return found


def _told(run: Run) -> dict[str, Any]:
    return {
        "status": run.status, "revision": run.revision, "version": run.version,
        "held": run.hold.signal if run.hold else None, "outcome": run.outcome if run.ended else None,
    }  # fmt: skip


_ACTIONS: Final[dict[type, str]] = {
    Start: "start", Submit: "submit", Pause: "pause", Resume: "resume", Withdraw: "withdraw", Cancel: "cancel",
    Move: "move", Strike: "signal", Tick: "tick",
}  # fmt: skip


def _line(command: OnOne, live: Live, now: int) -> Line:
    cause = live.cause
    task = command.task if isinstance(command, Submit) else None
    does = live.definition.does.get(task) if task else None
    name = does.name if does else task
    return Line(
        id=command.id, time=now, by=command.by, action=_ACTIONS[type(command)], revision=live.run.revision,
        status=live.run.status, task=task, name=Text(name, name) if name else None, fired=cause.fired,
        judged=[
            JudgedLine(
                key=j.key, moment=j.moment, passed=j.passed,
                findings=[msgspec.convert(f, Found) for f in j.findings],
            )
            for j in cause.judged
        ],
        dropped=[d.name for d in cause.dropped],
        answers=getattr(command, "answers", None) or None,
        why=getattr(command, "why", ""),
    )  # fmt: skip


def _entry(command: OnOne, live: Live, before: dict[str, Any] | None, line: Line, now: int) -> Entry:
    run = live.run
    after = _told(run)
    changed = {k: v for k, v in after.items() if before is None or before.get(k) != v}
    evidence = [
        {"key": j.key, "moment": j.moment, "passed": j.passed,
         "broken": [f"{f.standard} {f.clause}".strip() or f.rule for f in j.findings if f.refuse or f.alarm]}
        for j in line.judged
    ]  # fmt: skip
    told: dict[str, Any] = {"judged": evidence} if evidence else {}
    if line.task:
        told["task"] = line.task
    if line.fired:
        told["fired"] = line.fired
    if before is None:
        changed |= {"flow": run.flow, "version": run.version, "packs": run.packs}
    return Entry(
        id=f"flows/{command.id}", time=now, by=command.by, action=f"flows.{line.action}", subject=f"run/{run.id}",
        zone=run.zones[0] if run.zones else None, place=run.place,
        before={k: before[k] for k in changed if k in before} if before else None,
        after=changed, evidence=told or None, words=line.why or None,
    )  # fmt: skip
