"""Certificates of OPC UA: our own, made on first use, and the servers', trusted on first use and pinned."""

import datetime
import socket
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text

VALID_YEARS = 10
"""Every server must be told by hand to trust us: a certificate that ends each year would cut the plant each year."""


class ServerChanged(FangweiError):
    """The server shows another certificate than the one trusted at first."""

    code = "connect.opcua.server_changed"
    text = Text(
        "数据源 {source} 的服务器出示了另一张证书（指纹 {now}，原为 {before}），已拒绝连接。"
        "若确实更换了服务器或证书，请删除 {file} 后自动重新信任；否则可能有人冒充服务器",
        "Source {source}: the server shows another certificate (fingerprint {now}, it was {before}); refused. "
        "If the server or its certificate was replaced, delete {file} and the new one is trusted; "
        "if not, somebody may be posing as the server",
    )


def own_certificate(folder: Path) -> tuple[Path, Path, str]:
    """Our certificate (DER), its key (PEM) and our application URI; made where missing.

    The URI in the certificate is the one the session names, or servers refuse it (OPC 10000-6, 6.2.2).
    """
    certificate_path, key_path, uri_path = folder / "own.der", folder / "own-key.pem", folder / "own-uri.txt"
    if not (certificate_path.exists() and key_path.exists() and uri_path.exists()):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        host = socket.gethostname()
        uri = f"urn:{host}:fangwei:connect"
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        key_path.touch(mode=0o600)
        key_path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        certificate_path.write_bytes(_self_signed(key, uri, host).public_bytes(serialization.Encoding.DER))
        uri_path.write_text(uri)
    return certificate_path, key_path, uri_path.read_text().strip()


def _self_signed(key: rsa.RSAPrivateKey, uri: str, host: str) -> x509.Certificate:
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, f"Fangwei connect on {host}"[:64]),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Fangwei"),
        ]
    )
    now = datetime.datetime.now(datetime.UTC)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=True,
        data_encipherment=True,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # a server whose clock is behind ours must not find it "not yet valid"
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=365 * VALID_YEARS))
        .add_extension(
            x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri), x509.DNSName(host)]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


class Pin:
    """The certificate that a source's server showed when it was first reached."""

    def __init__(self, folder: Path, source: str) -> None:
        self.source = source
        self.path = folder / "pinned" / f"{source}.der"

    def check(self, certificate: bytes) -> None:
        """Compare with the pinned one, if there is one.

        Raises:
            ServerChanged: they differ.
        """
        if not self.path.exists():
            return
        pinned = self.path.read_bytes()
        if pinned != certificate:
            raise ServerChanged(
                source=self.source, now=fingerprint(certificate), before=fingerprint(pinned), file=self.path
            )

    def keep(self, certificate: bytes) -> None:
        """Pin the certificate of a server that has proved to hold its key."""
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.path.touch(mode=0o600)
            self.path.write_bytes(certificate)


def fingerprint(certificate: bytes) -> str:
    """The first half of the SHA-256 of a certificate, for people to compare."""
    digest = hashes.Hash(hashes.SHA256())
    digest.update(certificate)
    return digest.finalize().hex()[:32]
