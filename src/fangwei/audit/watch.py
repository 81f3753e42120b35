"""The standing check: what was chained since the last look each minute, everything once a day. In a thread, in portions
with pauses between, so that pages do not wait for it."""

import asyncio
import time
from collections.abc import Callable

from sqlalchemy import Engine

from fangwei.audit.check import Checker
from fangwei.audit.source import StoreSource
from fangwei.audit.verify import Report, report, walk
from fangwei.core.clock import DAY, MINUTE, now_ns

PAUSE_S = 0.02
"""After a thousand entries, which take about as long: half a core at most, and the interpreter is free in between."""
WHOLE_EVERY = DAY
BROKEN_EVERY = 10 * MINUTE
"""A chain that broke is followed from its start again, so that what was put right is seen to be right; of a long one
that takes minutes, so not every minute."""


class Watch:
    """Knows how far the chain is checked. `look` goes on from there; one look at a time."""

    def __init__(self, engine: Callable[[], Engine], clock: Callable[[], int] = now_ns) -> None:
        self._engine = engine
        self._clock = clock
        self._checker: Checker | None = None
        self._whole_at = 0
        self._one_at_a_time = asyncio.Lock()
        self.result: Report | None = None
        self.checked: int | None = None
        """When the last look ended, UTC ns."""
        self.followed: int | None = None
        """While a look is under way: the entry it has reached."""

    async def look(self, whole: bool = False) -> Report:
        """Check what came since the last look, or everything.

        Raises:
            NoRecord: the store cannot be read.
        """
        async with self._one_at_a_time:
            now = self._clock()
            if not whole and self.result and not self.result.intact and now - self._whole_at < BROKEN_EVERY:
                return self.result
            whole = whole or self._checker is None or now - self._whole_at > WHOLE_EVERY
            self.followed = 0
            try:
                checker, found = await asyncio.to_thread(self._look, None if whole else self._checker)
            finally:
                self.followed = None
            if whole:
                self._whole_at = now
            self._checker = checker if found.intact else None
            self.result, self.checked = found, self._clock()
            return found

    def _look(self, checker: Checker | None) -> tuple[Checker, Report]:
        source = StoreSource(self._engine())
        if checker is None:
            checker = Checker(source.keys(), *source.start)
        checker.trusted.update(source.keys())
        walk(checker, source, self._advance)
        return checker, report(checker, source, foreign_trust=False)

    def _advance(self, sequence: int) -> None:
        self.followed = sequence
        time.sleep(PAUSE_S)
