"""What the door answers when it cannot do what was asked: problem+json (RFC 9457), in both languages.

Every code is stable and listed, with its status and words, in docs/problems.md (`python -m fangwei.api.codes`).
"""

from collections.abc import Mapping, Sequence
from http.client import responses
from typing import Any
from urllib.parse import quote

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from fangwei.api.texts import fault, place
from fangwei.bus.client import NobodyAnswers
from fangwei.core.errors import FangweiError
from fangwei.core.health import Health
from fangwei.core.texts import Text

MEDIA_TYPE = "application/problem+json"


class Fault(msgspec.Struct):
    """One field that cannot be understood."""

    field: str
    """Where it stands, as it is written: `body.alarms.3`, `query.limit`."""
    place: Text
    """The same in words: "alarms, item 4"."""
    text: Text
    """What is wrong with it."""


class ProblemBody(msgspec.Struct, kw_only=True, omit_defaults=True):
    """An answer of 4xx or 5xx (RFC 9457). Programs go by `code`, people read `text`."""

    type: str
    """`urn:fangwei:<code>`."""
    title: str
    """The code in words; the same for each occurrence."""
    status: int
    detail: str
    """The English sentence of `text`."""
    instance: str
    """The address that was asked."""
    code: str
    text: Text
    errors: list[Fault] | None = None
    """Every field that is wrong, where the request could not be understood."""
    current: Any = None
    """What stands now, where two people edited the same thing."""


class HostRefused(FangweiError):
    """The request names a host that is not ours (DNS rebinding)."""

    code = "api.host_refused"
    text = Text(
        "拒绝访问：本页不用地址 {host!r}。请用 127.0.0.1、localhost 或 FANGWEI_PUBLIC_URL 中的地址打开",
        "Refused: this page is not at {host!r}. Open it at 127.0.0.1, localhost or the name in FANGWEI_PUBLIC_URL",
    )
    http_status = 403


class OriginRefused(FangweiError):
    """Another web page tries to command us through the browser (CSRF)."""

    code = "api.origin_refused"
    text = Text(
        "拒绝执行：请求来自另一个网页（{origin}）。请在防微自己的页面上操作",
        "Refused: the request comes from another web page ({origin}). Act on Fangwei's own page",
    )
    http_status = 403


class BodyTooLarge(FangweiError):
    """More bytes than any command needs."""

    code = "api.body_too_large"
    text = Text("请求超过 {limit} 字节，未处理", "The request is larger than {limit} bytes and was not read")
    http_status = 413


class BodyNotJson(FangweiError):
    """A command must say that it is JSON: a plain HTML form of another site cannot."""

    code = "api.body_not_json"
    text = Text(
        "命令须为 JSON（Content-Type: application/json）",
        "A command is JSON (Content-Type: application/json)",
    )
    http_status = 415


class RequestMalformed(FangweiError):
    """A parameter or field is missing, of the wrong type or out of bounds."""

    code = "api.request_malformed"
    text = Text("请求无法理解：{why}", "The request cannot be understood: {why}")
    http_status = 422

    def __init__(self, errors: "Sequence[Fault]" = (), **values: object) -> None:
        super().__init__(**values)
        self.errors = list(errors)


class NoSuchAddress(FangweiError):
    """No route, file or page of that name."""

    code = "api.no_such_address"
    text = Text("没有这个地址：{path}", "There is nothing at {path}")
    http_status = 404


class MethodRefused(FangweiError):
    """The address exists but not for this method."""

    code = "api.method_refused"
    text = Text("此地址不支持 {method}", "{method} is not possible here")
    http_status = 405


class TooBusy(FangweiError):
    """More requests are under way than the process can hold."""

    code = "api.too_busy"
    text = Text(
        "平台此刻请求过多，请 {seconds} 秒后再试；报警与通知不受影响",
        "Too many requests are under way: try again in {seconds} s. Alarms and notices are not affected",
    )
    http_status = 503


class HttpMalformed(FangweiError):
    """Bytes that are no HTTP, or a head too large to be read."""

    code = "api.http_malformed"
    text = Text(
        "这不是有效的 HTTP 请求，或请求头超过 {limit} 字节",
        "This is no valid HTTP request, or its head is larger than {limit} bytes",
    )


