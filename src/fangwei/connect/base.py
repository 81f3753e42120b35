"""What a protocol must offer: one class in one file, named in `PROTOCOLS`, with one test.

    class Thermometer(Connector):
        Options = ThermometerOptions        # pydantic, extra="forbid": checked with clear errors
        Address = ThermometerAddress

        async def run(self) -> None:
            async with connect(self.options.host) as line:
                self.up()
                async for name, celsius in line:
                    self.door.take(self.items_by_name[name].key, celsius)
            raise self.lost("the line was closed")

The runner calls `run` again after it raised, with back-off; whatever it raises touches this source only.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, ValidationError

from fangwei.bus.client import Bus
from fangwei.bus.field import FieldStream
from fangwei.connect import texts
from fangwei.connect.door import Door
from fangwei.connect.errors import AddressInvalid, ConnectionLost, ProtocolUnknown, SourceOptionsInvalid
from fangwei.core import clock
from fangwei.core.events import SourceState
from fangwei.core.health import Health
from fangwei.core.settings import Settings
from fangwei.core.texts import Text
from fangwei.plant.schema import Source
from fangwei.plant.site import SitePoint

PROTOCOLS: dict[str, str] = {
    "opcua": "fangwei.connect.opcua:OpcUa",
    "modbus": "fangwei.connect.modbus:Modbus",
    "iec104": "fangwei.connect.iec104:Iec104",
    "mqtt": "fangwei.connect.mqtt:Mqtt",
    "sparkplug": "fangwei.connect.sparkplug:Sparkplug",
    "sql": "fangwei.connect.sql:Sql",
    "rest": "fangwei.connect.rest:Rest",
}
"""Protocol -> module:class. Imported only when a source speaks it: each protocol library costs tens of MB."""


class Shape(BaseModel):
    """Base of options and addresses: unknown keys are errors, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NoOptions(Shape):
    """For a protocol without any."""


@dataclass(frozen=True, slots=True)
class Installation:
    """What a connector may need of the place it runs in: folders (`settings.data`), the bus that bridges
    MQTT."""

    settings: Settings
    bus: Bus
    field: FieldStream | None = None
    """Where the broker keeps what devices published lately; None: only what is heard live counts."""


@dataclass(frozen=True, slots=True)
class Item:
    """One field item that feeds one point. `address` is the connector's own checked `Address`."""

    point: SitePoint
    key: int
    address: Any


