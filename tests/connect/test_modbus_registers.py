"""Which blocks are polled, and how numbers lie in registers."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangwei.connect.modbus_registers import (
    FORMATS,
    MOST_BITS,
    MOST_REGISTERS,
    Place,
    blocks,
    number,
    width,
)


def at(register: int, wide: int = 1, table: str = "holding") -> Place[str]:
    return Place(table, register, wide, f"{table}{register}")  # type: ignore[arg-type]


def spans(places: list[Place[str]], max_gap: int) -> list[tuple[str, int, int]]:
    return [(b.table, b.start, b.count) for b in blocks(places, max_gap)]


def test_neighbours_are_read_in_one_request_and_far_ones_in_two() -> None:
    assert spans([at(0), at(1, 2), at(5)], 2) == [("holding", 0, 6)]
    assert spans([at(0), at(1, 2), at(6)], 2) == [("holding", 0, 3), ("holding", 6, 1)]


def test_a_gap_of_zero_reads_no_unmapped_register() -> None:
    assert spans([at(0), at(1), at(3)], 0) == [("holding", 0, 2), ("holding", 3, 1)]


def test_tables_are_never_mixed() -> None:
    assert spans([at(0), at(1, 1, "input"), at(2, 1, "coil")], 10) == [
        ("holding", 0, 1),
        ("input", 1, 1),
        ("coil", 2, 1),
    ]


def test_several_bits_of_one_register_are_one_read() -> None:
    assert spans([at(7), at(7), at(7)], 0) == [("holding", 7, 1)]


def test_an_item_is_never_cut_at_the_longest_response() -> None:
    places = [at(0, 1), at(MOST_REGISTERS - 1, 2)]
    assert spans(places, 200) == [("holding", 0, 1), ("holding", MOST_REGISTERS - 1, 2)]


@given(
    st.lists(st.tuples(st.integers(0, 3000), st.sampled_from([1, 2, 4]), st.sampled_from(["holding", "coil"]))),
    st.integers(0, 120),
)
def test_every_item_lies_whole_in_exactly_one_block_that_a_response_can_hold(
    raw: list[tuple[int, int, str]], max_gap: int
) -> None:
    places = [at(register, 1 if table == "coil" else wide, table) for register, wide, table in raw]
    found = blocks(places, max_gap)
    assert sorted(map(id, places)) == sorted(id(p) for b in found for p in b.places)
    for block in found:
        assert block.count <= (MOST_BITS if block.table == "coil" else MOST_REGISTERS)
        for place in block.places:
            assert place.table == block.table
            assert block.start <= place.register
            assert place.register + place.width <= block.start + block.count


@pytest.mark.parametrize("type_", list(FORMATS))
@pytest.mark.parametrize("byte_order", ["big", "little"])
@pytest.mark.parametrize("word_order", ["big", "little"])
def test_each_type_is_read_in_each_order(type_: str, byte_order: str, word_order: str) -> None:
    value = -2.5 if type_.startswith("float") else 1234 if type_.startswith("u") else -1234
    raw = struct.pack(FORMATS[type_], value)
    words = [raw[i : i + 2] for i in range(0, len(raw), 2)]
    if word_order == "little":
        words.reverse()
    registers = [int.from_bytes(w, "big" if byte_order == "big" else "little") for w in words]
    assert width("holding", type_) == len(registers)  # type: ignore[arg-type]
    assert number(registers, type_, byte_order, word_order) == value  # type: ignore[arg-type]


def test_bits_are_counted_from_the_lowest() -> None:
    assert [number([0b1000_0000_0000_0101], "bit", bit=n) for n in (0, 1, 2, 15)] == [True, False, True, True]
