"""Sparkplug B edge nodes (`spBv1.0/<group>/<type>/<node>[/<device>]`), heard through the broker's MQTT bridge.

The level `spBv1.0` holds a dot, which the broker shows as `//`: topics appear under `spBv1//0.`, and a command
published there reaches the node as `spBv1.0/...`.
"""

import asyncio
import time
from typing import Annotated, Any

from pydantic import StringConstraints

from fangwei.bus.frames import Frames
from fangwei.bus.tap import Tap
from fangwei.connect.base import Connector, Shape
from fangwei.connect.sparkplug_payload import NotSparkplug, decode, rebirth_command
from fangwei.connect.sparkplug_session import Rebirth, Session, Unheard, Value
from fangwei.core.clock import now_ns
from fangwei.core.quality import Quality

NAMESPACE = "spBv1//0"
KINDS = frozenset({"NBIRTH", "NDATA", "NDEATH", "DBIRTH", "DDATA", "DDEATH"})
REBIRTH_EVERY_S = 5.0
"""A node that answers no rebirth request, or breaks its sequence for ever, is not asked more often."""

Level = Annotated[str, StringConstraints(pattern=r"^[^/+#.\s*>]{1,128}$")]


class SparkplugOptions(Shape):
    """Options of a Sparkplug source: one edge node."""

    group: Level
    node: Level


class SparkplugAddress(Shape):
    """A metric of the node, or of one of its devices."""

    metric: str
    device: str = ""


class Sparkplug(Connector):
    """One edge node."""

    Options = SparkplugOptions
    Address = SparkplugAddress
    options: SparkplugOptions

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._keys: dict[tuple[str, str], list[int]] = {}
        for item in self.items:
            self._keys.setdefault((item.address.device, item.address.metric), []).append(item.key)
        self._session = Session(frozenset(self._keys))
        self._tap: Tap | None = None
        self._asked = float("-inf")

    async def run(self) -> None:
        """Hear the node until cancelled; the tap keeps itself connected."""
        group, node = self.options.group, self.options.node
        self._tap = Tap(self.installation.settings, self.health, self, spacing_s=0)
        self._tap.subscribe(f"{NAMESPACE}.{group}.*.{node}")
        self._tap.subscribe(f"{NAMESPACE}.{group}.*.{node}.*")
        await self._tap.run(asyncio.Event())

    def frames(self, frames: Frames) -> None:
        """Messages that came."""
        for row in range(len(frames)):
            levels = frames.subject(row).decode(errors="replace").split(".")
            kind, device = levels[2], levels[4] if len(levels) > 4 else ""
            if kind not in KINDS or (kind[0] == "D") != bool(device):
                if kind not in ("NCMD", "DCMD"):
                    self.error("sparkplug.kind_unknown", f"message type {kind[:40]}")
                continue
            try:
                payload = decode(frames.payload(row))
            except NotSparkplug as error:
                self.error("sparkplug.not_sparkplug", f"{kind} {device}: {error}")
                continue
            for outcome in self._session.hear(kind, device, payload):
                if isinstance(outcome, Value):
                    self._take(outcome)
                elif isinstance(outcome, Rebirth):
                    self.error(outcome.fact, outcome.detail)
                    self._ask_rebirth()
                elif isinstance(outcome, Unheard):
                    self.door.unknown(outcome.name)
            if kind == "NBIRTH":
                self.up()
            elif kind == "NDEATH" and self._session.next_seq is None:
                self.degraded("the node said that it is going, or its connection broke (NDEATH)")
            elif kind == "DDEATH":
                self.degraded(f"device {device} is gone (DDEATH)")

    def too_large(self, subject: bytes, size: int) -> None:
        """A message was skipped; what it said must be told again."""
        self.error("sparkplug.too_large", f"{subject.decode(errors='replace')}: {size} bytes, at most 1 MiB is read")
        self._ask_rebirth()

    def connected(self, gap_s: float) -> None:
        """The tap hears again: whatever was said before is not known, so ask."""
        if gap_s:
            self.error("sparkplug.gap", f"{gap_s:.3f} s without the broker")
            self._session.next_seq = None
        self.degraded("waiting for the node's birth")
        self._asked = float("-inf")
        self._ask_rebirth()

    def disconnected(self, why: str) -> None:
        """The tap lost the broker."""
        self.down(self.lost(why).message.en)

    def _take(self, value: Value) -> None:
        # what the node kept while it was cut off is history, whatever its time
        quality = value.quality | (int(Quality.LATE) if value.historical else 0)
        for key in self._keys[value.device, value.metric]:
            self.door.take(key, value.value, value.time, quality)
        if value.historical:
            self.health.count("connect.sparkplug.historical")

    def _ask_rebirth(self) -> None:
        now = time.monotonic()
        if self._tap is None or now - self._asked < REBIRTH_EVERY_S:
            return
        self._asked = now
        subject = f"{NAMESPACE}.{self.options.group}.NCMD.{self.options.node}"
        if self._tap.publish(subject, rebirth_command(now_ns() // 1_000_000)):
            self.health.count("connect.sparkplug.rebirth_asked")
