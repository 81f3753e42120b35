"""What one command says to others: how the run stands, orders to the plant, words to people. Pure."""

from typing import Any

import msgspec

from fangwei.bus import subjects
from fangwei.core.events import FlowEvent, FlowTask, PlantOrder, Told
from fangwei.core.texts import Text
from fangwei.flows import texts
from fangwei.flows.commands import Line
from fangwei.flows.engine import Live
from fangwei.flows.run import OpenTask

ALARM_PRIORITY = 2


def out_of(live: Live, line: Line, tasks: list[OpenTask], now: int) -> list[dict[str, Any]]:
    """Rows of the outbox: each with an id by which a receiver knows it again."""
    run, cause = live.run, live.cause
    made = f"{run.id}/{run.revision}"
    out = [_row(f"{made}/run", f"{subjects.FLOWS}.{run.id}", _event(live, line, tasks, now, made))]
    for number, order in enumerate(cause.orders):
        event = PlantOrder(
            id=f"{made}/order/{number}", run=run.id, kind=order.kind, target=order.target, value=order.value,
            zones=run.zones, by=line.by, time=now,
        )  # fmt: skip
        out.append(_row(event.id, f"{subjects.ORDERS}.{_word(order.kind)}", event))
    said = [(t.doers, t.text, t.priority, t.code) for t in cause.told]
    for judged in line.judged:
        doers = _responsible(live, tasks, judged.key)
        for found in judged.findings:
            if found.alarm is not None:
                alarm = texts.ALARMS.get(found.alarm, Text(found.alarm, found.alarm))
                words = texts.RAISED.format(title=run.title, alarm=alarm, why=found.text)
                said.append((doers, words, ALARM_PRIORITY, found.alarm))
    for number, (doers, text, priority, code) in enumerate(said):
        told = Told(
            id=f"{made}/told/{number}", run=run.id, text=text, priority=priority, code=code, zones=run.zones, time=now,
            persons=[d.removeprefix("person:") for d in doers if d.startswith("person:")],
            roles=[d.removeprefix("role:") for d in doers if d.startswith("role:")],
        )  # fmt: skip
        out.append(_row(told.id, f"{subjects.TOLD}.{run.id}", told))
    return out


def _event(live: Live, line: Line, tasks: list[OpenTask], now: int, id: str) -> FlowEvent:
    run = live.run
    return FlowEvent(
        id=id, run=run.id, flow=run.flow, name=live.definition.flow.name, noun=run.noun, work=run.work,
        title=run.title, zones=run.zones, place=run.place, status=run.status, revision=run.revision, time=now,
        change=line.action, by=line.by, ended=run.ended, outcome=run.outcome if run.ended else None,
        held=run.hold.why if run.hold else None, due=run.due,
        tasks=[FlowTask(task=t.task, name=t.name, kind=t.kind, doers=list(t.doers), due=t.due) for t in tasks],
        alarms=[f.alarm for j in line.judged for f in j.findings if f.alarm],
    )  # fmt: skip


def _responsible(live: Live, tasks: list[OpenTask], key: str) -> tuple[str, ...]:
    """Who is told of an alarm: the applicant, who has the step now, and the shift supervisor."""
    doers = [d for task in tasks if task.key == key or task.key.startswith(key.split(".")[0]) for d in task.doers]
    return tuple(dict.fromkeys((f"person:{live.run.applicant}", *doers, "role:shift_supervisor")))


def _row(id: str, subject: str, event: msgspec.Struct) -> dict[str, Any]:
    return {"id": id[:200], "subject": subject, "payload": msgspec.json.encode(event)}


def _word(kind: str) -> str:
    """One level of a subject."""
    return "".join(c if c.isalnum() or c in "-_" else "_" for c in kind)[:64] or "other"
