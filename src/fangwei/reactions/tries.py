"""Dry-runs: a saved rule over the last days of history, by the same judge that decides live."""

import asyncio
from collections import OrderedDict

from fangwei.bus.client import Bus
from fangwei.core.clock import DAY, now_ns
from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text
from fangwei.plant.geometry import Plan
from fangwei.plant.site import Site
from fangwei.reactions import texts
from fangwei.reactions.desk import Desk
from fangwei.reactions.errors import TriesFull, TryUnknown
from fangwei.reactions.history import History
from fangwei.reactions.judge import Decision, Judge
from fangwei.reactions.questions import AskTry, TryResult, TryRule, WouldFire
from fangwei.reactions.rule import RuleBody
from fangwei.reactions.seen import Seen

AT_ONCE = 2
KEPT = 50
LONGEST_DAYS = 90.0
MOST_LISTED = 1000
FAILED = Text("试运行中断：{why}", "The try broke off: {why}")


class Tries:
    """Dry-runs under way and done."""

    def __init__(self, site: Site, bus: Bus, desk: Desk) -> None:
        self._site, self._bus, self._desk = site, bus, desk
        self._results: OrderedDict[str, TryResult] = OrderedDict()
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def start(self, order: TryRule) -> TryResult:
        """Begin one; the same command again answers how far it is."""
        known = self._results.get(order.id)
        if known is not None:
            return known
        rule = self._desk.rule(order.rule)
        if len(self._tasks) >= AT_ONCE:
            raise TriesFull(most=AT_ONCE)
        end = now_ns()
        start = end - int(min(max(order.days, 0.01), LONGEST_DAYS) * DAY)
        result = TryResult(id=order.id, rule=rule.id, revision=rule.revision, state="running", start=start, end=end)
        self._results[order.id] = result
        while len(self._results) > KEPT:
            self._results.popitem(last=False)
        task = asyncio.get_running_loop().create_task(self._run(result, rule.body))
        self._tasks[order.id] = task
        task.add_done_callback(lambda _: self._tasks.pop(order.id, None))
        return result

    async def show(self, asked: AskTry) -> TryResult:
        """How far it is, or what it found.

        Raises:
            TryUnknown: there is none of that id.
        """
        found = self._results.get(asked.id)
        if found is None:
            raise TryUnknown()
        return found

    async def close(self) -> None:
        """End those under way."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, result: TryResult, body: RuleBody) -> None:
        def progress(part: float, doing: Text) -> None:
            result.part, result.doing = min(part, 0.99), doing

        try:
            history = History(self._site, self._bus, result.start, result.end, progress)
            await history.read(body)
            result.have_from, result.notes = history.have_from, history.notes
            judge = Judge(
                Plan(self._site).distance_to_zone, {p.id: (p.zone, p.unit) for p in self._site.points.values()}
            )
            await replay(judge, result, body, history)
            # Recorded before it is said to be done: who sees it done may arm.
            await self._desk.tried(result.rule, result.revision)
        except FangweiError as error:
            result.state, result.why = "failed", error.message
        except Exception as error:
            why = f"{type(error).__name__}: {error}"[:200]
            result.state, result.why = "failed", FAILED.format(why=why)
        else:
            result.state, result.part, result.doing = "done", 1.0, None


async def replay(judge: Judge, result: TryResult, body: RuleBody, history: History) -> None:
    """Let the judge hear history in its order; its clock is the history's."""
    judge.arm("tried", result.revision, body, 0)
    armed = judge.rules["tried"]
    for number, (time, item) in enumerate(history.ordered()):
        found = list(judge.tick(time, time))
        if isinstance(item, Seen):
            item.time = time  # late or not is a matter of the day it was
            found += judge.hear(item, time, time)
        elif item.silent:
            found += judge.silence([item.point], time, time)
        else:
            found += judge.read(item.point, item.value, item.ok, item.quality, time, time, time)
        for one in found:
            if isinstance(one, Decision):
                result.total += 1
                if len(result.fires) < MOST_LISTED:
                    result.fires.append(WouldFire(time=one.decided, zone=one.zone, inputs=list(one.inputs)))
            else:
                result.notes.append(one.why)
        if number % 2000 == 1999:
            await asyncio.sleep(0)  # live decisions go before
    result.held = armed.held
    if result.total > MOST_LISTED:
        result.notes.append(texts.TRY_CUT.format(most=MOST_LISTED))
