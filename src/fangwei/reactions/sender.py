"""Says what was stored: orders and signals as events, people and flows as commands to their rooms, again until one
answers or it is out of date. Never claims more than was answered."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec

from fangwei.bus import subjects
from fangwei.bus.client import Bus, NobodyAnswers
from fangwei.core.clock import HOUR, now_ns
from fangwei.core.errors import FangweiError
from fangwei.core.health import Health
from fangwei.core.orders import OrderReceipt, ReceiptState
from fangwei.core.texts import Text
from fangwei.reactions import texts
from fangwei.reactions.commands import Posted
from fangwei.reactions.committer import Kept
from fangwei.reactions.questions import RuleCommand
from fangwei.reactions.store import Store

FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 30.0
ASKED_FOR = HOUR
"""People are told, and flows started, also so long after: a room that restarts must not cost that."""
AT_ONCE = 32


class Sender:
    """Commands on their way out."""

    def __init__(self, bus: Bus, store: Store, health: Health) -> None:
        self._bus = bus
        self._store = store
        self._health = health
        self._tasks: set[asyncio.Task[None]] = set()
        self._sent: set[str] = set()
        """Sent before they were stored."""
        self._marks: dict[str, RuleCommand] = {}
        self._wake = asyncio.Event()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self.told: Callable[[str], None] = lambda firing: None

    def stored(self, new: list[Kept]) -> None:
        """Firings that are durable now: say what they order, and that they fired."""
        for firing, posted in new:
            self._spawn(self._announce(firing.rule, msgspec.json.encode(firing)))
            for one in posted:
                if one.command.id in self._sent:
                    self._sent.discard(one.command.id)
                    self._mark(one.command, one.command.state, one.command.detail)
                else:
                    self._spawn(self._send(one))

    def anyway(self, waiting: list[Kept]) -> None:
        """The store takes nothing: say it all the same."""
        for _, posted in waiting:
            for one in posted:
                self._sent.add(one.command.id)
                one.command.detail = texts.SENT_UNSTORED
                self._spawn(self._send(one))

    async def resume(self, now: int) -> None:
        """After a restart: what was stored and not surely sent."""
        for one in await self._store.unsent():
            limit = one.valid_until + (ASKED_FOR if one.way == "do" else 0)
            if limit < now:
                self._mark(one.command, "expired", texts.EXPIRED)
            else:
                self._spawn(self._send(one))

    async def run(self) -> None:
        """Write what became of commands, until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self.write()
            await asyncio.sleep(0.02)  # states of one burst go into one transaction

    async def write(self) -> None:
        """Write the states that are not written yet."""
        marks, self._marks = self._marks, {}
        if not marks:
            return
        try:
            await self._store.mark(marks.values())
        except Exception as error:
            self._health.error("reactions.not_marked", f"{type(error).__name__}: {error}")
            self._marks = marks | self._marks
            await asyncio.sleep(1.0)
            self._wake.set()

    async def receipt(self, receipt: OrderReceipt) -> None:
        """A device answered."""
        command = await self._store.command(receipt.order)
        if command is None:
            return
        failed = receipt.state is not ReceiptState.DONE
        words = f"{receipt.device} {receipt.detail}".strip()[:300]
        told = Text(words, words)
        if command.state == "failed" and not failed:
            return  # another device did it, this one did not: that stays said
        self._mark(command, "failed" if failed else "done", told)

    async def close(self) -> None:
        """End; what is unanswered goes on after the restart."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.write()

    async def _announce(self, rule: str, payload: bytes) -> None:
        await self._bus.publish(f"{subjects.REACTIONS}.{rule}", payload)

    async def _send(self, one: Posted) -> None:
        if one.way == "say":
            await self._bus.emit(one.subject, msgspec.Raw(msgspec.json.encode(one.payload)), sure_id=one.command.id)  # type: ignore[arg-type]  # encoded already
            if one.command.kind == "signal":
                self._mark(one.command, "done", None)
            else:
                self._mark(one.command, "sent", texts.NOBODY_YET)
            return
        wait = FIRST_WAIT_S
        while now_ns() < one.valid_until + ASKED_FOR:
            try:
                async with self._slots:
                    answer = await self._bus.ask(one.subject, one.payload, timeout=10.0)
            except NobodyAnswers as error:
                room = one.subject.split(".")[2]
                self._mark(one.command, "stored", texts.WAITS.format(room=room))
                self._health.error("reactions.nobody_answers", str(error))
            except FangweiError as error:
                self._health.error("reactions.refused", f"{one.subject}: {error.message.en}")
                self._mark(one.command, "failed", error.message)
                return
            else:
                self._mark(one.command, "done", _done(one.command.kind, answer))
                return
            await asyncio.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT_S)
        self._mark(one.command, "failed", texts.GAVE_UP)

    def _mark(self, command: RuleCommand, state: str, detail: Text | None) -> None:
        command.state, command.detail, command.time = state, detail, now_ns()  # type: ignore[assignment]  # one of its words
        self._marks[command.id] = command
        self._wake.set()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._health.error("reactions.not_sent", f"{type(task.exception()).__name__}: {task.exception()}")


def _done(kind: str, answer: bytes) -> Text | None:
    if kind == "flow":
        return texts.STARTED
    try:
        told = msgspec.json.decode(answer)
        return texts.TOLD.format(count=len(told["notices"]))
    except (msgspec.MsgspecError, KeyError, TypeError):
        return None
