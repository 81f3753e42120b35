"""Modbus TCP: a pymodbus server whose registers are filled from the plant at each poll."""

import math
import struct
from collections.abc import Iterable
from typing import Any

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from fangwei.sim.devices.base import Device
from fangwei.sim.site import Item, Source

FORMATS: dict[str, str] = {
    "int16": "h",
    "uint16": "H",
    "int32": "i",
    "uint32": "I",
    "int64": "q",
    "uint64": "Q",
    "float32": "f",
    "float64": "d",
}
LIMITS: dict[str, tuple[int, int]] = {
    k: (
        (-(1 << (8 * struct.calcsize(f) - 1)), (1 << (8 * struct.calcsize(f) - 1)) - 1)
        if f.islower()
        else (0, (1 << (8 * struct.calcsize(f))) - 1)
    )
    for k, f in FORMATS.items()
    if f not in "fd"
}


SPARE = 16
"""Registers beyond the last one that answer zero, so that a master may read in round blocks."""


def encode(value: float | None, kind: str, byte_order: str = "big", word_order: str = "big") -> list[int]:
    """Registers of a number. A dead instrument: NaN in floats, the lowest code in integers."""
    code = FORMATS[kind]
    if code in "fd":
        packed = struct.pack(f">{code}", math.nan if value is None else value)
    else:
        low, high = LIMITS[kind]
        sound = value is not None and math.isfinite(value)
        packed = struct.pack(f">{code}", min(high, max(low, round(value))) if sound and value is not None else low)
    words = [packed[i : i + 2] for i in range(0, len(packed), 2)]
    if word_order == "little":
        words.reverse()
    if byte_order == "little":
        words = [w[::-1] for w in words]
    return [int.from_bytes(w, "big") for w in words]


class ModbusDevice(Device):
    """One TCP port with all units that the sources name there."""

    def __init__(self, sources: list[Source]) -> None:
        super().__init__(sources)
        self.address = (str(sources[0].options.get("host", "127.0.0.1")), int(sources[0].options["port"]))
        self.registers: dict[tuple[int, str], dict[int, int]] = {}
        """(unit, table) -> register or bit number -> value; the action below reads it at each request."""
        self._fill((s, i) for s in sources for i in s.items)

    async def serve(self) -> None:
        """Serve until cancelled."""
        units = sorted({unit for unit, _ in self.registers})
        server = ModbusTcpServer([self._unit(u) for u in units], address=self.address)
        await server.serve_forever(background=True)
        self.inbox.clear()
        self._fill((s, i) for s in self.sources for i in s.items)
        try:
            while True:
                heard = {s.point for s in await self.inbox.take()}
                self._fill((s, i) for s in self.sources for i in s.items if i.point in heard)
        finally:
            await server.shutdown()  # type: ignore[no-untyped-call]

    def _fill(self, items: Iterable[tuple[Source, Item]]) -> None:
        for source, item in items:
            sample = self.latest.get(item.point)
            value = None if sample is None or sample.value is None else item.raw(sample.value)
            address: dict[str, Any] = item.address
            table, register = str(address.get("table", "holding")), int(address["register"])
            kind = str(address.get("type", "bit" if table in ("coil", "discrete") else "uint16"))
            words = self.registers.setdefault((int(source.options.get("unit", 1)), table), {})
            on = bool(value) if value is not None else False
            if table in ("coil", "discrete"):
                words[register] = int(on)
            elif kind == "bit":
                mask = 1 << int(address.get("bit", 0))
                words[register] = (words.get(register, 0) & ~mask) | (mask if on else 0)
            else:
                byte_order, word_order = (str(source.options.get(k, "big")) for k in ("byte_order", "word_order"))
                for k, word in enumerate(encode(value, kind, byte_order, word_order)):
                    words[register + k] = word

    def _unit(self, unit: int) -> SimDevice:
        async def answer(
            function: int, start: int, address: int, count: int, current: list[int], written: Any
        ) -> ExcCodes | None:
            if written is not None:
                # The plant's registers are measured values; nobody may write them.
                return ExcCodes.ILLEGAL_FUNCTION
            table = {1: "coil", 2: "discrete", 3: "holding", 4: "input"}.get(function)
            values = self.registers.get((unit, table or ""))
            if values is None:
                return ExcCodes.ILLEGAL_ADDRESS
            if function in (1, 2):
                for word in range(len(current)):
                    first = (start + word) * 16
                    current[word] = sum(values.get(first + bit, 0) << bit for bit in range(16))
            else:
                for k in range(len(current)):
                    current[k] = values.get(start + k, 0)
            return None

        size = {table: max(words, default=0) + SPARE for (u, table), words in self.registers.items() if u == unit}

        def bits(table: str) -> list[SimData]:
            return [SimData(0, values=[False] * 16 * (size.get(table, 1) // 16 + 1), datatype=DataType.BITS)]

        def words(table: str) -> list[SimData]:
            return [SimData(0, count=size.get(table, 1), values=0, datatype=DataType.REGISTERS)]

        return SimDevice(
            unit, simdata=(bits("coil"), bits("discrete"), words("holding"), words("input")), action=answer
        )
