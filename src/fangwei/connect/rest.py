"""JSON polled over HTTP (weather, EHS systems): one document, paths into it.

What must not happen: a document larger than 1 MiB fills the memory, a redirect takes us (and the password in the
headers) to another host, a server that asks for patience is hammered.
"""

import asyncio
import email.utils
import os
import re
import time
from typing import Annotated, Any
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

import httpx
import orjson
from pydantic import Field, field_validator

from fangwei.connect.base import Connector, Shape
from fangwei.connect.errors import SecretMissing
from fangwei.connect.mqtt_form import at_path, is_missing
from fangwei.connect.source_time import TimeFormat, TimeUnreadable, read_time
from fangwei.core.quality import Quality

LARGEST = 1024 * 1024
REDIRECTS_MOST = 3
LONGEST_PATIENCE_S = 3600.0
"""A server that asks for more is asked again after this."""
FAILURES_BEFORE_DOWN = 3
"""One failed poll is weather; the state says DEGRADED until so many in a row."""
NAN = float("nan")
_VARIABLE = re.compile(r"\$\{(\w+)\}")


class RestOptions(Shape):
    """Options of a REST source. `${NAME}` in headers and URL is taken from the environment."""

    url: str
    every_s: Annotated[float, Field(ge=0.2, le=86_400)] = 60.0
    headers: dict[str, str] = Field(default_factory=dict)
    time: str | None = None
    """Path of the document's own time; without one readings have ours and SUBSTITUTED."""
    time_format: TimeFormat = "iso"
    timezone: str | None = None
    timeout_s: Annotated[float, Field(ge=0.2, le=300)] = 10.0

    @field_validator("url")
    @classmethod
    def _url(cls, url: str) -> str:
        if not re.match(r"https?://[^/\s]+", url):
            raise ValueError("an address such as https://host/path")
        return url

    @field_validator("timezone")
    @classmethod
    def _timezone(cls, timezone: str | None) -> str | None:
        if timezone is not None:
            ZoneInfo(timezone)
        return timezone


class RestAddress(Shape):
    """Dotted path of the value; numbers index lists. `time`: path of this value's own time."""

    path: str
    time: str | None = None


class Answer(Exception):
    """An answer that holds no readings; `wait_s` when the server asks for patience."""

    def __init__(self, fact: str, why: str, wait_s: float | None = None) -> None:
        super().__init__(why)
        self.fact = fact
        self.wait_s = wait_s


class Rest(Connector):
    """One document, polled."""

    Options = RestOptions
    Address = RestAddress
    options: RestOptions

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._zone = ZoneInfo(self.options.timezone) if self.options.timezone else None
        self._marks: dict[str, str] = {}
        self._last_times: dict[int, int] = {}

    async def run(self) -> None:
        """Poll until the server failed several times in a row."""
        url = self._filled(self.options.url)
        headers = {name: self._filled(value) for name, value in self.options.headers.items()}
        self._marks.clear()
        failures = 0
        async with httpx.AsyncClient(timeout=self.options.timeout_s, headers=headers, follow_redirects=False) as client:
            while True:
                wait_s = self.options.every_s
                try:
                    async with asyncio.timeout(self.options.timeout_s):
                        document = await self._get(client, url)
                    if document is not None:
                        self._take(document)
                    failures = 0
                    self.up()
                except Answer as answer:
                    failures += 1
                    self.error(answer.fact, str(answer))
                    if answer.wait_s is not None:
                        self.degraded(f"{answer}; asked to wait {answer.wait_s:g} s")
                        await asyncio.sleep(answer.wait_s)
                        continue
                    problem = str(answer)
                except (httpx.HTTPError, TimeoutError) as error:
                    failures += 1
                    problem = f"{type(error).__name__} {error}".strip()
                    self.error("rest.unreachable", problem)
                if failures >= FAILURES_BEFORE_DOWN or (failures and self.times_up == 0):
                    raise self.lost(problem)
                if failures:
                    self.degraded(problem)
                await asyncio.sleep(wait_s)

    async def _get(self, client: httpx.AsyncClient, url: str) -> Any:
        """The document, or None where it has not changed."""
        for _ in range(REDIRECTS_MOST + 1):
            async with client.stream("GET", url, headers=self._marks) as response:
                if response.status_code == 304:
                    return None
                if response.is_redirect:
                    url = self._redirect(url, response.headers.get("location", ""))
                    continue
                if response.status_code != 200:
                    raise Answer("rest.refused", f"HTTP {response.status_code}", _patience(response))
                body = bytearray()
                async for chunk in response.aiter_bytes(65536):
                    body += chunk
                    if len(body) > LARGEST:
                        raise Answer("rest.too_large", "the document is larger than 1 MiB")
                try:
                    document = orjson.loads(body)
                except orjson.JSONDecodeError as error:
                    raise Answer("rest.not_json", f"the document is not JSON: {error.msg}") from error
                marks = (("If-None-Match", "etag"), ("If-Modified-Since", "last-modified"))
                self._marks = {ask: response.headers[said] for ask, said in marks if said in response.headers}
                return document
        raise Answer("rest.redirected", f"more than {REDIRECTS_MOST} redirects")

    @staticmethod
    def _redirect(url: str, location: str) -> str:
        to = urljoin(url, location)
        here, there = urlsplit(url), urlsplit(to)
        same = (here.hostname, here.port, here.scheme) == (there.hostname, there.port, there.scheme)
        upgraded = here.hostname == there.hostname and (here.scheme, there.scheme) == ("http", "https")
        if not (same or upgraded):
            raise Answer("rest.redirected", f"a redirect to {there.scheme}://{there.netloc} was refused")
        return to

    def _take(self, document: Any) -> None:
        common = self._time(document, self.options.time)
        for item in self.items:
            value = at_path(document, item.address.path)
            if is_missing(value):
                self.error("rest.value_missing", f"point {item.point.id}: the document has no {item.address.path}")
                continue
            moment, doubts = self._time(document, item.address.time) if item.address.time else common
            if moment is not None:
                # an unchanged observation polled again is the same reading
                if self._last_times.get(item.key) == moment:
                    self.health.count("connect.rest.repeated")
                    continue
                self._last_times[item.key] = moment
            self.door.take(item.key, NAN if value is None else value, moment, doubts)

    def _time(self, document: Any, path: str | None) -> tuple[int | None, int]:
        if path is None:
            return None, 0
        raw = at_path(document, path)
        try:
            if is_missing(raw):
                raise TimeUnreadable(f"the document has no {path}")
            return read_time(raw, self.options.time_format, self._zone), 0
        except TimeUnreadable as error:
            self.error("rest.time_unreadable", str(error))
            return None, int(Quality.CLOCK_UNTRUSTED)

    def _filled(self, text: str) -> str:
        def from_environment(found: re.Match[str]) -> str:
            value = os.environ.get(found[1])
            if value is None:
                raise SecretMissing(source=self.source.id, name=found[1])
            return value

        return _VARIABLE.sub(from_environment, text)


def _patience(response: httpx.Response) -> float | None:
    said = response.headers.get("retry-after", "").strip()
    if not said:
        return None
    if said.isdecimal():
        return min(float(said), LONGEST_PATIENCE_S)
    try:
        until = email.utils.parsedate_to_datetime(said).timestamp()
    except ValueError:
        return None
    return max(0.0, min(until - time.time(), LONGEST_PATIENCE_S))
