"""Bytes that are no HTTP get a problem like any other mistake."""

from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from fangwei.api.problems import HttpMalformed, problem

HEADERS_LIMIT = 32 * 1024
"""Bytes of one request's head; a browser sends some 2 kB."""

LINGER_S = 1.0
"""How long what a refused sender still sends is taken from the line."""


class Wire(H11Protocol):
    """uvicorn's own protocol, except for what it answers to what it cannot read."""

    _refused = False

    def data_received(self, data: bytes) -> None:
        """As uvicorn does it; what still comes after a refusal is thrown away."""
        if not self._refused:
            super().data_received(data)

    def send_400_response(self, msg: str) -> None:
        """Called once per connection; it is closed afterwards.

        Closed at once, with bytes unread, the system would send a reset and the answer would be lost on its way.
        """
        self._refused = True
        answer = problem(HttpMalformed(limit=HEADERS_LIMIT))
        headers: list[Any] = [*answer.raw_headers, (b"connection", b"close")]
        for event in (
            h11.Response(status_code=answer.status_code, headers=headers, reason=b"Bad Request"),
            h11.Data(data=bytes(answer.body)),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.loop.call_later(LINGER_S, self.transport.close)
