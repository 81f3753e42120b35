"""MQTT devices, taken as they are: the broker bridges their topics, a tap hears them, a form reads them.

The common form (one flat reading per message, its topic naming the point) is read by a compiled kernel
straight out of the receive buffer, every other one by `mqtt_form`. Messages of one point keep their order.
"""

from typing import Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import orjson
from pydantic import field_validator, model_validator

from fangwei.bus import codec
from fangwei.bus.frames import PAYLOAD, PAYLOAD_END, SUBJECT, SUBJECT_END, Frames
from fangwei.bus.subjects import mqtt_topic_to_subject, subject_to_mqtt_topic
from fangwei.bus.tap import ROWS
from fangwei.connect import mqtt_kernel
from fangwei.connect.base import Connector, Shape
from fangwei.connect.field import FieldTap
from fangwei.connect.mqtt_form import GOOD_WORDS, Fault, Form, Reading, Stranger
from fangwei.connect.source_time import NANOSECONDS, TimeFormat
from fangwei.core.reading import Readings

LEARNED_TOPICS_MOST = 65_536
"""Subjects remembered beyond the configured ones, where the pattern has wildcards."""


class MqttOptions(Shape):
    """Options of an MQTT source. Field names may be dotted paths into the message."""

    topic: str
    """A pattern; one level may be `{point}` (it names the point), others `+`, the last `#`."""
    value: str = "value"
    time: str | None = "time"
    time_format: TimeFormat = "ms"
    timezone: str | None = None
    """Of ISO times that name no offset."""
    point: str | None = None
    """Field that names the point."""
    array: str | None = None
    """Field that holds a list of readings; they inherit time, point and quality from around it."""
    quality: str | None = None
    quality_good: tuple[str | int | bool, ...] = GOOD_WORDS
    encoding: str = "utf-8"

    @field_validator("topic")
    @classmethod
    def _topic(cls, topic: str) -> str:
        levels = topic.split("/")
        if levels.count("{point}") > 1 or any("{" in level and level != "{point}" for level in levels):
            raise ValueError("{point} stands once and is a whole level, as in plant/{point}/value")
        if "#" in levels[:-1] or any(("#" in level or "+" in level) and len(level) > 1 for level in levels):
            raise ValueError("+ and # are whole levels, # the last one")
        subject = mqtt_topic_to_subject(topic.replace("{point}", "+"))
        if subject.split(".")[0] in ("fw", "$JS", "$SYS", "_INBOX", "*", ">"):
            raise ValueError("the first level is a plain name of the devices' own")
        return topic

    @field_validator("timezone")
    @classmethod
    def _timezone(cls, timezone: str | None) -> str | None:
        if timezone is not None:
            try:
                ZoneInfo(timezone)
            except (ZoneInfoNotFoundError, ValueError) as error:
                raise ValueError(f"{timezone!r} is no time zone, such as Asia/Shanghai") from error
        return timezone

    @field_validator("encoding")
    @classmethod
    def _encoding(cls, encoding: str) -> str:
        try:
            "".encode(encoding)
        except LookupError as error:
            raise ValueError("an encoding such as utf-8 or gb18030") from error
        return encoding.lower().replace("_", "-").replace("utf8", "utf-8")


class MqttAddress(Shape):
    """Where a point's value comes: on a topic, or under a name (in the topic or the message), in a field."""

    topic: str | None = None
    name: str | None = None
    field: str | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if self.topic is not None and self.name is not None:
            raise ValueError("either a topic or a name")
        if self.topic is not None:
            mqtt_topic_to_subject(self.topic)
        return self