class Connector(ABC):
    """A source being read.

    Invariants: readings leave by `door` only; `run` never returns while the source is wanted: it raises
    (`self.lost(...)`) when the connection breaks. `points` holds the site's points that the source names.

    Raises (constructor):
        SourceOptionsInvalid: an option is unknown, missing or wrong; the sentence names what is allowed.
    """

    Options: ClassVar[type[BaseModel]] = NoOptions
    Address: ClassVar[type[BaseModel]]

    def __init__(
        self,
        source: Source,
        points: Mapping[str, SitePoint],
        door: Door,
        health: Health,
        installation: Installation,
    ) -> None:
        self.source = source
        self.door = door
        self.health = health
        self.installation = installation
        self.state = SourceState.CONNECTING
        self.since = clock.now_ns()
        self.detail = ""
        self.times_up = 0
        self.options = self.checked_options(source)
        self.items: list[Item] = []
        self.invalid: list[AddressInvalid] = []
        """Points whose address cannot be used: counted, named in the source's state, the others are read."""
        for entry in source.points:
            try:
                address = self.checked_address(source, entry.point, entry.address)
            except AddressInvalid as error:
                self.invalid.append(error)
                health.error(error.code, error.message.en)
                continue
            point = points[entry.point]
            self.items.append(Item(point, point.key, address))

    @classmethod
    def checked_options(cls, source: Source) -> Any:
        """The source's options as `Options`.

        Raises:
            SourceOptionsInvalid: names the option and what is allowed.
        """
        try:
            return cls.Options.model_validate(source.options)
        except ValidationError as error:
            option, allowed = _first_fault(error, cls.Options)
            raise SourceOptionsInvalid(source=source.id, option=option, allowed=allowed) from error

    @classmethod
    def checked_address(cls, source: Source, point: str, address: dict[str, Any] | str) -> Any:
        """A point's address as `Address`. A protocol whose addresses may be plain text overrides
        `address_of_text`.

        Raises:
            AddressInvalid: names the key and what is allowed.
        """
        raw = cls.address_of_text(address) if isinstance(address, str) else address
        try:
            return cls.Address.model_validate(raw)
        except ValidationError as error:
            option, allowed = _first_fault(error, cls.Address)
            raise AddressInvalid(source=source.id, point=point, option=option, allowed=allowed) from error

    @classmethod
    def address_of_text(cls, text: str) -> dict[str, Any]:
        """A plain text address as a mapping: the text is the first field of `Address`."""
        return {next(iter(cls.Address.model_fields)): text}

    @property
    def field_subjects(self) -> tuple[str, ...]:
        """Subjects that the broker keeps for this source, so that a restart loses nothing (`connect/field.py`)."""
        return ()

    @abstractmethod
    async def run(self) -> None:
        """Connect and read until the connection breaks.

        Raises:
            ConnectionLost: with a sentence; any other exception is treated alike and counted by its class
            name.
        """

    def up(self) -> None:
        """Say that readings can flow now; DEGRADED where some addresses cannot be used."""
        self.times_up += 1
        if self.invalid:
            self.degraded("; ".join(e.message.en for e in self.invalid[:5]))
        else:
            self._set(SourceState.UP, "")

    def degraded(self, detail: str) -> None:
        """Say that the connection stands but something is refused; `detail` names it."""
        self._set(SourceState.DEGRADED, detail)

    def down(self, detail: str) -> None:
        """Said by the runner after `run` ended."""
        self._set(SourceState.DOWN, detail)

    def connecting(self) -> None:
        """Said by the runner before `run`; keeps DOWN and its reason standing between attempts."""
        if self.state is not SourceState.DOWN:
            self._set(SourceState.CONNECTING, "")

    def lost(self, why: str | Text) -> ConnectionLost:
        """The error to raise when the connection breaks."""
        return ConnectionLost(source=self.source.id, why=why)

    def error(self, fact: str, detail: str, by: int = 1) -> None:
        """Count a named error of this source: `connect.<fact>`."""
        self.door.count_errors(by)
        self.health.error(f"connect.{fact}", f"{self.source.id}: {detail}", by)

    def _set(self, state: SourceState, detail: str) -> None:
        if state is not self.state:
            self.since = clock.now_ns()
        self.state, self.detail = state, detail[:1000]


def connector_class(source: Source) -> type[Connector]:
    """The class that speaks the source's protocol, imported now.

    Raises:
        ProtocolUnknown: no such protocol.
    """
    path = PROTOCOLS.get(source.protocol)
    if path is None:
        raise ProtocolUnknown(source=source.id, protocol=source.protocol, allowed=", ".join(sorted(PROTOCOLS)))
    module, name = path.split(":")
    found: type[Connector] = getattr(import_module(module), name)
    return found


def check_source(source: Source) -> list[SourceOptionsInvalid | AddressInvalid | ProtocolUnknown]:
    """Everything wrong with a source's protocol, options and addresses, without connecting (`fangwei site
    check`)."""
    try:
        kind = connector_class(source)
    except ProtocolUnknown as error:
        return [error]
    faults: list[SourceOptionsInvalid | AddressInvalid | ProtocolUnknown] = []

    def attempt(check: Callable[[], object]) -> None:
        try:
            check()
        except (SourceOptionsInvalid, AddressInvalid) as error:
            faults.append(error)

    attempt(lambda: kind.checked_options(source))
    for entry in source.points:
        attempt(lambda entry=entry: kind.checked_address(source, entry.point, entry.address))  # type: ignore[misc]
    return faults


def _first_fault(error: ValidationError, model: type[BaseModel]) -> tuple[str, Text]:
    fault = error.errors(include_url=False)[0]
    names = [field.alias or name for name, field in model.model_fields.items()]
    name = ".".join(str(part) for part in fault["loc"]) or ", ".join(names)
    if fault["type"] == "extra_forbidden":
        return name, texts.OPTION_UNKNOWN.format(allowed=", ".join(names))
    if fault["type"] == "missing":
        return name, texts.OPTION_MISSING
    return name, texts.OPTION_WRONG.format(why=fault["msg"], got=repr(fault["input"])[:80])
