"""The plant alive: devices of all sources, the beat, the control door."""

import asyncio
import contextlib
import logging
import os
import time
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

from fangwei.sim.control import Control
from fangwei.sim.devices.base import Device, log
from fangwei.sim.plant import CannotDo, Plant
from fangwei.sim.site import Source, read_site

QUIET_BEAT = 1.0
BUSY_BEAT = 0.2
"""Seconds between two steps when nothing happens, and while something does."""


def devices_of(sources: list[Source], data: Path) -> list[Device]:
    """The devices that serve these sources. Protocols the plant cannot play are named in the log and left out."""
    shared: dict[tuple[str, ...], list[Source]] = defaultdict(list)
    for source in sources:
        o = source.options
        match source.protocol:
            case "opcua":
                shared["opcua", str(o.get("endpoint"))].append(source)
            case "modbus" | "iec104":
                shared[source.protocol, str(o.get("host")), str(o.get("port"))].append(source)
            case "rest":
                shared["rest", str(o.get("url")).split("/")[2]].append(source)
            case _:
                shared[source.protocol, source.id].append(source)
    made: list[Device] = []
    for (protocol, *_), group in shared.items():
        try:
            device = _device(protocol, group, data)
        except (KeyError, ValueError, IndexError) as why:
            log.warning("%s: cannot be played: %s", "+".join(s.id for s in group), why)
            continue
        if device is None:
            log.warning("%s: the plant does not play %s", group[0].id, protocol)
        else:
            made.append(device)
    return made


def _device(protocol: str, group: list[Source], data: Path) -> Device | None:
    # Imported one by one: a site without OPC UA does not pay for its 60 MB of types.
    if protocol == "opcua":
        from fangwei.sim.devices.opcua import OpcUaDevice

        return OpcUaDevice(group, data / "sim" / "pki")
    if protocol == "modbus":
        from fangwei.sim.devices.modbus import ModbusDevice

        return ModbusDevice(group)
    if protocol == "iec104":
        from fangwei.sim.devices.iec104 import Iec104Device

        return Iec104Device(group)
    if protocol == "mqtt":
        from fangwei.sim.devices.mqtt import MqttDevice

        return MqttDevice(group)
    if protocol == "sparkplug":
        from fangwei.sim.devices.sparkplug import SparkplugDevice

        return SparkplugDevice(group[0])
    if protocol == "sql":
        from fangwei.sim.devices.sql import SqlDevice

        return SqlDevice(group[0])
    if protocol == "rest":
        from fangwei.sim.devices.rest import RestDevice

        return RestDevice(group)
    return None


class Running:
    """A plant with its devices."""

    def __init__(self, plant: Plant, devices: list[Device]) -> None:
        self.plant = plant
        self.devices = devices
        self.hurry = asyncio.Event()
        """Set by a command: the next step comes at once."""
        for device in devices:
            plant.listeners.append(device.hear)

    def command(self, do: str, words: dict[str, Any]) -> str:
        """Carry out a command of the control door.

        Raises:
            CannotDo: the command is unknown or makes no sense now.
            TypeError: words that the command does not know.
        """
        match do:
            case "leak":
                return self.plant.leak(**words)
            case "hot_cell":
                return self.plant.hot_cell(**words)
            case "fail":
                return self.plant.fail(**words)
            case "fan":
                return self.plant.fan(**words)
            case "reset":
                return self.plant.reset()
            case "cut":
                return self.cut(**words)
            case _:
                raise CannotDo(f"没有命令 {do} / there is no command {do}")

    def cut(self, source: str, seconds: float = 30.0) -> str:
        """Take the network away from one source.

        Raises:
            CannotDo: no such source, or seconds out of bounds.
        """
        device = next((d for d in self.devices if source in (s.id for s in d.sources)), None)
        if device is None:
            known = ", ".join(s.id for d in self.devices for s in d.sources)
            raise CannotDo(f"没有数据源 {source} / there is no source {source}: {known}")
        if not 0.0 < seconds <= 86400.0:
            raise CannotDo(f"seconds 应在 0 到 86400 之间 / must lie between 0 and 86400, not {seconds}")
        device.cut(seconds)
        return f"{device.name}: {seconds:g} s"

    def state(self) -> dict[str, Any]:
        """What is going on in the plant and with its devices."""
        devices = [
            {"sources": d.name, "state": d.state, "crashes": d.crashes, "error": d.last_error} for d in self.devices
        ]
        return {**self.plant.state(), "devices": devices}

    async def run(self) -> None:
        """Beat and serve until cancelled."""
        tasks = [asyncio.create_task(d.run(), name=d.name) for d in self.devices]
        try:
            await self._beat()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _beat(self) -> None:
        last = time.monotonic()
        while True:
            now = time.monotonic()
            # After a suspended laptop wakes the plant goes on; it does not live through the night in one step.
            self.plant.step(min(max(now - last, 1e-3), 5.0), time.time_ns())
            last = now
            self.hurry.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.hurry.wait(), BUSY_BEAT if self.plant.eventful else QUIET_BEAT)


async def run(site: Path, data: Path, seed: int) -> None:
    """Run the plant of a site folder until cancelled.

    Raises:
        SiteUnusable: the folder cannot be read.
        AlreadyRunning: another plant answers for this data folder.
    """
    # Their INFO and WARNING lines about each lost client would drown what a person wants to see.
    for noisy in ("asyncua", "pymodbus"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    plant = Plant(read_site(site), seed, datetime.now())
    running = Running(plant, devices_of(list(plant.site.sources.values()), data))
    async with Control(running, data / "sim" / "control.json"):
        log.info(
            "%d points, %d zones, %s; pid %d",
            len(plant.site.points),
            len(plant.site.zones),
            ", ".join(d.name for d in running.devices),
            os.getpid(),
        )
        await running.run()