class Mqtt(Connector):
    """One MQTT source: a tap on its topics."""

    Options = MqttOptions
    Address = MqttAddress
    options: MqttOptions

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        options = self.options
        levels = options.topic.split("/")
        self._subject = mqtt_topic_to_subject(options.topic.replace("{point}", "+"))
        self.form = Form(
            value=options.value,
            time=options.time,
            time_format=options.time_format,
            zone=ZoneInfo(options.timezone) if options.timezone else None,
            point=options.point,
            array=options.array,
            quality=options.quality,
            good=options.quality_good,
            encoding=options.encoding,
            name_level=levels.index("{point}") if "{point}" in levels else None,
        )
        self._keys = np.array([item.key for item in self.items], np.int64)
        self._last_time = np.zeros(len(self.items), np.int64)
        self._last_value = np.full(len(self.items), np.nan)
        self._kernel_rows = np.zeros((3, ROWS), np.int64)
        self._values = np.zeros(ROWS)
        self._marks = np.zeros(len(self.items), np.int64)
        self._round = 0
        self._topics = mqtt_kernel.Topics()
        self._learned: set[str] = set()
        self._quick = options.array is None and options.point is None and options.encoding == "utf-8"
        self._words = mqtt_kernel.Names.of(
            options.value, options.time, options.quality, [_raw(word) for word in options.quality_good]
        )
        self._unit_ns = NANOSECONDS.get(options.time_format, mqtt_kernel.ISO)
        self._assign()

    @classmethod
    def address_of_text(cls, text: str) -> dict[str, Any]:
        """A text with a slash is a topic, any other a name; an empty one leaves both to the topic pattern."""
        if not text:
            return {}
        return {"topic": text} if "/" in text else {"name": text}

    async def run(self) -> None:
        """Hear the topics until cancelled; the tap keeps itself connected."""
        self.warm()
        await FieldTap(self, self).run()

    @property
    def field_subjects(self) -> tuple[str, ...]:
        """What the pattern of topics is on the bus."""
        return (self._subject,)

    def warm(self) -> None:
        """Compile or load the kernels, so that the first messages do not wait for them."""
        message = b'fangwei.warm{"value":1}'
        table = np.array([[1, 0, 12, 12, len(message), len(message)]], np.int64)
        self._read(np.frombuffer(bytearray(message), np.uint8), table)
        codec.encode(Readings.of([], [], [], [], []))

    # --- the side of the tap ------------------------------------------------------------------------------

    def frames(self, frames: Frames) -> None:
        """Messages that came."""
        done, missed, repeated = self._read(frames.buffer, frames.table)
        if done:
            rows, times = self._kernel_rows[0, :done], self._kernel_rows[1, :done]
            self.door.take_many(self._keys[rows], self._values[:done], times)
        if repeated:
            self.health.count("connect.mqtt.repeated", repeated)
        table = frames.table
        for message in self._kernel_rows[2, :missed].tolist():
            place = table[message]
            subject = frames.buffer[place[SUBJECT] : place[SUBJECT_END]].tobytes().decode(errors="replace")
            self._read_long(subject, frames.buffer[place[PAYLOAD] : place[PAYLOAD_END]].tobytes())

    def too_large(self, subject: bytes, size: int) -> None:
        """A message was skipped."""
        topic = subject_to_mqtt_topic(subject.decode(errors="replace"))
        self.error("mqtt.too_large", f"{topic}: {size} bytes, at most 1 MiB is read")

    def connected(self, gap_s: float) -> None:
        """The tap is connected and subscribed."""
        if gap_s:
            self.error("mqtt.gap", f"{gap_s:.3f} s without the broker; what it kept of that time is read again")
        self.up()

    def disconnected(self, why: str) -> None:
        """The tap lost the broker."""
        self.down(self.lost(why).message.en)

    # --- inside -------------------------------------------------------------------------------------------

    def _assign(self) -> None:
        """Which name or topic feeds which point. Two points may not be fed by the same field of the same
        place.
        """
        pattern = self.options.topic
        named = self.form.name_level is not None or self.form.point is not None
        taken: dict[tuple[str, str, str], str] = {}
        for row, item in enumerate(self.items):
            address: MqttAddress = item.address
            path = address.field or self.form.value
            topic, name = address.topic, address.name
            if named and topic is None:
                name = name or item.point.id
                place = ("name", name, path)
                fields = self.form.by_name.setdefault(name, [])
            else:
                topic = topic or name or pattern
                if "+" in topic or "#" in topic or "{" in topic:
                    self.error("address_invalid", f"point {item.point.id}: which topic of {pattern}?")
                    continue
                place = ("topic", topic, path)
                fields = self.form.by_subject.setdefault(mqtt_topic_to_subject(topic), [])
            if place in taken:
                self.error("address_taken", f"points {taken[place]} and {item.point.id}: same {place[0]} {place[1]}")
                continue
            taken[place] = item.point.id
            fields.append((path, row))
        for subject in self.form.by_subject:
            self._learn(subject)
        if self.form.name_level is not None and "+" not in pattern and "#" not in pattern:
            for name in self.form.by_name:
                if name and not set(name) & set("/ .*>"):
                    self._learn(mqtt_topic_to_subject(pattern.replace("{point}", name)))

    def _learn(self, subject: str) -> None:
        """Let the kernel read a subject, where it feeds one point by the common field."""
        if not self._quick or subject in self._learned or len(self._learned) >= LEARNED_TOPICS_MOST:
            return
        fields = self.form.fields_of(subject)
        if fields is not None and len(fields) == 1 and fields[0][0] == self.form.value and "." not in fields[0][0]:
            self._learned.add(subject)
            self._topics.add(subject.encode(), fields[0][1])

    def _read(self, buffer: Any, table: Any) -> tuple[int, int, int]:
        self._round += 1
        topics, words, out = self._topics, self._words, self._kernel_rows
        return mqtt_kernel.read(
            buffer, table, topics.slots, topics.names, topics.starts, topics.ends, topics.rows,
            words.value, words.time, words.quality, words.good, self._unit_ns,
            self._last_time, self._last_value, self._marks, self._round,
            out[0], self._values, out[1], out[2],
        )  # fmt: skip

    def _read_long(self, subject: str, payload: bytes) -> None:
        for outcome in self.form.read(subject, payload):
            if isinstance(outcome, Reading):
                self._take(outcome)
            elif isinstance(outcome, Fault):
                self.error(outcome.fact, outcome.detail)
            elif isinstance(outcome, Stranger):
                self.door.unknown(outcome.name)
                return
        self._learn(subject)

    def _take(self, reading: Reading) -> None:
        row, value, time = reading.row, reading.value, reading.time
        if isinstance(value, (int, float)) and time is not None and abs(value) < 1e300:
            if time == self._last_time[row] and value == self._last_value[row] and not reading.quality:
                self.health.count("connect.mqtt.repeated")
                return
            self._last_time[row], self._last_value[row] = time, value
        self.door.take(self.items[row].key, value, time, reading.quality)


def _raw(word: str | int | bool) -> bytes:
    return orjson.dumps(word)
