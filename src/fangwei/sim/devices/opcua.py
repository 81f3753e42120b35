"""OPC UA: an asyncua server with a node per point, user and password, signed and encrypted endpoints."""

import asyncio
import datetime
import hmac
import ipaddress
import math
from pathlib import Path
from typing import Any

from asyncua import ua
from asyncua.crypto.permission_rules import User, UserRole
from asyncua.server.server import Server
from asyncua.ua.status_codes import StatusCodes
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from fangwei.sim.devices.base import Device
from fangwei.sim.instruments import Sample
from fangwei.sim.site import Source

APPLICATION_URI = "urn:fangwei:example-plant"

POLICIES = [
    ua.SecurityPolicyType.NoSecurity,
    ua.SecurityPolicyType.Basic256Sha256_Sign,
    ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt,
    ua.SecurityPolicyType.Aes128Sha256RsaOaep_SignAndEncrypt,
    ua.SecurityPolicyType.Aes256Sha256RsaPss_SignAndEncrypt,
]


class _Users:
    """Lets in the users that the sources name; everybody where none is named."""

    def __init__(self, known: dict[str, str]) -> None:
        self.known = known

    def get_user(
        self, iserver: object, username: str | None = None, password: Any = None, certificate: object = None
    ) -> User | None:
        if not self.known:
            return User(role=UserRole.User)
        given = password.decode(errors="replace") if isinstance(password, bytes) else str(password or "")
        expected = self.known.get(username or "")
        if expected is None or not hmac.compare_digest(expected.encode(), given.encode()):
            return None
        return User(role=UserRole.User, name=username)


class OpcUaDevice(Device):
    """One server for all sources that name its endpoint. Certificates are made on first use and kept in `pki`."""

    def __init__(self, sources: list[Source], pki: Path) -> None:
        super().__init__(sources)
        self.pki = pki
        self.endpoint = str(sources[0].options["endpoint"])

    async def serve(self) -> None:
        """Serve until cancelled."""
        known = {
            str(s.options["user"]): str(s.options.get("password", "")) for s in self.sources if s.options.get("user")
        }
        # asyncua asks only for this one method (UserManager is a protocol in all but name).
        server = Server(user_manager=_Users(known))  # type: ignore[arg-type]
        await server.init()
        server.disable_clock()
        server.set_endpoint(self.endpoint)
        server.set_server_name("Fangwei example plant")
        secured = any(str(s.options.get("security", "none")) != "none" for s in self.sources)
        if secured:
            certificate, key = await asyncio.to_thread(certificate_of, self.pki)
            await server.set_application_uri(APPLICATION_URI)
            await server.load_certificate(certificate)
            await server.load_private_key(key)
            server.set_security_policy(POLICIES)
        else:
            server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        nodes = await self._populate(server)
        async with server:
            self.inbox.clear()
            self.ready.set()
            await self._write(server, nodes, list(self.latest.values()))
            while True:
                await self._write(server, nodes, await self.inbox.take())

    async def _populate(self, server: Server) -> dict[str, ua.NodeId]:
        nodes = {
            _node(i.address): ua.NodeId.from_string(_node(i.address)) for items in self.items.values() for i in items
        }
        highest = max((n.NamespaceIndex for n in nodes.values()), default=1)
        for index in range(2, highest + 1):
            await server.register_namespace(f"urn:fangwei:example-plant:{index}")
        folder = await server.nodes.objects.add_folder(highest, "Plant")
        # No value yet: nothing was measured before the first sample.
        waiting = ua.DataValue(StatusCode=_status(StatusCodes.BadWaitingForInitialData))
        for text, node in nodes.items():
            name = ua.QualifiedName(text.partition("=")[2], node.NamespaceIndex)
            await folder.add_variable(node, name, 0.0, ua.VariantType.Double)
            await server.write_attribute_value(node, waiting)
        return nodes

    async def _write(self, server: Server, nodes: dict[str, ua.NodeId], samples: list[Sample]) -> None:
        for sample in samples:
            for item in self.items[sample.point]:
                await server.write_attribute_value(nodes[_node(item.address)], data_value(sample, item.raw))


def data_value(sample: Sample, raw: Any = float) -> ua.DataValue:
    """A sample as OPC UA sees it: a dead instrument is BadSensorFailure without a value."""
    when = ua.DateTime.fromtimestamp(sample.time_ns / 1e9, datetime.UTC)
    if sample.value is None:
        return ua.DataValue(
            StatusCode=_status(StatusCodes.BadSensorFailure),
            SourceTimestamp=when,
            ServerTimestamp=when,
        )
    value = sample.value if math.isnan(sample.value) else raw(sample.value)
    return ua.DataValue(ua.Variant(value, ua.VariantType.Double), SourceTimestamp=when, ServerTimestamp=when)


def _status(code: int) -> ua.StatusCode:
    return ua.StatusCode(ua.UInt32(code))


def _node(address: Any) -> str:
    return str(address["node"]) if isinstance(address, dict) else str(address)


def certificate_of(folder: Path) -> tuple[Path, Path]:
    """The server's own certificate and key in `folder`, made on first use (self-signed, RSA 2048)."""
    certificate, key_path = folder / "server.der", folder / "server.pem"
    if certificate.exists() and key_path.exists():
        return certificate, key_path
    folder.mkdir(parents=True, exist_ok=True)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Fangwei example plant")])
    now = datetime.datetime.now(datetime.UTC)
    names: list[x509.GeneralName] = [
        x509.UniformResourceIdentifier(APPLICATION_URI),
        x509.DNSName("localhost"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    ]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.KeyUsage(True, True, True, True, False, True, False, False, False), critical=False)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    key_path.touch(mode=0o600)
    key_path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.DER))
    return certificate, key_path
