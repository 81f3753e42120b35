"""Plain MQTT JSON: a message per reading, in the field names that the site's source describes."""

import datetime
import json
import math
from typing import Any

from fangwei.sim.devices.base import Device
from fangwei.sim.devices.session import Session, broker_address
from fangwei.sim.site import Source


def stamp(time_ns: int, time_format: str) -> int | float | str:
    """A time as the source writes it: ns, us, ms, s or iso."""
    match time_format:
        case "ns":
            return time_ns
        case "us":
            return time_ns // 1000
        case "s":
            return time_ns / 1e9
        case "iso":
            return datetime.datetime.fromtimestamp(time_ns / 1e9, datetime.UTC).isoformat(timespec="microseconds")
        case _:
            return time_ns // 1_000_000


def message(options: dict[str, Any], name: str, value: float, time_ns: int) -> bytes:
    """One reading as JSON. Dotted field names nest; `array` wraps the reading into a list there."""
    body: dict[str, Any] = {}
    put(body, str(options.get("value") or "value"), value)
    if options.get("time"):
        put(body, str(options["time"]), stamp(time_ns, str(options.get("time_format") or "ms")))
    if options.get("point"):
        put(body, str(options["point"]), name)
    if options.get("quality"):
        put(body, str(options["quality"]), "good")
    if options.get("array"):
        outer: dict[str, Any] = {}
        put(outer, str(options["array"]), [body])
        body = outer
    return json.dumps(body).encode()


def put(body: dict[str, Any], path: str, value: Any) -> None:
    """Set a dotted path in nested mappings."""
    *above, last = path.split(".")
    for part in above:
        body = body.setdefault(part, {})
    body[last] = value


def topic_of(source: Source, point: str, address: Any) -> str:
    """The topic on which a point is published: its own, or the source's pattern filled in."""
    pattern = str(source.options["topic"])
    own = address.get("topic") if isinstance(address, dict) else address
    if own and "/" in str(own):
        return str(own)
    name = str(own or point)
    if "{point}" in pattern:
        return pattern.replace("{point}", name)
    return pattern.replace("+", name).replace("#", name)


class MqttDevice(Device):
    """The wireless sensors of one source. What they measure during a cut is sent late, as such sensors do."""

    async def serve(self) -> None:
        """Publish until cancelled or disconnected."""
        session = await Session(f"field-{self.name}", broker_address()).open()
        try:
            while not session.ended.is_set():
                for sample in await self.inbox.take(wait=1.0):
                    if sample.value is not None:  # a dead instrument is silent
                        self._send(session, sample.point, sample.value, sample.time_ns)
            raise ConnectionError("the broker ended the session")
        finally:
            await session.close(politely=False)

    def _send(self, session: Session, point: str, value: float, time_ns: int) -> None:
        source = self.sources[0]
        for item in self.items[point]:
            raw = value if math.isnan(value) else item.raw(value)
            name = str(item.address if isinstance(item.address, str) else point)
            session.publish(topic_of(source, point, item.address), message(source.options, name, raw, time_ns))
