"""Live push: one websocket per page, one encoding for all of them.

A page first gets a `snapshot`, then increments: `incident` (whole, newest state), `timeline` (new lines),
`notice`, `flow` (a run as it stands), `told` (to whom it is for),
`alarms` (gathered for 100 ms), `latest`, `source`, `process`, and every second a `beat` by which it knows
that the line is alive. Who sits before the page is known by its session. A page may say which points it wants
(`watch`), that it shows the plant and not the platform (`plant_only`: no `source`, no `process`), that a notice has
reached it (`arrived`) and that it was read (`read`, or `opened` for all notices of an incident).
"""

import asyncio
import contextlib
from typing import Any

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from fangwei.alarms.schemas import LimitInForce
from fangwei.api.callers import find_caller
from fangwei.api.limits import LimitBook
from fangwei.api.outbox import Outbox
from fangwei.api.picture import OVER, Picture
from fangwei.bus import codec, subjects
from fangwei.bus.client import Bus
from fangwei.core.clock import now_ns
from fangwei.core.errors import FangweiError
from fangwei.core.events import (
    AlarmEvent,
    AlarmStatus,
    FlowEvent,
    Incident,
    IncidentEvent,
    Notice,
    NoticeState,
    SourceHealth,
    Told,
)
from fangwei.core.health import Health, HealthReport
from fangwei.identity.caller import Caller
from fangwei.identity.errors import NotSignedIn
from fangwei.identity.gate import Gate
from fangwei.plant.site import Site

MAX_CLIENTS = 500
VERB = "incidents.read"
"""Every role has it; a machine's token needs it among its scopes."""
BEAT_S = 1.0
"""Pages call the line dead after 3 s of silence: three beats."""
GATHER_S = 0.1
"""Alarms are sent ten times a second at most: a flood of 5,000 is ten frames, and an eye sees no difference."""
MOST_INCIDENTS = 1000
"""As many as the room lists at once; more open ones nobody can look at."""
RESYNC_S = 15.0
"""How often the rooms are asked for their own lists, in case an event was missed."""
MESSAGE_LIMIT = 256 * 1024
"""A watch list of 5,000 points; a page sends nothing longer."""

NOT_IN = 4401
TOO_SLOW = 4408
UNREADABLE = 4400
GOING_DOWN = 1012
TOO_MANY = 4429

_encoder = msgspec.json.Encoder()


class _Incidents(msgspec.Struct):
    """Of the room's answer, what is shown."""

    items: list[Incident]


class _FromPage(msgspec.Struct):
    """What a page may say."""

    type: str
    points: list[str] | None = None
    notice: str | None = None
    incident: str | None = None


def frame(type: str, **content: Any) -> str:
    """One message to pages: {"type": ..., ...}."""
    return _encoder.encode({"type": type, **content}).decode()


class Client:
    """One connected page."""

    def __init__(self, socket: WebSocket, caller: Caller) -> None:
        self.socket = socket
        self.caller = caller
        self.outbox = Outbox()
        self.awake = asyncio.Event()
        self.person = caller.id
        self.watched: frozenset[str] | None = frozenset()
        """Points whose values it wants; None: all."""
        self.plant_only = False
        """A phone on 3G: how sources and processes are each second, it does not show and does not get."""
        self.dropped: tuple[int, str] | None = None

    def is_dropped(self) -> bool:
        """Whether it must be let go."""
        return self.dropped is not None

    def push(self, text: str, urgent: bool = False, replaces: str | None = None) -> None:
        """Queue a frame; a full outbox marks the client to be let go."""
        fits = self.outbox.put_urgent(text, replaces) if urgent else self.outbox.put(text)
        if not fits and self.dropped is None:
            self.dropped = (TOO_SLOW, "too slow: reconnect for a fresh picture")
        self.awake.set()


