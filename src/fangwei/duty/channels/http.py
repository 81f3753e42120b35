"""POSTing JSON over a connection that stays open: what the webhook channels share."""

import ipaddress
from urllib.parse import quote, urlsplit

import httpx

from fangwei.duty.channels.door import ChannelFailed, Outgoing

TIMEOUT = httpx.Timeout(5.0, connect=2.0)
"""A receiver that needs longer is not reached; the next channel is used meanwhile."""
MOST_ANSWER_BYTES = 65_536
"""Read so that the connection can be used again; a receiver that streams without end is hung up on."""
NOTICE_HEADER = "Fangwei-Notice"


class HttpPoster:
    """One receiver's address."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client = httpx.AsyncClient(
            timeout=TIMEOUT,
            # A redirect would carry an incident to an address that nobody configured.
            follow_redirects=False,
            # The proxy of the office is not on the way to a receiver on this machine.
            trust_env=not _is_loopback(url),
            limits=httpx.Limits(max_connections=16, max_keepalive_connections=8, keepalive_expiry=300),
        )

    async def post(self, message: Outgoing, body: bytes) -> None:
        """POST `body`; anything but 2xx is a failure.

        Raises:
            ChannelFailed: no connection, too slow, or refused.
        """
        headers = {"Content-Type": "application/json", NOTICE_HEADER: quote(message.id, safe="/.:_-~")}
        try:
            async with self._client.stream("POST", self._url, content=body, headers=headers) as answer:
                status = answer.status_code
                size = 0
                async for part in answer.aiter_raw():
                    size += len(part)
                    if size > MOST_ANSWER_BYTES:
                        break
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise ChannelFailed(why=f"{type(error).__name__} {error}".strip()[:200]) from error
        if not 200 <= status < 300:
            raise ChannelFailed(why=f"HTTP {status}")

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
