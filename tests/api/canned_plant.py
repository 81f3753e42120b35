"""A small site and rooms that answer for it on a real broker, so that the door can be tried without the others."""

import asyncio
import math
import os
from typing import Any

import msgspec
import numpy as np
from tests.api.canned_audit import CannedAudit
from tests.api.canned_duty import CannedDuty
from tests.api.canned_limits import CannedLimits
from tests.api.canned_site import KINDS
from tests.api.canned_work import CannedWork

from fangwei.alarms.errors import AlarmUnknown
from fangwei.alarms.kpi import KpiRow
from fangwei.alarms.schemas import JournalAsked
from fangwei.alarms.store import Transitions
from fangwei.bus import codec
from fangwei.bus.client import Bus
from fangwei.core.clock import MINUTE, SECOND, now_ns
from fangwei.core.errors import FangweiError
from fangwei.core.events import (
    AlarmChange,
    AlarmEvent,
    AlarmState,
    AlarmStatus,
    Incident,
    IncidentEvent,
    IncidentMember,
    IncidentStatus,
    Notice,
    NoticeState,
    SourceHealth,
    SourceState,
    TimelineEntry,
)
from fangwei.core.health import Health
from fangwei.core.lists import cut
from fangwei.core.reading import Readings
from fangwei.core.texts import Text
from fangwei.incidents.service import SORTS, AskList
from fangwei.incidents.texts import PhotoUnknown
from fangwei.plant.schema import (
    HAZARD_OF,
    Kind,
    Limit,
)
from fangwei.plant.site import Site, SitePoint

KPI = KpiRow(
    key="per_10_min",
    name=Text("每 10 分钟报警数", "Alarms per 10 minutes"),
    value=0.4,
    unit=Text("个", "alarms"),
    target=Text("不超过 1", "at most 1"),
    good=True,
)


class IncidentUnknown(FangweiError):
    """No incident of that id."""

    code = "incidents.incident_unknown"
    text = Text("没有事件 {incident}", "There is no incident {incident}")
    http_status = 404


