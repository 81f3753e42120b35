"""OPC UA: a subscription per source, read straight from the publish responses.

asyncua's own subscription object starts a task per changed value and swallows a publish loop that has died; here the
responses come to us whole, and silence beyond the keep-alive, a gap in the message numbers or a dead loop is noticed.
"""

import asyncio
import contextlib
import logging
import math
import os
import time
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, Self

from asyncua import Client, ua
from asyncua.crypto import security_policies, uacrypto
from asyncua.ua.uaerrors import UaError
from pydantic import Field, field_validator, model_validator

from fangwei.connect.base import Connector, Item, Shape
from fangwei.connect.errors import SecretMissing
from fangwei.connect.opcua_certificates import Pin, own_certificate
from fangwei.core import clock
from fangwei.core.quality import Quality

# What the library would log at every retry of a server that is away is our named error, counted once.
logging.getLogger("asyncua").setLevel(logging.CRITICAL)

KEEP_ALIVE_S = 2.0
"""The server says at least this often that the subscription lives."""
SILENT_AFTER_S = 10.0
ITEMS_PER_REQUEST = 500
"""Servers limit the items of one request; 1,000 is a usual limit."""
WATCH_S = 0.5
EPOCH = datetime(1970, 1, 1)  # asyncua's times are naive and UTC
MICROSECOND = timedelta(microseconds=1)
OVERFLOW = 0x0480
"""Info bits of a status: a data value, and the item's queue has overflowed (OPC 10000-4, 7.39.1)."""
NAN = float("nan")
REFUSED_FILTERS = (
    ua.StatusCodes.BadMonitoredItemFilterUnsupported,
    ua.StatusCodes.BadFilterNotAllowed,
    ua.StatusCodes.BadMonitoredItemFilterInvalid,
)


class OpcUaOptions(Shape):
    """Options of an OPC UA source. Passwords come from the environment, never from a file of the site."""

    endpoint: Annotated[str, Field(pattern=r"^opc\.tcp://[^\s/]+")]
    security: Literal["none", "sign", "sign_encrypt"] = "none"
    policy: Literal["Basic256Sha256", "Aes128Sha256RsaOaep", "Aes256Sha256RsaPss"] = "Basic256Sha256"
    user: str | None = None
    password_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None
    """Name of the environment variable that holds the password."""
    sampling_ms: Annotated[float, Field(ge=0, le=3_600_000)] = 500.0
    publish_ms: Annotated[float, Field(ge=10, le=3_600_000)] = 500.0
    timeout_s: Annotated[float, Field(gt=0, le=120)] = 4.0

    @model_validator(mode="after")
    def _user_with_password(self) -> Self:
        if (self.user is None) != (self.password_env is None):
            raise ValueError("`user` and `password_env` belong together")
        return self


class OpcUaAddress(Shape):
    """A point's node."""

    node: str

    @field_validator("node")
    @classmethod
    def _readable(cls, value: str) -> str:
        try:
            ua.NodeId.from_string(value)
        except Exception as error:
            raise ValueError("a node id looks like ns=2;s=EF-GAS-01 or ns=3;i=1001") from error
        return value


