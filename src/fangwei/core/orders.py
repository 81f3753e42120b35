"""What may be ordered of the plant, what devices answer, and what rooms make known by name. JSON on the bus.

An order (`core.events.PlantOrder`) is no wish that may be forgotten: it is stored before it is said, and its `id` is
the same whenever it is said again, so whoever carries orders out does each once.
"""

from enum import StrEnum

import msgspec

from fangwei.core.texts import Text


class OrderKind(StrEnum):
    """What an order moves; also the last part of its subject, `fw.orders.<kind>`."""

    BROADCAST = "broadcast"
    DOOR = "door"
    FAN = "fan"
    VALVE = "valve"
    LIGHT = "light"


ORDER_STATES: dict[OrderKind, frozenset[str]] = {
    OrderKind.BROADCAST: frozenset({"say"}),
    OrderKind.DOOR: frozenset({"open", "close"}),
    OrderKind.FAN: frozenset({"on", "off", "full"}),
    OrderKind.VALVE: frozenset({"open", "close"}),
    OrderKind.LIGHT: frozenset({"on", "off", "flash"}),
}
"""Which states each kind may be ordered into."""


class ReceiptState(StrEnum):
    """What became of an order at a device."""

    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"


class OrderReceipt(msgspec.Struct, kw_only=True):
    """A device answers to an order. Subject `fw.receipts.<kind>`; the id is order and device."""

    id: str
    order: str
    kind: OrderKind
    device: str
    state: ReceiptState
    time: int
    detail: str = ""


class PlantSignal(msgspec.Struct, kw_only=True):
    """Something a room found, forecast or decided, known by its name. Subject `fw.signals.<name>`.

    Names are dotted words (`leak.forecast`, `flow.refused`); `value` and `unit` are the figure, where there is one.
    `because` names the reactions that led here, the first first: by it a rule that fires itself is known.
    """

    id: str
    name: str
    time: int
    zone: str = ""
    point: str = ""
    place: tuple[float, float, float] | None = None
    value: float | None = None
    unit: str = ""
    text: Text | None = None
    because: list[str] = []
