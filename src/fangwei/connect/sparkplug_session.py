"""What is known of one Sparkplug edge node: its births, aliases, sequence. Pure: message in, readings out.

Sparkplug is report by exception: a value stands until its node or device dies. So the session must know when it can
no longer trust itself: a gap in the sequence (0..255), data before a birth, an alias nobody announced. Then it says
`rebirth`, and the node tells everything again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from fangwei.connect.sparkplug_payload import BAD_QUALITY, DATE_TIME, GOOD_QUALITY, Metric, Payload
from fangwei.core.clock import MILLISECOND
from fangwei.core.quality import Quality

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Value:
    """One value for a configured item; `time` UTC ns or None, `historical` as the node flags it."""

    device: str
    metric: str
    value: float | str | bool
    time: int | None
    quality: int
    historical: bool = False


@dataclass(frozen=True, slots=True)
class Rebirth:
    """The node must be asked for its births; `fact` names why."""

    fact: str
    detail: str


@dataclass(frozen=True, slots=True)
class Unheard:
    """A metric that feeds no point."""

    name: str


Outcome = Value | Rebirth | Unheard


@dataclass(slots=True)
class Session:
    """One edge node. `wanted`: (device or "", metric) of the configured items.

    Invariants: `next_seq` is None until a node birth; after a death every wanted metric that it concerns has been told
    as BAD without a value.
    """

    wanted: frozenset[tuple[str, str]]
    next_seq: int | None = None
    bd_seq: int | None = None
    names: dict[tuple[str, int], tuple[str, int]] = field(default_factory=dict)
    """(device, alias) -> (name, datatype)."""
    types: dict[tuple[str, str], int] = field(default_factory=dict)
    alive: set[str] = field(default_factory=set)
    """Devices born ("" is the node itself)."""

    def hear(self, kind: str, device: str, payload: Payload) -> Iterator[Outcome]:
        """One message of kind NBIRTH, NDATA, NDEATH, DBIRTH, DDATA or DDEATH."""
        if kind == "NDEATH":
            born = _bd_seq(payload)
            if born is not None and self.bd_seq is not None and born != self.bd_seq:
                return  # the will of an earlier connection, delivered late
            yield from self.lose(None)
            return
        if kind == "NBIRTH":
            self.next_seq = ((payload.seq or 0) + 1) % 256
            self.bd_seq = _bd_seq(payload)
            self.names.clear()
            self.types.clear()
            self.alive = {""}
            yield from self._values(payload, "", birth=True)
            return
        if self.next_seq is None:
            yield Rebirth("sparkplug.data_before_birth", f"{kind} before any NBIRTH")
            return
        if payload.seq is not None:
            expected, self.next_seq = self.next_seq, (payload.seq + 1) % 256
            if payload.seq != expected:
                yield Rebirth("sparkplug.sequence_gap", f"{kind} has seq {payload.seq}, expected {expected}")
        if kind == "DDEATH":
            yield from self.lose(device)
            return
        if kind == "DBIRTH":
            self.alive.add(device)
            for key in [key for key in self.names if key[0] == device]:
                del self.names[key]
        elif device not in self.alive:
            yield Rebirth("sparkplug.data_before_birth", f"{kind} of {device} before its birth")
            return
        yield from self._values(payload, device, birth=kind == "DBIRTH")

    def lose(self, device: str | None) -> Iterator[Value]:
        """The node (None) or one of its devices is gone: its points are BAD from now on, without a value."""
        if device is None:
            self.next_seq = None
            self.alive.clear()
        else:
            self.alive.discard(device)
        for owner, metric in sorted(self.wanted):
            if device is None or owner == device:
                yield Value(owner, metric, NAN, None, int(Quality.BAD))

    def _values(self, payload: Payload, device: str, *, birth: bool) -> Iterator[Outcome]:
        for metric in payload.metrics:
            name, datatype = metric.name, metric.datatype
            if name is None:
                known = self.names.get((device, metric.alias)) if metric.alias is not None else None
                if known is None:
                    yield Rebirth("sparkplug.alias_unknown", f"alias {metric.alias} was not in the birth")
                    continue
                name, datatype = known[0], datatype or known[1]
            elif birth:
                self.types[device, name] = datatype
                if metric.alias is not None:
                    self.names[device, metric.alias] = (name, datatype)
            datatype = datatype or self.types.get((device, name), 0)
            if (device, name) not in self.wanted:
                if not birth and name not in ("bdSeq",):
                    yield Unheard(f"{device}/{name}" if device else name)
                continue
            yield self._value(metric, device, name, datatype, payload)

    @staticmethod
    def _value(metric: Metric, device: str, name: str, datatype: int, payload: Payload) -> Value:
        quality = 0
        if metric.quality is not None and metric.quality != GOOD_QUALITY:
            quality = int(Quality.BAD if metric.quality == BAD_QUALITY else Quality.UNCERTAIN)
        value = metric.value(datatype)
        if value is None:
            quality |= int(Quality.BAD)
            value = NAN
        elif datatype == DATE_TIME:
            value = float(value) / 1000  # as seconds, the unit of durations
        stamp = metric.timestamp if metric.timestamp is not None else payload.timestamp
        time = None if stamp is None or stamp >= 2**62 // MILLISECOND else stamp * MILLISECOND
        return Value(device, name, value, time, quality, metric.historical)


def _bd_seq(payload: Payload) -> int | None:
    for metric in payload.metrics:
        if metric.name == "bdSeq":
            value = metric.value(metric.datatype)
            return int(value) if isinstance(value, (int, float)) else None
    return None
