"""IEC 60870-5-104 as a controlling station: data as it changes, and all of it by interrogation after each
start."""

import asyncio
import contextlib
import time
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from fangwei.connect import iec104_frames as frames
from fangwei.connect.base import Connector, Shape
from fangwei.connect.iec104_link import Link, LinkBroken, Timers
from fangwei.core.quality import Quality

READ_AT_ONCE = 65_536
TICK_S = 0.25
"""How closely the link's timers are kept."""
INTERROGATION_ANSWERED_S = 60.0


class Iec104Options(Shape):
    """Options of an IEC 104 source; timers and windows default to the standard's (5.1, 5.5)."""

    host: str
    port: Annotated[int, Field(ge=1, le=65535)] = 2404
    common_address: Annotated[int, Field(ge=1, le=65534)] = 1
    originator: Annotated[int, Field(ge=0, le=255)] = 0
    time_zone: str = "UTC"
    """What the station's clock shows: UTC, or a zone such as Asia/Shanghai."""
    interrogate_every_s: Annotated[float, Field(ge=0)] = 300.0
    """Ask for all values this often, besides at every start (0: at starts only)."""
    connect_timeout_s: Annotated[float, Field(gt=0, le=300)] = 10.0
    t1: Annotated[float, Field(gt=0, le=255)] = 15.0
    t2: Annotated[float, Field(gt=0, le=255)] = 10.0
    t3: Annotated[float, Field(gt=0, le=172_800)] = 20.0
    k: Annotated[int, Field(ge=1, le=32767)] = 12
    w: Annotated[int, Field(ge=1, le=32767)] = 8

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("a time zone is UTC or a name such as Asia/Shanghai") from error
        return value

    @model_validator(mode="after")
    def _orderly(self) -> Self:
        if self.t2 >= self.t1:
            raise ValueError("t2 must be shorter than t1, or the other side gives up before we confirm")
        return self


class Iec104Address(Shape):
    """A point's information object address, and its type identification where it must be that and no
    other."""

    ioa: Annotated[int, Field(ge=1, le=0xFFFFFF)]
    type: int | None = None

    @field_validator("type")
    @classmethod
    def _readable(cls, value: int | None) -> int | None:
        if value is not None and value not in frames.MONITOR_TYPES:
            raise ValueError(f"types read are {sorted(frames.MONITOR_TYPES)}")
        return value


