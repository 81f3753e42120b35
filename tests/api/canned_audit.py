"""The audit room's answers from memory, for trying the door and the page without a store."""

import tempfile
from pathlib import Path
from typing import Any

import msgspec

from fangwei.audit.listing import AskRecord, RecordItem, RecordPage
from fangwei.audit.service import AskStanding, ExportRecord, RecordExported, Standing
from fangwei.bus.client import Bus
from fangwei.core.clock import MINUTE, SECOND, now_ns
from fangwei.plant.site import Site


class CannedAudit:
    """A night's entries, made up when this is made."""

    def __init__(self, site: Site, bus: Bus) -> None:
        self._bus = bus
        self.items = night(site, now_ns())

    async def answer(self) -> None:
        await self._bus.answer("fw.ask.audit.list", AskRecord, self._list)
        await self._bus.answer("fw.ask.audit.verify", AskStanding, self._standing)
        await self._bus.answer("fw.do.audit.export", ExportRecord, self._export)

    async def _list(self, asked: AskRecord) -> RecordPage:
        found = [
            item
            for item in self.items
            if (asked.start is None or item.time >= asked.start)
            and (asked.end is None or item.time < asked.end)
            and asked.person in (None, "", item.by)
            and asked.zone in (None, "", item.zone)
            and (not asked.action or f"{item.action}.".startswith(f"{asked.action}."))
            and (not asked.subject or f"{item.subject}/".startswith(f"{asked.subject}/"))
            and all(word in msgspec.json.encode(item).decode() for word in (asked.q or "").split())
        ]
        found.sort(key=lambda item: item.sequence, reverse=asked.sort != "time")
        return RecordPage(len(found), asked.offset, found[asked.offset : asked.offset + asked.limit])

    async def _standing(self, asked: AskStanding) -> Standing:
        now, last = now_ns(), len(self.items)
        return Standing(
            state="intact",
            checked=now - 20 * SECOND,
            last=last,
            proved_sequence=last - 2,
            proved_time=now - 20 * SECOND,
            unsealed=2,
            entries=last,
            sealed_sequence=last - 2,
            sealed_time=now - 20 * SECOND,
            key="5aed4be1b1c3f0aa",
            public="ab" * 32,
        )

    async def _export(self, asked: ExportRecord) -> RecordExported:
        with tempfile.NamedTemporaryFile(suffix=f".{asked.format}", delete=False) as file:
            file.write(b'{"kind":"head","format":"fangwei-audit-export-1"}\n')
        return RecordExported(str(Path(file.name)), 0)


def night(site: Site, now: int) -> list[RecordItem]:
    """An alarm, an incident that somebody took, and what else happens in a night."""
    person = site.duty.people[0].id
    point = next(iter(site.points.values()))
    alarm, place = f"{point.id}.hi", list(point.place)
    told: list[tuple[str, str, str, dict[str, Any]]] = [
        ("system", "audit.use_key", "key/5aed4be1b1c3f0aa", {"after": {"key": "5aed4be1b1c3f0aa"}}),
        (
            "system",
            "alarms.raise",
            f"alarm/{alarm}",
            {
                "before": {"state": "normal"},
                "after": {"state": "unack_active", "active": True, "priority": 1},
                "evidence": {
                    "reading": {"point": point.id, "source_time": now, "value": 31.5, "unit": point.unit, "quality": 0},
                    "limit": 25.0,
                    "rule": alarm,
                },
            },
        ),
        (
            "system",
            "incidents.open",
            "incident/I-1",
            {"after": {"status": "open", "zones": [point.zone], "members": 1}},
        ),
        (
            "system",
            "duty.notify",
            "incident/I-1",
            {"after": {"state": "sent"}, "evidence": {"person": person, "channel": "websocket", "step": 0}},
        ),
        (
            person,
            "incidents.take",
            "incident/I-1",
            {"before": {"status": "open", "owner": None}, "after": {"status": "owned", "owner": person}},
        ),
        (
            person,
            "incidents.note",
            "incident/I-1",
            {"words": "阀门已关，<script>alert(1)</script> 现场已通风", "after": {}},
        ),
        (person, "alarms.shelve", f"alarm/{alarm}", {"words": "换探头", "after": {"state": "shelved", "until": now}}),
        (person, "incidents.note", "incident/I-1", {"erased": True}),
    ]
    turns = 40
    start = now - turns * len(told) * MINUTE
    return [
        RecordItem(
            sequence=number + 1,
            id=f"canned/{number}",
            time=start + number * MINUTE,
            by=by,
            action=action,
            subject=subject,
            zone=point.zone,
            place=place,
            sealed=number < turns * len(told) - 2,
            hash=f"{number:064x}",
            **more,
        )
        for number in range(turns * len(told))
        for by, action, subject, more in [told[number % len(told)]]
    ]