class CannedPlant:
    """Answers what the rooms answer; `leak` grows an incident step by step."""

    def __init__(self, site: Site, bus: Bus) -> None:
        self.site, self.bus = site, bus
        self.incidents: dict[str, Incident] = {}
        self.timelines: dict[str, list[TimelineEntry]] = {}
        self.alarms: dict[str, AlarmStatus] = {}
        self.journal: list[AlarmEvent] = []
        self.notices: dict[str, Notice] = {}
        self.photos: dict[str, dict[str, Any]] = {}
        self.commands: list[tuple[str, dict[str, Any]]] = []
        self.work = CannedWork(site, bus)
        self.duty = CannedDuty(site, bus, self.incidents, self.notices)
        self.audit: CannedAudit | None = CannedAudit(site, bus)
        self.started = now_ns()
        self.leak_started: int | None = None

    async def answer(self) -> None:
        """Subscribe to every question and command."""
        b = self.bus
        await self.work.answer()
        await self.duty.answer()
        if self.audit is not None:
            await self.audit.answer()
        await b.answer("fw.ask.historian.latest", dict, self._latest)
        await b.answer("fw.ask.historian.downsample", dict, self._downsample)
        await b.answer("fw.ask.historian.range", dict, self._range)
        await b.answer("fw.ask.alarms.list", dict, self._of(lambda q: list(self.alarms.values())))
        await b.answer("fw.ask.alarms.journal", dict, self._of(self._journal))
        await CannedLimits(self.site, b).answer()
        await b.answer("fw.ask.alarms.kpi", dict, self._of(lambda q: [KPI]))
        await b.answer("fw.ask.incidents.list", dict, self._of(self._list))
        await b.answer("fw.ask.incidents.show", dict, self._of(self._show))
        first = self.site.duty.people[0]
        on_duty = [{"step": 0, "people": [{"id": first.id, "name": first.name.text, "role": first.role}]}]
        await b.answer("fw.ask.duty.on_duty", dict, self._of(lambda q: on_duty))
        await b.answer("fw.ask.duty.notices", dict, self._of(self._notices))
        await b.answer("fw.ask.connect.sources", dict, self._of(lambda q: self.sources()))
        await b.answer("fw.ask.incidents.photos", dict, self._of(lambda q: self._photos_of(q["incident"])))
        await b.answer("fw.ask.incidents.photo", dict, self._of(self._photo))
        await b.answer("fw.do.incidents.add_photo", dict, self._of(self._add_photo))
        await b.answer("fw.do.incidents.erase_photo", dict, self._of(self._erase_photo))
        for room, verbs in (
            ("alarms", "acknowledge shelve unshelve put_back reset"),
            ("incidents", "take release hand note settle close"),
            ("duty", "arrived read"),
        ):
            for verb in verbs.split():
                await b.answer(f"fw.do.{room}.{verb}", dict, self._command(room, verb))

    def _of(self, function: Any) -> Any:
        async def answering(question: dict[str, Any]) -> Any:
            return function(question)

        return answering

    def _journal(self, question: dict[str, Any]) -> dict[str, Any]:
        asked = msgspec.convert(question, JournalAsked)
        meant = Transitions(
            asked.start, asked.end, asked.alarm, frozenset(asked.zones) if asked.zones else None, tuple(asked.words)
        )
        found = [e for e in self.journal if meant.mean(e)]
        total, part = cut(found[::-1], asked, {"time": lambda e: e.decided_time})
        return {"total": total, "offset": asked.offset, "items": part}

    def _list(self, question: dict[str, Any]) -> dict[str, Any]:
        asked = msgspec.convert(question, AskList)
        wanted = asked.statuses
        over = ("closed", "dissolved")
        found = [
            i
            for i in self.incidents.values()
            if (i.status in wanted if wanted else i.status not in over) and asked.zone in (None, *i.zones)
        ]
        total, part = cut(found, asked, SORTS, lambda i: f"{i.id} {i.title.zh} {i.title.en}")
        return {"total": total, "offset": asked.offset, "items": part}

    def _show(self, question: dict[str, Any]) -> dict[str, Any]:
        incident = self.incidents.get(question["incident"])
        if incident is None:
            raise IncidentUnknown(incident=question["incident"])
        return {"incident": incident, "timeline": self.timelines[incident.id]}

    def _photos_of(self, incident: str) -> list[dict[str, Any]]:
        return [p for p in self.photos.values() if p["incident"] == incident]

    def _photo(self, question: dict[str, Any]) -> dict[str, Any]:
        photo = self.photos.get(question["photo"])
        if photo is None or photo.get("erased"):
            raise PhotoUnknown()
        return photo

    def _add_photo(self, command: dict[str, Any]) -> dict[str, Any]:
        nothing = dict.fromkeys(("taken", "latitude", "longitude", "erased", "erased_by", "erased_why"))
        photo = nothing | {k: v for k, v in command.items() if k != "keep_place"} | {"time": now_ns()}
        return self.photos.setdefault(command["id"], photo)

    def _erase_photo(self, command: dict[str, Any]) -> dict[str, Any]:
        erased = {"erased": now_ns(), "erased_by": command["by"], "erased_why": command["text"], "text": ""}
        self._photo(command)
        self.photos[command["photo"]] |= erased
        return self.photos[command["photo"]]

    def _notices(self, question: dict[str, Any]) -> list[Notice]:
        return [n for n in self.notices.values() if n.incident == question["incident"]]

    def sources(self) -> list[SourceHealth]:
        now = now_ns()
        rows = []
        for n, (id, source) in enumerate(self.site.sources.items()):
            down = id == "people" and os.environ.get("CANNED_SOURCE_DOWN") == "1"
            rows.append(
                SourceHealth(
                    source=id,
                    protocol=source.protocol,
                    state=SourceState.DOWN if down else SourceState.UP,
                    since=self.started,
                    time=now,
                    readings=(now - self.started) // SECOND * 40 * (n + 1),
                    errors=3 if down else 0,
                    last_reading=now - (95 * SECOND if down else SECOND // 2),
                    lag_s=0.04,
                    clock_offset_s=0.002,
                    detail="connection refused" if down else "",
                )
            )
        return rows

    def value(self, point: SitePoint, at: int) -> float:
        """The canned physics: a slow wave, and gas that rises after the leak began."""
        base = {k: v for k, *_, v in KINDS}.get(point.kind, 3.4)
        if point.id == "WX-DIR":
            return 225 + 20 * math.sin(at / SECOND / 40)
        phase = (point.key % 1000) / 1000 * 6.28
        value = (
            base + base * 0.06 * math.sin(at / SECOND / 37 + phase) + base * 0.01 * math.sin(at / SECOND * 3 + phase)
        )
        if point.kind in (Kind.ACCESS, Kind.PEOPLE_POSITION):
            return float(round(base + (point.key % 4 if point.kind is Kind.PEOPLE_POSITION else 0)))
        if point.kind is Kind.COMBUSTIBLE_GAS and self.leak_started and at > self.leak_started:
            t = (at - self.leak_started) / SECOND
            delay = {"filling": 0, "corridor": 20, "store": 45}.get(point.zone)
            if delay is not None and t > delay:
                value += min(55, (t - delay) * 0.9)
        return value

    async def _latest(self, question: dict[str, Any]) -> dict[str, Any]:
        now = now_ns()
        wanted = question["points"] or list(self.site.points)
        return {
            "readings": [
                {
                    "point": p,
                    "source_time": now,
                    "receive_time": now,
                    "value": self.value(self.site.points[p], now),
                    "quality": 0,
                }
                for p in wanted
            ]
        }

    async def _downsample(self, question: dict[str, Any]) -> dict[str, Any]:
        start, end, buckets = question["start"], question["end"], question["buckets"]
        step = (end - start) // buckets
        series = {}
        for p in question["points"]:
            point = self.site.points[p]
            times = [start + i * step for i in range(buckets)]
            # a hole of a tenth of the window and nothing after now
            hole = range(buckets * 3 // 10, buckets * 4 // 10) if point.kind is Kind.TEMPERATURE else range(0)
            means = [None if i in hole or t > now_ns() else self.value(point, t) for i, t in enumerate(times)]
            wide = step > 2 * SECOND
            series[p] = {
                "time": times,
                "min": [m if m is None else m - (abs(m) * 0.03 if wide else 0) for m in means],
                "max": [m if m is None else m + (abs(m) * 0.03 if wide else 0) for m in means],
                "mean": means,
                "last": means,
                "count": [0 if m is None else max(1, step // SECOND) for m in means],
                "quality": [0] * buckets,
            }
        return {"series": series}

    async def _range(self, question: dict[str, Any]) -> bytes:
        import pyarrow as pa

        point = self.site.points[question["point"]]
        times = list(range(question["start"], question["end"], SECOND))[: question["limit"]]
        table = pa.table(
            {
                "source_time": pa.array(times, pa.int64()),
                "receive_time": pa.array(times, pa.int64()),
                "value": pa.array([self.value(point, t) for t in times], pa.float64()),
                "quality": pa.array([0] * len(times), pa.int16()),
            }
        )
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        return sink.getvalue().to_pybytes()

    def _command(self, room: str, verb: str) -> Any:
        async def obey(command: dict[str, Any]) -> Any:
            self.commands.append((f"{room}.{verb}", command))
            now = now_ns()
            if room == "duty":
                notice = self.notices[command["notice"]]
                changed = msgspec.structs.replace(notice, state=NoticeState(verb), **{verb: now})
                self.notices[notice.id] = changed
                await self.bus.emit(f"fw.notices.{notice.person}", changed)
                return changed
            if room == "alarms":
                names = [name for name in command.get("alarms", [command.get("alarm")]) if name in self.alarms]
                refused = [
                    {"alarm": name, **told}
                    for name in command.get("alarms", ())
                    if name not in self.alarms
                    for told in [{"code": AlarmUnknown.code, "message": AlarmUnknown(alarm=name).message}]
                ]
                if not names and verb != "acknowledge":
                    raise AlarmUnknown(alarm=command["alarm"])
                state = {"acknowledge": AlarmState.ACKED, "shelve": AlarmState.SHELVED}.get(verb, AlarmState.UNACKED)
                for name in names:
                    await self.move(
                        name, state, by=command["by"], reason=command.get("reason"), until=now + 30 * MINUTE
                    )
                return {"done": names, "refused": refused} if verb == "acknowledge" else self.alarms[names[0]]
            incident = self._show(command)["incident"]
            status = {
                "take": IncidentStatus.OWNED,
                "release": IncidentStatus.OPEN,
                "settle": IncidentStatus.SETTLED,
                "close": IncidentStatus.CLOSED,
            }
            owner = {"take": command["by"], "release": None}.get(verb, incident.owner)
            kind = {
                "take": "taken", "release": "released", "hand": "offered", "note": "note", "settle": "said_settled",
                "close": "closed",
            }[verb]  # fmt: skip
            words = command.get("text") or {"take": "我来处理", "release": "交回", "close": "关闭"}.get(verb, kind)
            changed = msgspec.structs.replace(
                incident,
                revision=incident.revision + 1,
                status=status.get(verb, incident.status),
                owner=owner,
                owned_at=now if verb == "take" else incident.owned_at,
                offered_to=command.get("to") if verb == "hand" else None,
                updated=now,
            )
            await self.tell(changed, kind, Text(words, words), by=command["by"], words=command.get("text"))
            return changed

        return obey

    async def move(self, name: str, state: AlarmState, **more: Any) -> None:
        """One alarm to another state, by event."""
        status = msgspec.structs.replace(self.alarms[name], state=state, changed=now_ns(), **more)
        self.alarms[name] = status
        await self._emit_alarm(status, AlarmChange.ACKNOWLEDGED)

    async def _emit_alarm(self, s: AlarmStatus, change: AlarmChange) -> None:
        skip = {"shelvable", "since", "changed"}
        fields = {k: v for k, v in msgspec.structs.asdict(s).items() if k not in skip}
        event = AlarmEvent(
            id=f"{s.occurrence}/{change}",
            change=change,
            source_time=s.since,
            receive_time=s.since,
            decided_time=s.changed,
            **fields,
        )
        self.journal.append(event)
        await self.bus.emit(f"fw.alarms.{s.zone}", event)

    async def tell(self, incident: Incident, kind: str, text: Text, **more: Any) -> None:
        """Incident changed: keep it, and say so."""
        now = now_ns()
        entry = TimelineEntry(
            id=f"{incident.id}/{incident.revision}", time=now, recorded=now, kind=kind, text=text, **more
        )
        self.incidents[incident.id] = incident
        self.timelines.setdefault(incident.id, []).append(entry)
        event = IncidentEvent(id=entry.id, change=kind, incident=incident, entries=[entry])
        await self.bus.emit(f"fw.incidents.{incident.id}", event)

    async def raise_alarm(self, point: SitePoint, limit: Limit) -> AlarmStatus:
        """A limit is passed now."""
        now = now_ns()
        name = f"{point.id}.{limit.id}"
        status = AlarmStatus(
            alarm=name,
            occurrence=f"{name}/{now}",
            point=point.id,
            zone=point.zone,
            east=point.place[0],
            north=point.place[1],
            up=point.place[2],
            kind=point.kind,
            hazard=HAZARD_OF[point.kind],
            priority=limit.priority,
            state=AlarmState.UNACKED,
            active=True,
            value=limit.at * 1.04,
            limit=limit.at,
            unit=point.unit,
            quality=0,
            since=now,
            changed=now,
            message=Text(f"{point.name.zh}高", f"{point.name.en} high"),
            shelvable=limit.shelvable,
        )
        self.alarms[name] = status
        await self._emit_alarm(status, AlarmChange.RAISED)
        return status

    def member(self, s: AlarmStatus, certainty: float = 0.95) -> IncidentMember:
        return IncidentMember(
            certainty=certainty,
            **{k: getattr(s, k) for k in IncidentMember.__struct_fields__ if k != "certainty"},
        )

    async def open_incident(self, first: AlarmStatus, id: str, title: Text) -> Incident:
        """Announce an incident and tell the person on duty."""
        now = now_ns()
        m = self.member(first)
        incident = Incident(
            id=id,
            revision=1,
            status=IncidentStatus.OPEN,
            title=title,
            hazard=first.hazard,
            priority=first.priority,
            zones=[first.zone],
            started=now,
            updated=now,
            announced=now,
            first_out=m,
            members=[m],
            growing=True,
        )
        await self.tell(
            incident, "opened", title, zone=first.zone, alarm=first.alarm, value=first.value, unit=first.unit
        )
        person = self.site.duty.people[0]
        for channel, state in (("websocket", NoticeState.SENT), ("wecom", NoticeState.ARRIVED)):
            notice = Notice(
                id=f"{id}-{person.id}-{channel}",
                incident=id,
                revision=1,
                person=person.id,
                person_name=person.name.text,
                channel=channel,
                step=0,
                state=state,
                text=title,
                sent=now,
                arrived=now + 300_000_000 if state is NoticeState.ARRIVED else None,
            )
            self.notices[notice.id] = notice
            await self.bus.emit(f"fw.notices.{person.id}", notice)
        return incident

    async def grow(self, id: str, alarm: AlarmStatus) -> None:
        """Another alarm joins."""
        old = self.incidents[id]
        zones = old.zones if alarm.zone in old.zones else [*old.zones, alarm.zone]
        name = self.site.points[alarm.point].name
        new = msgspec.structs.replace(
            old,
            revision=old.revision + 1,
            members=[*old.members, self.member(alarm, 0.88)],
            zones=zones,
            priority=min(old.priority, alarm.priority),
            updated=now_ns(),
        )
        text = Text(f"{name.zh}报警加入", f"{name.en} alarm joined")
        kind = "grew" if zones != old.zones else "joined"
        await self.tell(
            new,
            kind,
            text,
            zone=alarm.zone,
            alarm=alarm.alarm,
            value=alarm.value,
            unit=alarm.unit,
            certainty=0.88,
        )

    async def beat(self, stop: asyncio.Event) -> None:
        """Latest values, sources and processes each second."""
        processes = {n: Health(n) for n in ("connect", "alarms", "historian", "incidents")}
        for h in processes.values():
            h.state = "running"
        processes["connect"].error("mqtt.not_json", "plant/x/value: unexpected character at byte 3", 12)
        while not stop.is_set():
            now = now_ns()
            points = list(self.site.points.values())
            batch = Readings.of(
                [p.key for p in points],
                [now] * len(points),
                [now] * len(points),
                np.array([self.value(p, now) for p in points]),
                [64 if p.id.endswith("VT-02") else 0 for p in points],
            )
            await self.bus.publish("fw.latest", codec.encode(batch))
            for source in self.sources():
                await self.bus.emit(f"fw.sources.{source.source}", source)
            for name, health in processes.items():
                health.count("readings", 120)
                await self.bus.emit(f"fw.health.{name}", health.report(os.getpid()))
            await asyncio.sleep(1)

    async def story(self) -> None:
        """A leak that drifts over three zones, and a fan that shakes elsewhere."""
        self.leak_started = now_ns()
        p = self.site.points
        fan = p["MIXI-VT-01"]
        shaking = await self.raise_alarm(fan, fan.limits[0])
        await self.open_incident(shaking, "inc-fan", Text("制浆风机振动高", "Mixing fan vibration high"))
        steps = [("FILL-GAS-01", 0), ("FILL-GAS-02", 0), ("FILL-GAS-01", 1), ("CORR-GAS-01", 0), ("FILL-FT-01", 0),
                 ("CORR-GAS-02", 0), ("STOR-GAS-01", 0), ("FILL-GAS-02", 1), ("CORR-GAS-01", 1)]  # fmt: skip
        for n, (id, limit) in enumerate(steps):
            await asyncio.sleep(0.2 if n < 2 else float(os.environ.get("CANNED_STEP_S", "4")))
            alarm = await self.raise_alarm(p[id], p[id].limits[limit])
            if n == 0:
                await self.open_incident(
                    alarm,
                    "inc-leak",
                    Text("注液间可燃气体泄漏", "Combustible gas leak in electrolyte filling"),
                )
            else:
                await self.grow("inc-leak", alarm)
