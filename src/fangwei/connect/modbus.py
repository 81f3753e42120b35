"""Modbus TCP: polled in contiguous blocks, each exception kept to the items it concerns.

Modbus carries neither time nor quality: readings have our time and SUBSTITUTED. An item whose registers the
device refuses is sent as BAD without a value, every poll, so that nobody goes on seeing its last good one.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException
from pymodbus.pdu import ModbusPDU

from fangwei.connect.base import Connector, Item, Shape
from fangwei.connect.modbus_registers import Block, Order, Place, Table, Type, block_of, blocks, number, width
from fangwei.core.quality import Quality

# A device that is away is our named error, told once; the library would write it to the log at every poll.
logging.getLogger("pymodbus").setLevel(logging.CRITICAL)

ILLEGAL_ADDRESS = 2
ILLEGAL_VALUE = 3
"""Some devices answer a block that is too long, or reaches beyond their map, with this one."""
RETRY_REFUSED_S = 60.0
"""A refused item is asked for again this often: devices get new firmware while we run."""
NAN = float("nan")
EXCEPTIONS = {
    1: "illegal function",
    2: "illegal data address",
    3: "illegal data value",
    4: "device failure",
    5: "acknowledge, still working",
    6: "device busy",
    8: "memory parity error",
    10: "gateway path unavailable",
    11: "gateway target does not respond",
}


class ModbusOptions(Shape):
    """Options of a Modbus TCP source."""

    host: str
    port: Annotated[int, Field(ge=1, le=65535)] = 502
    unit: Annotated[int, Field(ge=0, le=255)] = 1
    poll_ms: Annotated[int, Field(ge=10, le=3_600_000)] = 1000
    byte_order: Order = "big"
    word_order: Order = "big"
    max_gap: Annotated[int, Field(ge=0, le=120)] = 8
    """Unused registers read over rather than asking twice; 0 for devices that refuse unmapped registers."""
    timeout_ms: Annotated[int, Field(ge=50, le=60_000)] = 2000


class ModbusAddress(Shape):
    """Where a point lies. `register` counts from 0, as on the wire (40001 in a maker's list is holding 0)."""

    table: Table = "holding"
    first: Annotated[int, Field(ge=0, le=65535, alias="register")]
    type: Type | None = None
    bit: Annotated[int, Field(ge=0, le=15)] | None = None
    byte_order: Order | None = None
    word_order: Literal["big", "little"] | None = None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        in_bits = self.table in ("coil", "discrete")
        if in_bits and self.type not in (None, "bit"):
            raise ValueError("a coil or discrete input is a bit: leave `type` out or write bit")
        if in_bits and self.bit is not None:
            raise ValueError("`bit` counts within a register; a coil or discrete input is one already")
        if not in_bits and self.type is None:
            raise ValueError("a holding or input register needs a `type`, e.g. int16 or float32")
        if not in_bits and (self.type == "bit") != (self.bit is not None):
            raise ValueError("type bit and the key `bit` (0 to 15) belong together")
        if self.first + width(self.table, self.type or "bit") > 65536:
            raise ValueError("the value would reach beyond register 65535")
        return self


class BlockRefused(Exception):
    """The device answered a block with an exception code."""

    def __init__(self, code: int) -> None:
        super().__init__(EXCEPTIONS.get(code, f"exception {code}"))
        self.code = code


class Modbus(Connector):
    """A Modbus TCP device (or a unit behind a gateway), polled."""

    Options = ModbusOptions
    Address = ModbusAddress
    options: ModbusOptions

    async def run(self) -> None:
        """Poll until a request is not answered or the connection breaks."""
        options = self.options
        client = AsyncModbusTcpClient(
            options.host,
            port=options.port,
            name=self.source.id,
            timeout=options.timeout_ms / 1000,
            reconnect_delay=0,
            retries=0,
        )
        try:
            if not await client.connect():
                raise self.lost(f"no connection to {options.host}:{options.port}")
            self._blocks = blocks([self._place(item) for item in self.items], options.max_gap)
            self._refused: dict[int, tuple[Place[Item], str]] = {}
            self._retry_at = time.monotonic() + RETRY_REFUSED_S
            await self._poll_for_ever(client)
        finally:
            client.close()

    async def _poll_for_ever(self, client: AsyncModbusTcpClient) -> None:
        every = self.options.poll_ms / 1000
        due = time.monotonic()
        while True:
            if self._refused and time.monotonic() >= self._retry_at:
                again = [place for place, _ in self._refused.values()]
                self._refused.clear()
                self._blocks.extend(block_of([place]) for place in again)
                self._retry_at = time.monotonic() + RETRY_REFUSED_S
            await self._poll_once(client)
            due += every
            late = time.monotonic() - due
            if late > 0:
                self.error("modbus.poll_overrun", f"a poll took {every + late:.2f} s of {every:.2f} s")
                due = time.monotonic()
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    async def _poll_once(self, client: AsyncModbusTcpClient) -> None:
        troubles: list[str] = []
        still: list[Block[Item]] = []
        answered = False
        for block in self._blocks:
            try:
                self._read_out(block, await self._read(client, block))
                still.append(block)
                answered = True
            except BlockRefused as refusal:
                answered = True
                where = f"{block.table} {block.start}..{block.start + block.count - 1}: {refusal}"
                self.error("modbus.refused", where)
                if refusal.code in (ILLEGAL_ADDRESS, ILLEGAL_VALUE):
                    still.extend(await self._without_faulty(client, block, refusal))
                else:
                    still.append(block)
                    troubles.append(where)
                    self._send_bad(block.places)
        self._blocks = still
        self._send_bad([place for place, _ in self._refused.values()])
        for place, why in self._refused.values():
            troubles.append(f"{place.item.point.id} ({place.table} {place.register}): {why}")
        if troubles:
            self.degraded("; ".join(troubles[:5]))
            self.times_up += 1
        elif answered or not self._blocks:
            self.up()

    async def _without_faulty(
        self, client: AsyncModbusTcpClient, block: Block[Item], refusal: BlockRefused
    ) -> list[Block[Item]]:
        """Halve a refused block until the items at fault are alone; the others are read and kept in their
        blocks."""
        if len(block.places) == 1:
            place = block.places[0]
            self._refused[place.item.key] = (place, str(refusal))
            return []
        middle = len(block.places) // 2
        kept: list[Block[Item]] = []
        for half in (block_of(block.places[:middle]), block_of(block.places[middle:])):
            try:
                self._read_out(half, await self._read(client, half))
                kept.append(half)
            except BlockRefused as error:
                kept.extend(await self._without_faulty(client, half, error))
        return kept

    async def _read(self, client: AsyncModbusTcpClient, block: Block[Item]) -> Sequence[int]:
        """The block's registers or bits.

        Raises:
            BlockRefused: the device answered with an exception.
            ConnectionLost: no answer, or one that is not Modbus: after it, answers and questions no longer
            pair up.
        """
        ask = {
            "holding": client.read_holding_registers,
            "input": client.read_input_registers,
            "coil": client.read_coils,
            "discrete": client.read_discrete_inputs,
        }[block.table]
        try:
            async with asyncio.timeout(self.options.timeout_ms / 1000 + 1):
                answer: ModbusPDU = await ask(block.start, count=block.count, device_id=self.options.unit)
        except (ModbusException, TimeoutError, OSError) as error:
            raise self.lost(f"no answer for {block.table} {block.start}: {error or 'timeout'}") from error
        except Exception as error:
            raise self.lost(f"an answer that is not Modbus: {type(error).__name__}: {error}") from error
        if answer.isError():
            raise BlockRefused(int(getattr(answer, "exception_code", 0)))
        data: Sequence[int] = answer.bits if block.table in ("coil", "discrete") else answer.registers
        if len(data) < block.count:
            raise self.lost(f"{block.table} {block.start}: {len(data)} values came for {block.count}")
        return data

    def _read_out(self, block: Block[Item], data: Sequence[int]) -> None:
        for place in block.places:
            at = place.register - block.start
            address: ModbusAddress = place.item.address
            if block.table in ("coil", "discrete"):
                self.door.take(place.item.key, bool(data[at]))
                continue
            value = number(
                data[at : at + place.width],
                address.type or "bit",
                address.byte_order or self.options.byte_order,
                address.word_order or self.options.word_order,
                address.bit or 0,
            )
            self.door.take(place.item.key, value)

    def _send_bad(self, places: list[Place[Item]] | tuple[Place[Item], ...]) -> None:
        for place in places:
            self.door.take(place.item.key, NAN, None, Quality.BAD)

    @staticmethod
    def _place(item: Item) -> Place[Item]:
        address: ModbusAddress = item.address
        return Place(address.table, address.first, width(address.table, address.type or "bit"), item)