class Hub:
    """Hears the bus, keeps the picture, feeds the pages."""

    def __init__(self, site: Site, bus: Bus, health: Health, gate: Gate) -> None:
        self.bus = bus
        self.gate = gate
        gate.on_out.append(self._on_out)
        self.health = health
        self.points = frozenset(site.points)
        self.limits = LimitBook(site)
        self.picture = Picture({p.key: p.id for p in site.points.values()})
        self.clients: set[Client] = set()
        self._gathered: dict[str, AlarmStatus] = {}
        self._delivered: set[tuple[str, str]] = set()
        """(notice, arrived/read) already told to duty, so that five open pages tell it once."""
        self._stopping = asyncio.Event()
        self._resync = asyncio.Event()
        self._background: set[asyncio.Task[None]] = set()

    # --- the bus --------------------------------------------------------------------------------------------

    async def listen(self) -> None:
        """Subscribe; from here on the picture is kept up."""
        await self.bus.hear_events(f"{subjects.INCIDENTS}.>", IncidentEvent, self._on_incident)
        await self.bus.hear_events(f"{subjects.ALARMS}.>", AlarmEvent, self._on_alarm)
        await self.bus.hear_events(f"{subjects.NOTICES}.>", Notice, self._on_notice)
        await self.bus.hear_events(f"{subjects.FLOWS}.>", FlowEvent, self._on_flow)
        await self.bus.hear_events(f"{subjects.TOLD}.>", Told, self._on_told)
        await self.bus.hear_events(f"{subjects.LIMITS}.>", LimitInForce, self._on_limit)
        await self.bus.hear_events(f"{subjects.SOURCES}.>", SourceHealth, self._on_source)
        await self.bus.hear_events(f"{subjects.HEALTH}.>", HealthReport, self._on_process)
        await self.bus.hear(subjects.LATEST, self._on_latest)

    async def _on_incident(self, event: IncidentEvent) -> None:
        if self.picture.incident(event.incident):
            self._show_incident(event.incident)
        if event.entries:
            text = frame("timeline", incident=event.incident.id, entries=event.entries)
            for client in self.clients:
                client.push(text, urgent=True)

    def _show_incident(self, incident: Incident) -> None:
        text = frame("incident", incident=incident)
        for client in self.clients:
            client.push(text, urgent=True, replaces=incident.id)

    async def _on_alarm(self, event: AlarmEvent) -> None:
        status = self.picture.alarm(event)
        if status is not None:
            self._gathered[status.alarm] = status

    async def _on_notice(self, notice: Notice) -> None:
        text = frame("notice", notice=notice)
        for client in self.clients:
            client.push(text, urgent=True, replaces=f"notice {notice.id}")

    async def _on_flow(self, event: FlowEvent) -> None:
        text = frame("flow", flow=event)
        for client in self.clients:
            seen = client.caller.sees()
            if seen is None or not seen.isdisjoint(event.zones) or event.by == client.person:
                client.push(text, urgent=True, replaces=f"flow {event.run}")

    async def _on_told(self, told: Told) -> None:
        text = frame("told", told=told)
        for client in self.clients:
            if client.person in told.persons or client.caller.role in told.roles:
                client.push(text, urgent=True, replaces=f"told {told.id}")

    async def _on_limit(self, limit: LimitInForce) -> None:
        if self.limits.take(limit):
            self._to_all(frame("limit", alarm=limit.alarm, point=limit.point))
            # An alarm that stands shows another limit or priority from now on.
            self._resync.set()

    async def _on_source(self, source: SourceHealth) -> None:
        self.picture.source(source)
        self._to_all(frame("source", source=source), of_platform=True)

    async def _on_process(self, report: HealthReport) -> None:
        self.picture.process(report)
        self._to_all(frame("process", process=report), of_platform=True)

    async def _on_latest(self, name: str, payload: bytes) -> None:
        news = self.picture.readings(codec.decode(payload))
        if not news:
            return
        everything: str | None = None
        for client in self.clients:
            if client.watched is None:
                everything = everything or frame("latest", latest=news)
                client.push(everything)
            elif client.watched:
                few = {p: news[p] for p in client.watched & news.keys()}
                if few:
                    client.push(frame("latest", latest=few))

    def _on_out(self, session: bytes) -> None:
        for client in self.clients:
            if client.caller.session == session:
                self._put_out(client)

    def _put_out(self, client: Client) -> None:
        if client.dropped is None:
            client.dropped = (NOT_IN, "signed out")
        client.awake.set()

    def _to_all(self, text: str, of_platform: bool = False) -> None:
        for client in self.clients:
            if not (of_platform and client.plant_only):
                client.push(text)

    # --- keeping up -----------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Beats, gathered alarms and the comparison with the rooms' own lists, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._beat())
            group.create_task(self._send_gathered())
            group.create_task(self._compare())

    async def _beat(self) -> None:
        was_connected = True
        while True:
            connected = self.bus.connected
            if connected and not was_connected:
                self._resync.set()
            was_connected = connected
            text = frame("beat", time=now_ns(), bus=connected, confirmed=self.picture.confirmed)
            for client in list(self.clients):
                # An open page is somebody who is there; and nobody stays by leaving it open.
                if not self.gate.stays(client.caller):
                    self._put_out(client)
                client.push(text, urgent=True, replaces="beat")
            self.health.gauge("pages", len(self.clients))
            await asyncio.sleep(BEAT_S)

    async def _send_gathered(self) -> None:
        while True:
            await asyncio.sleep(GATHER_S)
            if self._gathered:
                alarms, self._gathered = list(self._gathered.values()), {}
                self._to_all(frame("alarms", alarms=alarms))

    async def _compare(self) -> None:
        while True:
            await self.resync()
            wait = RESYNC_S if all(self.picture.confirmed.values()) else 1.0
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._resync.wait(), wait)
            self._resync.clear()

    async def resync(self) -> None:
        """Ask every room for its own list; a room that does not answer leaves its part unconfirmed."""
        await asyncio.gather(
            self._ask_incidents(), self._ask_alarms(), self._ask_sources(), self._ask_latest(), self._ask_limits()
        )

    async def _ask(self, part: str, subject: str, question: dict[str, Any], type: Any) -> Any:
        try:
            answer = await self.bus.ask(f"{subjects.ASK}.{subject}", question, timeout=3.0)
            return msgspec.json.decode(answer, type=type)
        except (FangweiError, msgspec.MsgspecError, OSError) as error:
            self.health.error(f"api.unconfirmed.{part}", str(error))
            self.picture.unconfirmed(part)
            return None

    async def _ask_incidents(self) -> None:
        question = {"statuses": None, "limit": MOST_INCIDENTS}
        listed = await self._ask("incidents", "incidents.list", question, _Incidents)
        if listed is not None:
            incidents = listed.items
            known = set(self.picture.incidents)
            for incident in self.picture.all_incidents(incidents, now_ns()):
                self._show_incident(incident)
            gone = known - set(self.picture.incidents) - {i.id for i in incidents if i.status in OVER}
            if gone:
                self._to_all(frame("gone", incidents=sorted(gone)))

    async def _ask_alarms(self) -> None:
        asked = now_ns()
        alarms = await self._ask("alarms", "alarms.list", {"zone": None, "states": None}, list[AlarmStatus])
        if alarms is not None:
            before = self.picture.alarms
            self.picture.all_alarms(alarms, asked, now_ns())
            if before != self.picture.alarms:
                self._gathered.clear()
                self._to_all(frame("all_alarms", alarms=list(self.picture.alarms.values())))

    async def _ask_limits(self) -> None:
        try:
            answer = await self.bus.ask(f"{subjects.ASK}.alarms.limits", {}, timeout=3.0)
            self.limits.take_all(msgspec.json.decode(answer, type=list[LimitInForce]))
        except (FangweiError, msgspec.MsgspecError, OSError) as error:
            self.limits.known = False
            self.health.error("api.unconfirmed.limits", str(error))

    async def _ask_sources(self) -> None:
        sources = await self._ask("sources", "connect.sources", {}, list[SourceHealth])
        if sources is not None:
            self.picture.all_sources(sources, now_ns())

    async def _ask_latest(self) -> None:
        answer = await self._ask("latest", "historian.latest", {"points": None}, dict[str, Any])
        if answer is not None:
            self.picture.all_latest(answer.get("readings", []), now_ns())

    # --- pages ----------------------------------------------------------------------------------------------

    async def serve(self, socket: WebSocket) -> None:
        """One page, from accept to close."""
        await socket.accept()
        try:
            caller = await find_caller(socket)
            if not caller.may(VERB):
                raise NotSignedIn()
        except FangweiError as error:
            # Closed after the accept: a browser tells a page nothing about a socket that was never open.
            with contextlib.suppress(RuntimeError):
                await socket.close(NOT_IN, error.code)
            return
        if len(self.clients) >= MAX_CLIENTS:
            self.health.error("api.too_many_pages", f"{MAX_CLIENTS} are connected")
            await socket.close(TOO_MANY, "too many pages")
            return
        client = Client(socket, caller)
        client.push(frame("snapshot", time=now_ns(), **self.picture.snapshot(client.watched)))
        self.clients.add(client)
        self._spawn(self._waiting_notices(client))
        sender = asyncio.create_task(self._send(client))
        receiver = asyncio.create_task(self._receive(client))
        watcher = asyncio.create_task(self._watch_over(client))
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({sender, receiver, watcher, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.clients.discard(client)
            for task in (sender, receiver, watcher, stopping):
                task.cancel()
            await asyncio.gather(sender, receiver, watcher, stopping, return_exceptions=True)
            code, reason = client.dropped or (GOING_DOWN, "the platform is stopping")
            if client.dropped:
                self.health.error(f"api.page_dropped.{code}", reason)
            with contextlib.suppress(Exception):
                await asyncio.wait_for(socket.close(code, reason), 1.0)

    async def _send(self, client: Client) -> None:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            while not client.is_dropped():
                text = client.outbox.take()
                if text is None:
                    client.awake.clear()
                    await client.awake.wait()
                    continue
                await client.socket.send_text(text)

    async def _watch_over(self, client: Client) -> None:
        """Returns when the client must be let go: a full line blocks the send itself, which then never looks."""
        while not client.is_dropped():
            await asyncio.sleep(1.0)

    async def _receive(self, client: Client) -> None:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            while True:
                message = await client.socket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                raw = message.get("text") or message.get("bytes") or ""
                try:
                    if len(raw) > MESSAGE_LIMIT:
                        raise msgspec.ValidationError("longer than any page sends")
                    said = msgspec.json.decode(raw, type=_FromPage)
                except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                    client.dropped = (UNREADABLE, "message not understood")
                    self.health.error("api.page_unreadable", str(error))
                    return
                self._hear_page(client, said)

    def _hear_page(self, client: Client, said: _FromPage) -> None:
        if said.type == "watch":
            client.watched = None if said.points is None else frozenset(said.points) & self.points
            latest = self.picture.snapshot(client.watched)["latest"]
            client.push(frame("latest", latest=latest))
        elif said.type == "plant_only":
            client.plant_only = True
        elif said.type in ("arrived", "read") and said.notice:
            self._spawn(self._told(said.type, said.notice))
        elif said.type == "opened" and said.incident:
            self._spawn(self._read_all(said.incident, client.person))

    async def _notices_of(self, incident: str, person: str) -> list[Notice]:
        answer = await self.bus.ask(f"{subjects.ASK}.duty.notices", {"incident": incident}, timeout=3.0)
        notices = msgspec.json.decode(answer, type=list[Notice])
        return [n for n in notices if n.person == person and n.channel == "websocket"]

    async def _waiting_notices(self, client: Client) -> None:
        """What was sent to this person before the page was open."""
        for incident in list(self.picture.incidents):
            with contextlib.suppress(FangweiError, msgspec.MsgspecError):
                for notice in await self._notices_of(incident, client.person):
                    if notice.state != NoticeState.READ:
                        client.push(frame("notice", notice=notice), urgent=True, replaces=f"notice {notice.id}")

    async def _read_all(self, incident: str, person: str) -> None:
        with contextlib.suppress(FangweiError, msgspec.MsgspecError):
            for notice in await self._notices_of(incident, person):
                if notice.state != NoticeState.READ:
                    await self._told("read", notice.id)

    async def _told(self, what: str, notice: str) -> None:
        if (notice, what) in self._delivered:
            return
        if len(self._delivered) > 50_000:
            self._delivered.clear()
        self._delivered.add((notice, what))
        try:
            await self.bus.ask(f"{subjects.DO}.duty.{what}", {"notice": notice}, timeout=3.0)
        except FangweiError as error:
            self._delivered.discard((notice, what))
            self.health.error(f"api.notice_{what}", f"{notice[:64]}: {error}")

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    def stop(self) -> None:
        """Close every page with a reason; they reconnect when the platform is back."""
        self._stopping.set()
