"""JSON over HTTP from a server of the test's own, which behaves well, badly and maliciously."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from tests.conftest import until
from tests.connect.kit import Running, a_source

from fangwei.core.events import SourceState
from fangwei.core.quality import Quality

WEATHER = {"current": {"time": "2025-11-25T00:00:00+08:00", "wind": 3.5, "list": [1, 2], "none": None, "text": "much"}}
T = 1_764_000_000_000_000_000


@dataclass
class Server:
    """Answers each request with what `answer(request headers, path)` gives: (status, headers, body)."""

    port: int = 0
    answer: Callable[[dict[str, str], str], tuple[int, dict[str, str], bytes]] = lambda h, p: (
        200,
        {},
        json.dumps(WEATHER).encode(),
    )
    asked: list[dict[str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/weather"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                first, *lines = head.strip().split("\r\n")
                headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines)}
                self.asked.append(headers)
                status, more, body = self.answer(headers, first.split()[1])
                if status == 0:  # say nothing
                    await asyncio.sleep(30)
                more = {"Content-Length": str(len(body)), **more}
                text = "".join(f"{k}: {v}\r\n" for k, v in more.items())
                writer.write(f"HTTP/1.1 {status} X\r\n{text}\r\n".encode() + body)
                await writer.drain()


@contextlib.asynccontextmanager
async def server() -> AsyncIterator[Server]:
    one = Server()
    listening = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    one.port = listening.sockets[0].getsockname()[1]
    try:
        yield one
    finally:
        listening.close()


def source(url: str, addresses: dict[str, object] | None = None, **options: object):
    return a_source(
        "rest", {"url": url, "every_s": 0.2, "timeout_s": 0.5} | options, addresses or {"T1": "current.wind"}
    )


async def test_values_are_found_by_path_with_the_documents_time(tmp_path):
    async with server() as web:
        points = {"T1": "current.wind", "T2": "current.list.1", "T3": "current.none"}
        async with Running(source(web.url, points, time="current.time"), tmp_path) as r:
            await until(lambda: len(web.asked) >= 3)
            assert r.outlet.of("T1")[0][0] == T
            assert r.outlet.values("T2") == [2.0]  # polled often, observed once
            assert r.outlet.last("T3")[1] == Quality.NOT_A_NUMBER


async def test_without_a_time_of_its_own_each_poll_is_substituted(tmp_path):
    async with server() as web, Running(source(web.url), tmp_path) as r:
        await until(lambda: len(r.outlet.values("T1")) >= 2)
        assert r.outlet.last("T1") == (3.5, Quality.SUBSTITUTED)


async def test_an_unchanged_document_is_asked_for_by_its_mark(tmp_path):
    async with server() as web:
        web.answer = lambda h, p: (
            (304, {}, b"") if h.get("if-none-match") == '"a"' else (200, {"ETag": '"a"'}, json.dumps(WEATHER).encode())
        )
        async with Running(source(web.url), tmp_path) as r:
            await until(lambda: len(web.asked) >= 3)
            assert r.outlet.values("T1") == [3.5]
            assert r.runner.health().state is SourceState.UP


async def test_what_is_wrong_is_named_and_polling_goes_on(tmp_path):
    async with server() as web:
        points = {"T1": "current.wind", "T2": "current.gone", "T3": "current.text"}
        async with Running(source(web.url, points, time="current.gone"), tmp_path) as r:
            await until(lambda: r.outlet.values("T1"))
            wanted = {"connect.rest.value_missing", "connect.value_wrong_type", "connect.rest.time_unreadable"}
            await until(lambda: wanted <= set(r.errors()))
            assert r.outlet.last("T1")[1] & Quality.CLOCK_UNTRUSTED
            for body, name in (
                (b"<html>", "connect.rest.not_json"),
                (b"[" + b"1," * 700_000 + b"1]", "connect.rest.too_large"),
            ):
                web.answer = lambda h, p, body=body: (200, {}, body)
                await until(lambda name=name: name in r.errors())
            web.answer = lambda h, p: (200, {}, b'{"current": {"wind": 8}}')
            await until(lambda: r.outlet.values("T1")[-1:] == [8.0])


async def test_a_redirect_to_another_host_is_refused_and_carries_no_password(tmp_path, monkeypatch):
    monkeypatch.setenv("WEATHER_KEY", "secret")
    async with server() as web, server() as thief:
        web.answer = lambda h, p: (302, {"Location": thief.url}, b"")
        async with Running(source(web.url, headers={"X-Key": "${WEATHER_KEY}"}), tmp_path) as r:
            await until(lambda: "connect.rest.redirected" in r.errors())
            assert web.asked[0]["x-key"] == "secret"
            assert thief.asked == []
            web.answer = lambda h, p: (
                (302, {"Location": "/b"}, b"") if p == "/weather" else (200, {}, json.dumps(WEATHER).encode())
            )
            await until(lambda: r.outlet.values("T1"))


async def test_a_server_that_asks_for_patience_gets_it(tmp_path):
    async with server() as web:
        web.answer = lambda h, p: (429, {"Retry-After": "3600"}, b"")
        async with Running(source(web.url), tmp_path) as r:
            await until(lambda: "3600" in r.runner.health().detail)
            await asyncio.sleep(0.5)  # longer than two polls
            assert len(web.asked) == 1


async def test_a_silent_server_is_down_with_a_reason_and_comes_back(tmp_path):
    async with server() as web, Running(source(web.url), tmp_path) as r:
        await until(lambda: r.outlet.values("T1"))
        web.answer = lambda h, p: (0, {}, b"")
        await until(lambda: r.runner.health().state is SourceState.DOWN)
        assert "connect.rest.unreachable" in r.errors()
        count = len(r.outlet.values("T1"))
        web.answer = lambda h, p: (200, {}, json.dumps(WEATHER).encode())
        await until(lambda: len(r.outlet.values("T1")) > count)
        assert r.runner.health().state is SourceState.UP
