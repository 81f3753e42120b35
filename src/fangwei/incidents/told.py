"""Who was told what and when, as lines of the incident's timeline. Pure.

A line is known by the notice and its state, so that the same again after a restart is the same line. What duty sends
again in place (a grown incident, a new owner) changes no state and makes no line.
"""

from collections import OrderedDict
from hashlib import blake2b

from fangwei.core.clock import SECOND
from fangwei.core.events import Notice, NoticeState, TimelineEntry
from fangwei.core.texts import Text
from fangwei.duty.rota import EVERYONE
from fangwei.incidents.texts import LINES, PAGE

KIND = "notice"
AT_ONCE = 2 * SECOND
"""Told so soon after the announcement, a higher step stands in for a lower one that nobody has: no escalation."""
LONGEST_ERROR = 200
MOST_REMEMBERED = 20_000
SHOWN = frozenset({NoticeState.SENT, NoticeState.READ, NoticeState.FAILED})
"""That it arrived is followed by that it was read, or by silence, which escalates: both are told."""


class Told:
    """The lines made so far, so that a notice heard twice is told once."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, None] = OrderedDict()

    def line(self, notice: Notice, announced: int | None, now: int) -> TimelineEntry | None:
        """The line that this notice adds, None when it adds none; `announced` is the incident's time, if known (ns)."""
        if notice.state not in SHOWN:
            return None
        # Of bounded length, whatever the names of people and channels.
        digest = blake2b(f"{notice.id}/{notice.state}".encode(), digest_size=8).hexdigest()
        id = f"{notice.incident}/{KIND}/{digest}"
        if id in self._known:
            return None
        self._known[id] = None
        if len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)
        time = {NoticeState.SENT: notice.sent, NoticeState.READ: notice.read or now}.get(notice.state, now)
        return TimelineEntry(
            id=id, time=time, recorded=time, kind=KIND, text=words(notice, announced), by=notice.person
        )


def words(notice: Notice, announced: int | None) -> Text:
    """The sentence of a notice in its state."""
    if notice.state is NoticeState.READ:
        key = "notice_read"
    elif notice.state is NoticeState.FAILED:
        key = "notice_failed"
    elif notice.step == 0 or (announced is not None and notice.sent - announced < AT_ONCE):
        key = "notice_told"
    else:
        key = "notice_everyone" if notice.step >= EVERYONE else "notice_escalated"
    return LINES[key].format(
        person=notice.person_name,
        channel=PAGE if notice.channel == "websocket" else notice.channel,
        step=notice.step,
        error=(notice.error or "-").replace("\n", " ")[:LONGEST_ERROR],
    )
