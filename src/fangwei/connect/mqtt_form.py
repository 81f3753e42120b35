"""What an MQTT message says, by the configured form: every form, and the authority on what is valid. Pure.

{"value": 20.5, "time": 1764000000000}            one reading, the topic names the point
20.5    true    "open"                            the same without a time
{"point": "T1", "value": 3, "time": "...Z"}       the message names the point
{"time": 1, "gas": {"ch4": 1, "h2": 0}}           several values: points' addresses name fields
{"data": [{"point": ..., "value": ...}, ...]}     an array of readings; a list at the top likewise
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from fangwei.bus.subjects import subject_to_mqtt_topic
from fangwei.connect.source_time import TimeFormat, TimeUnreadable, read_time
from fangwei.core.quality import Quality

GOOD_WORDS: tuple[str | int | bool, ...] = ("good", "Good", "GOOD", "ok", "OK", "valid", True, 192)
"""What says "good" in a quality field unless configured: words in use, and OPC DA's 192."""

_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")
_NOT_NUMBER = re.compile(
    rb"(?<=[\s:,\[])[+-]?(?:nan|inf|infinity)(?=\s*[,}\]])|^\s*[+-]?(?:nan|inf|infinity)\s*$", re.I
)
_MISSING: Any = object()


@dataclass(frozen=True, slots=True)
class Reading:
    """One value for the point of `row`; `value` as the message has it, `time` UTC ns or None, `quality`
    doubts.
    """

    row: int
    value: Any
    time: int | None
    quality: int


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in a message that cannot be used."""

    fact: str
    detail: str


@dataclass(frozen=True, slots=True)
class Stranger:
    """A name that no point has."""

    name: str


Outcome = Reading | Fault | Stranger


class PayloadBroken(ValueError):
    """A payload that is not JSON in any reading of ours; `fact` names how."""

    def __init__(self, fact: str, why: str) -> None:
        super().__init__(why)
        self.fact = fact


@dataclass(slots=True)
class Form:
    """How messages of one source are read. Field names may be dotted paths.

    `name_level`: the topic level that names the point, or None. `by_name`, `by_subject`: the name in topic
    or message, or the whole subject -> the fields to take, as (path, row).
    """

    value: str
    time: str | None
    time_format: TimeFormat
    zone: ZoneInfo | None = None
    point: str | None = None
    array: str | None = None
    quality: str | None = None
    good: Sequence[str | int | bool] = GOOD_WORDS
    encoding: str = "utf-8"
    name_level: int | None = None
    by_name: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    by_subject: dict[str, list[tuple[str, int]]] = field(default_factory=dict)

    def fields_of(self, subject: str) -> list[tuple[str, int]] | None:
        """The fields that messages on a subject feed, where the subject alone says so."""
        if self.name_level is not None:
            levels = subject.split(".")
            if self.name_level < len(levels):
                found = self.by_name.get(levels[self.name_level].replace("//", "."))
                if found is not None:
                    return found
        return self.by_subject.get(subject)

    def read(self, subject: str, payload: bytes) -> Iterator[Outcome]:
        """Everything one message says, in its order."""
        fields = self.fields_of(subject)
        if fields is None and self.point is None:
            # not even parsed: a flood of strangers must be cheap
            yield Stranger(subject_to_mqtt_topic(subject))
            return
        topic = subject_to_mqtt_topic(subject)
        try:
            document = self._parse(payload)
        except PayloadBroken as error:
            yield Fault(error.fact, f"{topic}: {error}: {payload[:60]!r}")
            return
        if _NOT_NUMBER.search(payload):
            yield Fault("mqtt.not_a_number", f"{topic}: {payload[:60]!r}")
        whole: Any = {}
        if self.array is not None and isinstance(document, dict):
            inner = at_path(document, self.array)
            if inner is not _MISSING:
                whole, document = document, inner
        if isinstance(document, list):
            for element in document:
                yield from self._one(element, whole, topic, fields)
        else:
            yield from self._one(document, whole, topic, fields)

    def _one(self, element: Any, whole: Any, topic: str, fields: list[tuple[str, int]] | None) -> Iterator[Outcome]:
        if not isinstance(element, dict):
            if fields is None or len(fields) != 1:
                yield Fault("mqtt.not_an_object", f"{topic}: {_short(element)} where an object is needed")
            else:
                yield Reading(fields[0][1], self._value(element), None, 0)
            return
        if self.point is not None:
            name = self._look(element, whole, self.point)
            if name is not _MISSING:
                if not isinstance(name, (str, int)):
                    yield Fault("mqtt.name_unreadable", f"{topic}: {self.point} is {_short(name)}")
                    return
                fields = self.by_name.get(str(name))
                if fields is None:
                    yield Stranger(str(name)[:120])
                    return
            elif fields is None:
                yield Fault("mqtt.name_missing", f"{topic}: there is no field {self.point!r}")
                return
        if fields is None:
            yield Stranger(topic)
            return
        time: int | None = None
        doubts = 0
        if self.time is not None:
            raw = self._look(element, whole, self.time)
            if raw is not _MISSING and raw is not None:
                try:
                    time = read_time(raw, self.time_format, self.zone)
                except TimeUnreadable as error:
                    yield Fault("mqtt.time_unreadable", f"{topic}: {error}")
                    doubts |= int(Quality.CLOCK_UNTRUSTED)
        if self.quality is not None:
            doubts |= self.doubts(self._look(element, whole, self.quality))
        found = False
        for path, row in fields:
            value = at_path(element, path)
            if value is not _MISSING:
                found = True
                yield Reading(row, self._value(value), time, doubts)
        if not found:
            wanted = ", ".join(path for path, _ in fields[:5])
            yield Fault("mqtt.value_missing", f"{topic}: there is no field {wanted}")

    def doubts(self, said: Any) -> int:
        """Quality bits for what a quality field says. Numbers are OPC DA's: 192 up good, 64 up uncertain."""
        if said is _MISSING:
            return 0
        if any(said == word and isinstance(said, bool) == isinstance(word, bool) for word in self.good):
            return 0
        if isinstance(said, bool):
            return int(Quality.BAD)
        if isinstance(said, (int, float)):
            return 0 if 192 <= said <= 255 else int(Quality.UNCERTAIN if 64 <= said < 192 else Quality.BAD)
        if isinstance(said, str) and said.strip().casefold().startswith("uncertain"):
            return int(Quality.UNCERTAIN)
        return int(Quality.UNCERTAIN if said is None else Quality.BAD)

    def _look(self, element: Any, whole: Any, path: str) -> Any:
        found = at_path(element, path)
        return at_path(whole, path) if found is _MISSING and whole else found

    @staticmethod
    def _value(value: Any) -> Any:
        if value is None:
            return float("nan")
        if isinstance(value, str) and len(value) < 64 and _NUMBER.fullmatch(value):
            return float(value)
        return value

    def _parse(self, payload: bytes) -> Any:
        if self.encoding != "utf-8":
            try:
                payload = payload.decode(self.encoding).encode()
            except UnicodeDecodeError as error:
                raise PayloadBroken("mqtt.wrong_encoding", f"not {self.encoding}: {error.reason}") from error
        elif payload.startswith(b"\xef\xbb\xbf"):
            payload = payload[3:]
        try:
            return orjson.loads(payload)
        except orjson.JSONDecodeError as error:
            why = error.msg
        try:
            text = payload.decode()
        except UnicodeDecodeError as error:
            raise PayloadBroken("mqtt.not_utf8", f"not UTF-8 at byte {error.start}") from error
        if "depth" in why or "recursion" in why.lower():
            raise PayloadBroken("mqtt.too_deep", "nested too deep")
        if not text.strip():
            raise PayloadBroken("mqtt.empty", "an empty message")
        if _NOT_NUMBER.search(payload) or "number" in why:
            # NaN, infinities, and numbers beyond a float's range, as printf and Python write them
            try:
                return json.loads(_NOT_NUMBER.sub(b"NaN", payload))
            except (ValueError, RecursionError):
                pass
        if len(text) <= 32 and re.fullmatch(r"\s*[^\W\d][\w \-]*\s*", text):
            return text.strip()  # a bare word, such as ON: the point's states decide
        raise PayloadBroken("mqtt.not_json", why)


def at_path(document: Any, path: str) -> Any:
    """The value at a dotted path (numbers index lists), or the module's mark for missing. A key that holds
    the dots itself wins."""
    if isinstance(document, dict):
        if path in document:
            return document[path]
        if "." not in path:
            return _MISSING
    here = document
    for part in path.split("."):
        if isinstance(here, dict) and part in here:
            here = here[part]
        elif isinstance(here, list) and part.isdecimal() and int(part) < len(here):
            here = here[int(part)]
        else:
            return _MISSING
    return here


def is_missing(value: Any) -> bool:
    """Whether `at_path` found nothing."""
    return value is _MISSING


def _short(value: Any) -> str:
    return repr(value)[:60] if isinstance(value, (str, int, float, type(None))) else type(value).__name__