class OpcUa(Connector):
    """A server, subscribed to."""

    Options = OpcUaOptions
    Address = OpcUaAddress
    options: OpcUaOptions

    async def run(self) -> None:
        """Connect, subscribe to every node and pass on what is published, until the session or its silence ends it."""
        self._failed: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._next_sequence: int | None = None
        self._published = time.monotonic()
        self._first = {handle: True for handle in range(len(self.items))}
        self._reread = asyncio.Event()
        client = self._client()
        try:
            await self._connect(client)
            await self._subscribe(client)
            await self._watch(client)
        finally:
            await self._hang_up(client)

    # --- connecting -----------------------------------------------------------------------------------------

    def _client(self) -> Client:
        options = self.options
        client = Client(options.endpoint, timeout=options.timeout_s, watchdog_intervall=2.0)
        client.name = client.description = "Fangwei connect"
        client.session_timeout = 60_000
        client.connection_lost_callback = self._on_lost
        if options.user is not None and options.password_env is not None:
            password = os.environ.get(options.password_env)
            if password is None:
                raise SecretMissing(source=self.source.id, name=options.password_env)
            client.set_user(options.user)
            client.set_password(password)
        return client

    async def _connect(self, client: Client) -> None:
        options = self.options
        folder = self.installation.settings.data / "secrets" / "opcua"
        pin: Pin | None = None
        certificate = b""
        try:
            if options.security != "none":
                pin = Pin(folder, self.source.id)
                own, key, client.application_uri = await asyncio.to_thread(own_certificate, folder)
                policy = getattr(security_policies, f"SecurityPolicy{options.policy}")
                mode = ua.MessageSecurityMode[{"sign": "Sign", "sign_encrypt": "SignAndEncrypt"}[options.security]]
                certificate = await self._server_certificate(client, policy, mode)
                pin.check(certificate)
                await client.set_security(
                    policy,
                    uacrypto.CertProperties(own, "der"),
                    uacrypto.CertProperties(key, "pem"),
                    server_certificate=uacrypto.CertProperties(certificate, "der"),
                    mode=mode,
                )
            await client.connect()
        except (OSError, TimeoutError, UaError) as error:
            raise self.lost(f"{options.endpoint}: {_words(error)}") from error
        if pin is not None:
            pin.keep(certificate)

    async def _server_certificate(self, client: Client, policy: Any, mode: ua.MessageSecurityMode) -> bytes:
        """What the server shows for the wanted security, its chain cut off."""
        offered = await client.connect_and_get_server_endpoints()
        for endpoint in offered:
            if endpoint.SecurityPolicyUri == policy.URI and endpoint.SecurityMode == mode:
                chain = bytes(endpoint.ServerCertificate)
                return chain[: int.from_bytes(chain[2:4], "big") + 4]
        have = sorted({f"{e.SecurityPolicyUri.rpartition('#')[2]}/{e.SecurityMode.name}" for e in offered})
        raise self.lost(f"the server does not offer {self.options.policy}/{mode.name}, but {', '.join(have)}")

    async def _hang_up(self, client: Client) -> None:
        with contextlib.suppress(Exception):
            async with asyncio.timeout(2):
                await client.disconnect()
        with contextlib.suppress(Exception):
            client.disconnect_socket()
        for task in (client._supervisor_task, client._stale_watchdog_task, client.uaclient.session._publish_task):
            if task is not None:
                task.cancel()

    async def _on_lost(self, error: Exception) -> None:
        self._fail(f"the session is gone: {_words(error)}")

    def _fail(self, why: str) -> None:
        if not self._failed.done():
            self._failed.set_result(why)

    # --- subscribing ----------------------------------------------------------------------------------------

    async def _subscribe(self, client: Client) -> None:
        parameters = ua.CreateSubscriptionParameters()
        parameters.RequestedPublishingInterval = self.options.publish_ms
        parameters.RequestedMaxKeepAliveCount = max(1, math.ceil(KEEP_ALIVE_S * 1000 / self.options.publish_ms))
        # at least three times the keep-alive (OPC 10000-4, 5.14.2), and long enough for a busy client
        parameters.RequestedLifetimeCount = parameters.RequestedMaxKeepAliveCount * 15
        parameters.MaxNotificationsPerPublish = 10_000
        parameters.PublishingEnabled = True
        refused: list[str] = []
        try:
            session = client.uaclient.session
            made = await session.create_subscription(parameters, self._on_published)
            interval = made.RevisedPublishingInterval / 1000
            self._silence = SILENT_AFTER_S + 2 * interval * max(1, made.RevisedMaxKeepAliveCount)
            for start in range(0, len(self.items), ITEMS_PER_REQUEST):
                handles = range(start, min(start + ITEMS_PER_REQUEST, len(self.items)))
                refused += await self._monitor(session, made.SubscriptionId, handles, filtered=True)
        except (OSError, TimeoutError, UaError) as error:
            raise self.lost(f"no subscription: {_words(error)}") from error
        self.up()
        if refused:
            self.degraded(f"{len(refused)} items are refused: " + ", ".join(refused[:10]))

    async def _monitor(
        self, session: Any, subscription: int, handles: range | list[int], *, filtered: bool
    ) -> list[str]:
        """Ask for items; returns the refused as `point (node): reason`."""
        request = ua.CreateMonitoredItemsParameters()
        request.SubscriptionId = subscription
        request.TimestampsToReturn = ua.TimestampsToReturn.Both
        request.ItemsToCreate = [self._wanted(handle, filtered=filtered) for handle in handles]
        results = await session.create_monitored_items(request)
        without_filter: list[int] = []
        refused: list[str] = []
        for handle, result in zip(handles, results, strict=True):
            if result.StatusCode.is_good():
                continue
            if filtered and result.StatusCode.value in REFUSED_FILTERS:
                without_filter.append(handle)
                continue
            item = self.items[handle]
            reason = f"{item.point.id} ({item.address.node}): {result.StatusCode.name}"
            self.error("opcua.item_refused", reason)
            refused.append(reason)
            self.door.take(item.key, NAN, None, Quality.BAD)
        if without_filter:
            refused += await self._monitor(session, subscription, without_filter, filtered=False)
        return refused

    def _wanted(self, handle: int, *, filtered: bool) -> ua.MonitoredItemCreateRequest:
        options = self.options
        wanted = ua.MonitoringParameters()
        wanted.ClientHandle = handle
        wanted.SamplingInterval = options.sampling_ms
        # every sample between two publications is kept, twice over for a late publication
        per_publish = math.ceil(options.publish_ms / max(options.sampling_ms, 10.0))
        wanted.QueueSize = min(1000, 2 * per_publish + 1)
        wanted.DiscardOldest = True
        if filtered:
            # a sample that is equal but newer is news too: it tells that the instrument lives
            wanted.Filter = ua.DataChangeFilter(Trigger=ua.DataChangeTrigger.StatusValueTimestamp)
        request = ua.MonitoredItemCreateRequest()
        request.ItemToMonitor.NodeId = ua.NodeId.from_string(self.items[handle].address.node)
        request.ItemToMonitor.AttributeId = ua.AttributeIds.Value
        request.MonitoringMode = ua.MonitoringMode.Reporting
        request.RequestedParameters = wanted
        return request

    async def _watch(self, client: Client) -> None:
        while True:
            reread = asyncio.ensure_future(self._reread.wait())
            await asyncio.wait((self._failed, reread), timeout=WATCH_S, return_when=asyncio.FIRST_COMPLETED)
            reread.cancel()
            if self._failed.done():
                raise self.lost(self._failed.result())
            loop = client.uaclient.session._publish_task
            if loop is None or loop.done():
                raise self.lost("the server knows the subscription no more")
            if time.monotonic() - self._published > self._silence:
                raise self.lost(f"nothing published for {self._silence:.0f} s, not even that it lives")
            if self._reread.is_set():
                self._reread.clear()
                await self._read_all(client)

    async def _read_all(self, client: Client) -> None:
        nodes = [ua.NodeId.from_string(item.address.node) for item in self.items]
        try:
            for start in range(0, len(nodes), ITEMS_PER_REQUEST):
                part = nodes[start : start + ITEMS_PER_REQUEST]
                values = await client.uaclient.session.read_attributes(part, ua.AttributeIds.Value)
                for item, value in zip(self.items[start : start + ITEMS_PER_REQUEST], values, strict=True):
                    self._take(item, value, current=True)
        except (OSError, TimeoutError, UaError) as error:
            raise self.lost(f"values could not be read: {_words(error)}") from error

    # --- values ---------------------------------------------------------------------------------------------

    def _on_published(self, result: ua.PublishResult) -> None:
        self._published = time.monotonic()
        message = result.NotificationMessage
        parts = message.NotificationData or []
        if message.SequenceNumber == 0:
            return  # numbers begin at 1 (OPC 10000-4, 7.26); servers going down answer with an empty message
        if self._next_sequence is not None and message.SequenceNumber != self._next_sequence:
            self.error("opcua.messages_missed", f"message {message.SequenceNumber} came, {self._next_sequence} was due")
            self._reread.set()
        # a keep-alive names the number of the message to come (OPC 10000-4, 5.14.1.1)
        self._next_sequence = int(message.SequenceNumber) + (1 if parts else 0)
        for part in parts:
            if isinstance(part, ua.DataChangeNotification):
                for change in part.MonitoredItems:
                    handle = change.ClientHandle
                    if not 0 <= handle < len(self.items):
                        self.error("opcua.handle_unknown", f"client handle {handle}")
                        continue
                    self._take(self.items[handle], change.Value, current=self._first.pop(handle, False))
            elif isinstance(part, ua.StatusChangeNotification) and not part.Status.is_good():
                self._fail(f"the server ended the subscription: {part.Status.name}")

    def _take(self, item: Item, data: ua.DataValue, *, current: bool) -> None:
        """Pass one value on. `current`: it was asked for just now, so it holds now, whenever it last changed."""
        status = data.StatusCode.value if data.StatusCode is not None else 0
        quality = int(Quality.GOOD)
        value = data.Value.Value if data.Value is not None else None
        if isinstance(value, ua.LocalizedText):
            value = value.Text
        if status:
            severity = status >> 30
            if severity >= 2:
                quality, value = int(Quality.BAD), NAN
            elif severity == 1:
                quality = int(Quality.UNCERTAIN)
            if status & OVERFLOW == OVERFLOW:
                self.error("opcua.queue_overflow", item.point.id)
        moment = data.SourceTimestamp
        if moment is None and data.ServerTimestamp is not None:
            moment = data.ServerTimestamp
            quality |= Quality.SUBSTITUTED
        at = None if moment is None else _ns(moment)
        if current and at is not None and clock.now_ns() - at > self.source.late_after * clock.SECOND:
            # the old time says since when the value stands; as a reading it is of now, or a standing alarm that
            # began before we connected would pass for old history and never be raised
            at = None
        self.door.take(item.key, value, at, quality)


def _ns(moment: datetime) -> int:
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return (moment - EPOCH) // MICROSECOND * 1000


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
