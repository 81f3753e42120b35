"""Modbus data in its registers: which blocks to poll, and how numbers lie in them. Pure.

A register is 16 bits. The standard (Modbus Application Protocol V1.1b3, 4.2) sends the high byte first and
says nothing of numbers wider than one register: makers differ in both orders, so both are options.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

Table = Literal["holding", "input", "coil", "discrete"]
Type = Literal["int16", "uint16", "int32", "uint32", "int64", "float32", "float64", "bit"]
Order = Literal["big", "little"]

MOST_REGISTERS = 125
MOST_BITS = 2000
"""One response holds at most 250 bytes of data (6.1, 6.3 of the standard)."""

FORMATS: dict[str, str] = {
    "int16": ">h",
    "uint16": ">H",
    "int32": ">i",
    "uint32": ">I",
    "int64": ">q",
    "float32": ">f",
    "float64": ">d",
}

M = TypeVar("M")


@dataclass(frozen=True, slots=True)
class Place(Generic[M]):
    """Where one item lies: `width` registers (or bits of a coil table) from `register` on."""

    table: Table
    register: int
    width: int
    item: M


@dataclass(frozen=True, slots=True)
class Block(Generic[M]):
    """One request: `count` registers or bits of a table from `start`, and the items that lie in it."""

    table: Table
    start: int
    count: int
    places: tuple[Place[M], ...]


def width(table: Table, type: Type) -> int:
    """Registers (bits in a coil table) that a type takes.

    >>> width("holding", "float32"), width("coil", "bit")
    (2, 1)
    """
    if table in ("coil", "discrete") or type == "bit":
        return 1
    return struct.calcsize(FORMATS[type]) // 2


def blocks(places: Sequence[Place[M]], max_gap: int) -> list[Block[M]]:
    """The fewest requests that read every place, reading over gaps of at most `max_gap` unused registers.

    No block is longer than a response can hold, and no item is cut in two.
    """
    found: list[Block[M]] = []
    for table in ("holding", "input", "coil", "discrete"):
        most = MOST_BITS if table in ("coil", "discrete") else MOST_REGISTERS
        members: list[Place[M]] = []
        end = 0
        for place in sorted((p for p in places if p.table == table), key=lambda p: (p.register, p.width)):
            reach = max(end, place.register + place.width)
            if members and (place.register - end > max_gap or reach - members[0].register > most):
                found.append(block_of(members))
                members, end = [], 0
            members.append(place)
            end = max(end, place.register + place.width)
        if members:
            found.append(block_of(members))
    return found


def block_of(places: Sequence[Place[M]]) -> Block[M]:
    """The block that just holds the given places of one table, in register order."""
    start = places[0].register
    return Block(places[0].table, start, max(p.register + p.width for p in places) - start, tuple(places))


def number(
    registers: Sequence[int],
    type: Type,
    byte_order: Order = "big",
    word_order: Order = "big",
    bit: int = 0,
) -> float | int | bool:
    """The number in its registers, in the order in which they were read.

    >>> number([0x42F6, 0xE979], "float32")
    123.45600128173828
    >>> number([0xE979, 0x42F6], "float32", word_order="little")
    123.45600128173828
    >>> number([0b100], "bit", bit=2)
    True
    """
    words = registers[::-1] if word_order == "little" else registers
    raw = struct.pack(f"{'>' if byte_order == 'big' else '<'}{len(words)}H", *words)
    if type == "bit":
        return bool(int.from_bytes(raw, "big") >> bit & 1)
    value: float | int = struct.unpack(FORMATS[type], raw)[0]
    return value
