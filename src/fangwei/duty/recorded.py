"""What the record says of who was told: each state a notice reaches, and each step of an escalation. Pure."""

from collections import OrderedDict
from typing import Any

from fangwei.audit.record import SYSTEM, Entry
from fangwei.core.events import Incident, Notice, NoticeState
from fangwei.duty.watch import Watch

ACTIONS = {
    NoticeState.SENT: "duty.notify",
    NoticeState.ARRIVED: "duty.arrived",
    NoticeState.READ: "duty.read",
    NoticeState.FAILED: "duty.fail",
}
BY_PERSON = (NoticeState.ARRIVED, NoticeState.READ)
MOST_REMEMBERED = 50_000
LONGEST_ERROR = 300


class Recorder:
    """Knows how notices and escalations stood, and makes an entry when one moves.

    An update of a notice in place (the incident grew) changes no state and makes none.
    """

    def __init__(self) -> None:
        self._states: OrderedDict[str, NoticeState] = OrderedDict()
        self._steps: OrderedDict[str, int] = OrderedDict()

    def know(self, watch: Watch) -> None:
        """An escalation as it is stored, with its notices."""
        _remember(self._steps, watch.incident.id, watch.step)
        for notice in watch.notices.values():
            _remember(self._states, notice.id, notice.state)

    def notice(self, notice: Notice, incident: Incident | None, now: int) -> Entry | None:
        """The entry of the state that a notice reached; None when it stood there before."""
        before = self._states.get(notice.id)
        if before is notice.state:
            return None
        _remember(self._states, notice.id, notice.state)
        times = {
            NoticeState.SENT: notice.sent,
            NoticeState.ARRIVED: notice.arrived,
            NoticeState.READ: notice.read,
        }
        again = "/again" if before is NoticeState.FAILED else ""
        evidence: dict[str, Any] = {
            "notice": notice.id,
            "person": notice.person,
            "channel": notice.channel,
            "step": notice.step,
            "revision": notice.revision,
        }
        if notice.error:
            evidence["error"] = notice.error[:LONGEST_ERROR]
        return Entry(
            id=f"duty/{notice.id}/{notice.state.value}{again}",
            time=now if again else times.get(notice.state) or now,
            by=notice.person if notice.state in BY_PERSON else SYSTEM,
            action=ACTIONS[notice.state],
            subject=f"incident/{notice.incident}",
            zone=incident.first_out.zone if incident else None,
            before={"state": before.value} if before is not None else None,
            after={"state": notice.state.value},
            evidence=evidence,
        )

    def watch(self, watch: Watch, now: int) -> Entry | None:
        """The entry of a step reached beyond the first; None when nothing was escalated."""
        incident = watch.incident
        before = self._steps.get(incident.id, -1)
        _remember(self._steps, incident.id, watch.step)
        if before < 0 or watch.step <= before:
            return None
        first = incident.first_out
        return Entry(
            id=f"duty/{incident.id}/{incident.revision}/step/{watch.step}",
            time=now,
            by=SYSTEM,
            action="duty.escalate",
            subject=f"incident/{incident.id}",
            zone=first.zone,
            place=(first.east, first.north, first.up),
            before={"step": before},
            after={"step": watch.step},
            evidence={"revision": incident.revision, "unanswered_since": watch.since},
        )


def _remember(known: OrderedDict[str, Any], id: str, value: Any) -> None:
    known[id] = value
    known.move_to_end(id)
    if len(known) > MOST_REMEMBERED:
        known.popitem(last=False)
