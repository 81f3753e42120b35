"""What the door answers when it cannot do what was asked: problem+json (RFC 9457), in both languages."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from fangwei.api.texts import fault
from fangwei.bus.client import NobodyAnswers, Refused
from fangwei.core.errors import FangweiError
from fangwei.core.health import Health
from fangwei.core.texts import Text


class HostRefused(FangweiError):
    """The request names a host that is not this machine (DNS rebinding)."""

    code = "api.host_refused"
    text = Text(
        "拒绝访问：地址 {host!r} 不是本机。登录功能启用前，请用 127.0.0.1 或 localhost 打开本页",
        "Refused: {host!r} is not this machine. Until there is sign-in, open the page at 127.0.0.1 or localhost",
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
    """Someone who is not in the site's duty file."""

    code = "api.person_unknown"
    text = Text(
        "值班文件中没有人员 {person}，请先在右上角选择“我是谁”",
        "The duty file has no person {person}; choose who you are at the top right first",
    )
    http_status = 422


class TooManyPages(FangweiError):
    """The limit of live connections is reached."""

    code = "api.too_many_pages"
    text = Text(
        "实时连接已达上限 {limit}，请关闭不用的页面",
        "All {limit} live connections are taken; close pages not in use",
    )
    http_status = 503


class Internal(FangweiError):
    """A fault of ours."""

    code = "fangwei.internal"
    text = Text("内部错误，已记录；报警不受影响", "Internal error, recorded; alarms are not affected")
    http_status = 500


_STATUS_BY_LAST_WORD = {"unknown": 404, "malformed": 422, "internal": 502, "missing": 404}
"""The bus carries code and text but no HTTP status; codes end in the fact, so the last word decides."""


def status_of(error: FangweiError) -> int:
    """The HTTP status of any error, also of one a room sent over the bus (409 unless its code says more)."""
    if isinstance(error, Refused):
        return _STATUS_BY_LAST_WORD.get(error.problem.code.rsplit("_", 1)[-1].rsplit(".", 1)[-1], 409)
    return error.http_status


def problem(error: FangweiError) -> Response:
    """The error as application/problem+json: type, title, status, code, text {zh, en}."""
    code = error.problem.code if isinstance(error, Refused) else error.code
    text = error.message
    if isinstance(error, NobodyAnswers):
        room = str(error.values.get("room", "")).split(".")
        text = NobodyAnswers(room=room[2] if len(room) > 2 else "").message
    body = {
        "type": f"urn:fangwei:{code}",
        "title": text.en,
        "status": status_of(error),
        "code": code,
        "text": text,
    }
    return Response(msgspec.json.encode(body), status_of(error), media_type="application/problem+json")


def _malformed(errors: Sequence[Mapping[str, Any]]) -> RequestMalformed:
    zh, en = [], []
    for error in errors[:5]:
        place = (".".join(str(part) for part in error.get("loc", ())[1:]) or "body")[:100]
        told = fault(str(error.get("type", "")), error.get("ctx") or {}, str(error.get("msg", ""))[:200])
        zh.append(f"{place}：{told.zh}")
        en.append(f"{place}: {told.en}")
    return RequestMalformed(why=Text("；".join(zh), "; ".join(en)))


def install(app: FastAPI, health: Health) -> None:
    """Make every exception of the application a problem+json answer; unexpected ones are counted."""

    async def on_known(request: Request, error: Exception) -> Response:
        assert isinstance(error, FangweiError)
        health.count(f"http.{status_of(error)}")
        return problem(error)

    async def on_malformed(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        health.count("http.422")
        return problem(_malformed(error.errors()))

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        health.count(f"http.{error.status_code}")
        if error.status_code == 404:
            return problem(NoSuchAddress(path=request.url.path[:200]))
        if error.status_code == 405:
            return problem(MethodRefused(method=request.method))
        return problem(RequestMalformed(why=fault("", {}, str(error.detail)[:200])))

    async def on_unexpected(request: Request, error: Exception) -> Response:
        health.error(f"api.{type(error).__name__}", f"{request.method} {request.url.path}: {error}")
        return problem(Internal())

    app.add_exception_handler(FangweiError, on_known)
    app.add_exception_handler(RequestValidationError, on_malformed)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(Exception, on_unexpected)