class RequestRefused(FangweiError):
    """HTTP that no route of ours can use."""

    code = "api.request_refused"
    text = Text("请求无法处理（{status}）", "The request cannot be served ({status})")

    def __init__(self, status: int) -> None:
        super().__init__(status=f"{status} {responses.get(status, '')}".strip())
        self.http_status = status


class PointUnknown(FangweiError):
    """A point that the site does not have."""

    code = "api.point_unknown"
    text = Text("没有测点 {point}", "There is no point {point}")
    http_status = 404


class AlarmUnknown(FangweiError):
    """An alarm that the site does not define."""

    code = "api.alarm_unknown"
    text = Text("没有报警 {alarm}", "There is no alarm {alarm}")
    http_status = 404


class PersonUnknown(FangweiError):
    """Somebody named in a command who has no account that may be used."""

    code = "api.person_unknown"
    text = Text(
        "没有可用的账号 {person}",
        "There is no account {person} that may be used",
    )
    http_status = 422


class Internal(FangweiError):
    """A fault of ours."""

    code = "fangwei.internal"
    text = Text("内部错误，已记录；报警不受影响", "Internal error, recorded; alarms are not affected")
    http_status = 500


MOST_FAULTS = 20
"""A body of 64 kB can be wrong in thousands of places; nobody reads more than the first few."""


def problem(error: FangweiError, instance: str = "") -> Response:
    """The error as application/problem+json; `instance` is the address that was asked."""
    text = error.message
    if isinstance(error, NobodyAnswers):
        room = str(error.values.get("room", "")).split(".")
        text = NobodyAnswers(room=room[2] if len(room) > 2 else "").message
    body = ProblemBody(
        type=f"urn:fangwei:{error.code}",
        title=error.code.rsplit(".", 1)[-1].replace("_", " ").capitalize(),
        status=error.http_status,
        detail=text.en,
        instance=quote(instance[:200]),
        code=error.code,
        text=text,
        errors=error.errors if isinstance(error, RequestMalformed) and error.errors else None,
        current=error.current,
    )
    # How long to wait, where that is known: programs read it here, people in the text.
    wait = error.values.get("seconds") if error.http_status in (429, 503) else None
    headers = {} if wait is None else {"retry-after": str(wait)}
    return Response(msgspec.json.encode(body), error.http_status, headers, MEDIA_TYPE)


def malformed(errors: Sequence[Mapping[str, Any]]) -> RequestMalformed:
    """pydantic's errors, each with its place and fault in words; the sentence names the first five. Pure."""
    faults = []
    for error in errors[:MOST_FAULTS]:
        loc = tuple(str(part)[:100] if isinstance(part, str) else part for part in error.get("loc", ())) or ("body",)
        told = fault(str(error.get("type", "")), error.get("ctx") or {}, str(error.get("msg", ""))[:200])
        faults.append(Fault(".".join(map(str, loc))[:200], place(loc), told))
    zh = "；".join(f"{f.place.zh}：{f.text.zh}" for f in faults[:5])
    en = "; ".join(f"{f.place.en}: {f.text.en}" for f in faults[:5])
    return RequestMalformed(faults, why=Text(zh, en))


def install(app: FastAPI, health: Health) -> None:
    """Make every exception of the application a problem+json answer; unexpected ones are counted."""

    async def on_known(request: Request, error: Exception) -> Response:
        assert isinstance(error, FangweiError)
        health.count(f"http.{error.http_status}")
        return problem(error, request.url.path)

    async def on_malformed(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        health.count("http.422")
        return problem(malformed(error.errors()), request.url.path)

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        health.count(f"http.{error.status_code}")
        known: dict[int, FangweiError] = {
            # FastAPI's word for a body that is not even text
            400: malformed([{"type": "json_invalid", "loc": ("body",)}]),
            404: NoSuchAddress(path=request.url.path[:200]),
            405: MethodRefused(method=request.method[:20]),
        }
        answer = problem(known.get(error.status_code, RequestRefused(error.status_code)), request.url.path)
        answer.headers.update(error.headers or {})  # 405 says by `Allow` what is possible
        return answer

    async def on_unexpected(request: Request, error: Exception) -> Response:
        health.error(f"api.{type(error).__name__}", f"{request.method} {request.url.path}: {error}")
        return problem(Internal(), request.url.path)

    app.add_exception_handler(FangweiError, on_known)
    app.add_exception_handler(RequestValidationError, on_malformed)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(Exception, on_unexpected)