class Iec104(Connector):
    """A controlled station, listened to."""

    Options = Iec104Options
    Address = Iec104Address
    options: Iec104Options

    async def run(self) -> None:
        """Start data transfer, interrogate, and take what comes until the link breaks."""
        options = self.options
        self._zone = ZoneInfo(options.time_zone)
        self._by_ioa = {item.address.ioa: item for item in self.items}
        self._unheard = set(self._by_ioa)
        self._interrogating_since: float | None = None
        self._interrogated = 0.0
        self._refusals: dict[str, str] = {}
        try:
            async with asyncio.timeout(options.connect_timeout_s):
                reader, writer = await asyncio.open_connection(options.host, options.port)
        except (OSError, TimeoutError) as error:
            raise self.lost(f"no connection to {options.host}:{options.port}: {error or 'timeout'}") from error
        try:
            await self._converse(reader, writer)
        except LinkBroken as error:
            self.error("iec104.link_broken", str(error))
            raise self.lost(str(error)) from error
        except frames.FrameBroken as error:
            self.error("iec104.frame_broken", str(error))
            raise self.lost(str(error)) from error
        except OSError as error:
            raise self.lost(str(error)) from error
        finally:
            writer.close()
            with contextlib.suppress(Exception):
                async with asyncio.timeout(1):
                    await writer.wait_closed()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        options = self.options
        link = Link(Timers(options.t1, options.t2, options.t3, options.k, options.w), time.monotonic())
        cutter = frames.FrameReader()
        reading = asyncio.ensure_future(reader.read(READ_AT_ONCE))
        try:
            while True:
                self._send(link, writer)
                await asyncio.wait((reading,), timeout=TICK_S)
                now = time.monotonic()
                if reading.done():
                    data = reading.result()
                    if not data:
                        raise self.lost("the station closed the connection")
                    for frame in cutter.feed(data):
                        was_started = link.started
                        asdu = link.receive(frame, now)
                        if link.started and not was_started:
                            self.up()
                            self._interrogate(link, now)
                        if asdu is not None:
                            self._take(asdu, link, now)
                        self._send(link, writer)
                    reading = asyncio.ensure_future(reader.read(READ_AT_ONCE))
                link.tick(now)
                if link.started:
                    self._mind_interrogation(link, now)
        finally:
            reading.cancel()

    def _send(self, link: Link, writer: asyncio.StreamWriter) -> None:
        out = link.take_outgoing()
        if out:
            writer.write(out)

    # --- interrogation --------------------------------------------------------------------------------------

    def _interrogate(self, link: Link, now: float) -> None:
        station, originator = self.options.common_address, self.options.originator
        self._unheard = set(self._by_ioa)
        self._interrogating_since = self._interrogated = now
        link.send(frames.command(frames.INTERROGATION, station, frames.STATION, originator), now)
        if any(item.address.type in (15, 37) for item in self.items):
            ask = frames.command(frames.COUNTER_INTERROGATION, station, frames.ALL_COUNTERS, originator)
            link.send(ask, now)

    def _mind_interrogation(self, link: Link, now: float) -> None:
        if self._interrogating_since is not None:
            if now - self._interrogating_since > INTERROGATION_ANSWERED_S:
                self._interrogating_since = None
                self.error("iec104.interrogation_unanswered", f"no end within {INTERROGATION_ANSWERED_S:g} s")
                self._refuse("interrogation", "the station does not end the interrogation")
        elif (every := self.options.interrogate_every_s) and now - self._interrogated >= every:
            self._interrogate(link, now)

    def _on_interrogation(self, asdu: frames.Asdu) -> None:
        if asdu.negative or asdu.cause >= 44:  # 44 to 47: unknown type, cause, common address, object address
            self._interrogating_since = None
            self.error("iec104.interrogation_refused", f"cause {asdu.cause}")
            self._refuse("interrogation", f"the station refuses interrogation (cause {asdu.cause})")
        elif asdu.cause == frames.Cause.ACTIVATION_ENDED and asdu.type == frames.INTERROGATION:
            self._interrogating_since = None
            counters = {i.address.ioa for i in self.items if i.address.type in (15, 37)}
            missing = sorted(self._unheard - counters)
            if missing:
                names = ", ".join(f"{self._by_ioa[ioa].point.id} (ioa {ioa})" for ioa in missing[:10])
                self._refuse("missing", f"the station does not know {len(missing)} points: {names}")
            elif self._refusals.pop("missing", None) is not None:
                self._say_state()

    def _refuse(self, what: str, detail: str) -> None:
        self._refusals[what] = detail
        self._say_state()

    def _say_state(self) -> None:
        if self._refusals:
            self.degraded("; ".join(self._refusals.values()))
        else:
            self.up()

    # --- values ---------------------------------------------------------------------------------------------

    def _take(self, data: bytes, link: Link, now: float) -> None:
        try:
            asdu = frames.asdu_of(data)
            if asdu.common_address != self.options.common_address:
                self.error("iec104.other_station", f"common address {asdu.common_address}")
            elif asdu.test:
                # sent to try the line: an exercise is never a reading
                self.error("iec104.test_data", f"type {asdu.type}")
            elif asdu.type in (frames.INTERROGATION, frames.COUNTER_INTERROGATION):
                self._on_interrogation(asdu)
            elif asdu.type == frames.END_OF_INITIALISATION:
                self._interrogate(link, now)
            elif asdu.cause not in frames.READING_CAUSES or asdu.negative:
                self.error("iec104.cause_unexpected", f"type {asdu.type} with cause {asdu.cause}")
            else:
                self._take_values(asdu)
        except frames.AsduBroken as error:
            self.error("iec104.asdu_broken", str(error))

    def _take_values(self, asdu: frames.Asdu) -> None:
        plain = frames.WITH_TIME.get(asdu.type, asdu.type)
        for value in frames.values(asdu, self._zone):
            item = self._by_ioa.get(value.ioa)
            if item is None:
                self.door.unknown(f"ioa {value.ioa}")
                continue
            self._unheard.discard(value.ioa)
            wanted = item.address.type
            if wanted is not None and frames.WITH_TIME.get(wanted, wanted) != plain:
                self.error("iec104.other_type", f"{item.point.id}: type {asdu.type} came for {wanted}")
                continue
            if value.quality & Quality.CLOCK_UNTRUSTED:
                self.error("iec104.time_invalid", item.point.id)
            self.door.take(item.key, value.number, value.time, value.quality)
