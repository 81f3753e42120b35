"""A recording sent as if it were live: through MQTT to the platform's broker, or from an OPC UA server.

Time stamps: the first row is stamped with the moment of its sending, and every later row with that moment plus its
distance from the first row divided by the speed. So source time runs as fast as the clock on the wall, readings are
fresh, and what lasted a minute in the recording lasts a second at speed 60: rates of change and delays that the site
states in seconds act on the speeded time. Speed 1 keeps them true.
"""

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from fangwei.sim.devices.mqtt import message, topic_of
from fangwei.sim.devices.session import Session, broker_address
from fangwei.sim.instruments import Sample
from fangwei.sim.recording import Recording
from fangwei.sim.site import Item, Source

REPORT_SECONDS = 1.0


class BrokerLost(Exception):
    """The platform's MQTT broker is not there, or went away; the message says where it was looked for."""


class Sender(Protocol):
    """A way into the platform."""

    async def send(self, samples: list[Sample]) -> None:
        """Send what one row holds."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a replay is."""

    rows: int
    of: int
    sent: int
    recorded: float
    """Seconds of the recording played."""
    started_ns: int
    """Source time of the first row."""


def row_times(recording: Recording, speed: float, start_ns: int) -> list[int]:
    """Source time of each row, ns, for a replay whose first row is sent at `start_ns`."""
    return [start_ns + round(s / speed * 1e9) for s in recording.seconds.tolist()]


def rows(recording: Recording, mapping: dict[str, str], times: list[int]) -> list[list[Sample]]:
    """The samples of each row; cells without a number are left out (the device was silent)."""
    columns = [(point, recording.columns[column].tolist()) for column, point in mapping.items()]
    return [
        [Sample(point, cells[k], stamp) for point, cells in columns if not math.isnan(cells[k])]
        for k, stamp in enumerate(times)
    ]


async def replay(
    recording: Recording, mapping: dict[str, str], speed: float, sender: Sender, tell: Callable[[Progress], None]
) -> Progress:
    """Send a recording at `speed` times its own pace; `tell` hears about once a second. Returns the last progress."""
    start = time.time_ns()
    plan = rows(recording, mapping, row_times(recording, speed, start))
    sent, told = 0, 0.0
    progress = Progress(0, len(plan), 0, 0.0, start)
    for k, samples in enumerate(plan):
        wait = (start + recording.seconds[k] / speed * 1e9 - time.time_ns()) / 1e9
        # Below a millisecond sleeping costs more than it waits.
        if wait > 0.001:
            await asyncio.sleep(wait)
        await sender.send(samples)
        sent += len(samples)
        progress = Progress(k + 1, len(plan), sent, float(recording.seconds[k]), start)
        if time.monotonic() - told > REPORT_SECONDS:
            told = time.monotonic()
            tell(progress)
    tell(progress)
    return progress


class MqttSender:
    """Publishes each value in the form that a site's MQTT source describes, QoS 1."""

    def __init__(self, options: dict[str, Any], items: dict[str, Item]) -> None:
        self.source = Source("replay", "mqtt", options, tuple(items.values()))
        self.items = items
        self._session: Session | None = None

    async def open(self) -> None:
        """Connect.

        Raises:
            BrokerLost: the broker is not there or refuses, or FANGWEI_MQTT_PORT is no port.
        """
        try:
            address = broker_address()
        except ValueError as why:
            raise BrokerLost(f"FANGWEI_MQTT_PORT: 应为端口号 / must be a port number: {why}") from None
        try:
            self._session = await Session("replay", address).open()
        except (OSError, OverflowError) as why:
            host, port = address
            raise BrokerLost(
                f"{host}:{port} 上没有平台的 MQTT 服务（{why}）：先运行 fangwei up，端口不同时设置 FANGWEI_MQTT_PORT\n"
                f"No MQTT broker of the platform at {host}:{port} ({why}): run `fangwei up` first, and set "
                "FANGWEI_MQTT_PORT where the port is another"
            ) from None

    async def send(self, samples: list[Sample]) -> None:
        """Publish one row."""
        session = self._session
        if session is None or session.ended.is_set():
            raise BrokerLost(
                "平台的 MQTT 服务断开了连接，回放中止 / the platform's MQTT broker went away; replay ended"
            )
        for sample in samples:
            item = self.items.get(sample.point, Item(sample.point, None, 1.0, 0.0))
            value = item.raw(sample.value) if sample.value is not None else math.nan
            name = str(item.address) if isinstance(item.address, str) else sample.point
            topic = topic_of(self.source, sample.point, item.address)
            session.publish(topic, message(self.source.options, name, value, sample.time_ns), qos=1)

    async def close(self) -> None:
        """Deliver what is under way, then end."""
        if self._session is not None:
            await self._session.flush()
            await self._session.close()


class OpcUaSender:
    """Serves an OPC UA server with a node per point."""

    def __init__(self, options: dict[str, Any], items: dict[str, Item], data: Path) -> None:
        from fangwei.sim.devices.opcua import OpcUaDevice

        self.device = OpcUaDevice([Source("replay", "opcua", options, tuple(items.values()))], data / "sim" / "pki")
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Start the server."""
        self._task = asyncio.create_task(self.device.serve())
        listening = asyncio.create_task(self.device.ready.wait())
        await asyncio.wait({self._task, listening}, return_when=asyncio.FIRST_COMPLETED)
        if self._task.done():
            listening.cancel()
            await self._task

    async def send(self, samples: list[Sample]) -> None:
        """Write one row into the nodes."""
        if self._task is None or self._task.done():
            raise ConnectionError("the OPC UA server ended")
        self.device.hear(samples)

    async def close(self) -> None:
        """End the server."""
        if self._task is not None:
            await asyncio.sleep(1.0)  # subscribers fetch the last row within their publishing interval
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
