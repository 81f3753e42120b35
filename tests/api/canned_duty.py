"""The duty room's own desks over a store in memory, for trying the door and the pages."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from fangwei.audit.record import Entry
from fangwei.bus.client import Bus
from fangwei.core.events import Incident, IncidentStatus, Notice
from fangwei.core.health import Health
from fangwei.core.lists import Paging, cut
from fangwei.db.base import Base
from fangwei.duty.chain_desk import ChainDesk
from fangwei.duty.contact_desk import ContactDesk
from fangwei.duty.contact_test import Tester
from fangwei.duty.errors import OtherCommand
from fangwei.duty.handover import HandoverDesk
from fangwei.duty.ledger import Ledger
from fangwei.duty.models import ContactRow, HandoverRow
from fangwei.duty.planner import Planner
from fangwei.duty.sealed import Sealer
from fangwei.duty.standing import Standing
from fangwei.plant.site import Site


class MemoryLedger(Ledger):
    """What would be in tables."""

    def __init__(self) -> None:
        self._answers: dict[str, tuple[str, bytes]] = {}
        self._contacts: dict[str, ContactRow] = {}
        self._handovers: dict[str, HandoverRow] = {}
        self.notices: dict[str, Notice] = {}
        self.entries: list[Entry] = []

    async def answered(self, name: str, id: str) -> msgspec.Raw | None:
        known = self._answers.get(id)
        if known is not None and known[0] != name:
            raise OtherCommand(id=id)
        return msgspec.Raw(known[1]) if known else None

    async def keep(
        self, name: str, id: str, answer: Any, rows: Sequence[Base], entries: Sequence[Entry]
    ) -> msgspec.Raw:
        for row in rows:
            if isinstance(row, ContactRow):
                self._contacts[row.id] = row
            elif isinstance(row, HandoverRow):
                self._handovers[row.id] = row
        self.entries += entries
        encoded = msgspec.json.encode(answer)
        self._answers[id] = (name, encoded)
        return msgspec.Raw(encoded)

    async def contact_row(self, id: str) -> ContactRow | None:
        return self._contacts.get(id)

    async def keep_notice(self, notice: Notice) -> None:
        self.notices[notice.id] = notice

    async def receipts(self, person: str | None, incident: str | None, part: Paging) -> tuple[list[Notice], int]:
        found = [
            n
            for n in sorted(self.notices.values(), key=lambda n: -n.sent)
            if person in (None, n.person) and incident in (None, n.incident)
        ]
        total, items = cut(found, part, {"sent": lambda n: n.sent}, lambda n: f"{n.person} {n.channel}")
        return items, total

    async def handovers(self, part: Paging) -> tuple[list[bytes], int]:
        rows = sorted(self._handovers.values(), key=lambda row: -row.time)
        total, items = cut(rows, part, {"time": lambda row: row.time}, lambda row: f"{row.by} {row.to}")
        return [row.note for row in items], total

    async def handover(self, id: str) -> bytes | None:
        row = self._handovers.get(id)
        return row.note if row else None


class CannedDuty:
    """Answers as the duty room does; `incidents` and `notices` are those of the canned plant."""

    def __init__(self, site: Site, bus: Bus, incidents: dict[str, Incident], notices: dict[str, Notice]) -> None:
        self.bus = bus
        self.ledger = MemoryLedger()
        self.ledger.notices = notices
        self._incidents = incidents
        health = Health("canned duty")
        self._folder = tempfile.TemporaryDirectory(prefix="canned-duty-")
        self.standing = Standing(site, Sealer(Path(self._folder.name)), health)
        tester = Tester(self.standing, self.ledger, bus, health)
        self._parts = (
            Planner(self.standing, self.ledger),
            ChainDesk(self.standing, self.ledger),
            ContactDesk(self.standing, self.ledger, tester, health),
            HandoverDesk(self.standing, self.ledger, self, bus, health),  # type: ignore[arg-type]  # gives pictures
        )

    async def answer(self) -> None:
        """Offer every question and command of the room but who is on duty and notices."""
        for part in self._parts:
            await part.offer(self.bus)

    def pictures(self) -> list[Incident]:
        """As the room's desk has them."""
        over = (IncidentStatus.CLOSED, IncidentStatus.DISSOLVED)
        return [incident for incident in self._incidents.values() if incident.status not in over]
