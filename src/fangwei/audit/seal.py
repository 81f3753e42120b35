"""Seals: the head of the chain at a time, signed with Ed25519. The signature is over these bytes (ASCII):

fangwei audit seal 1\\n<number>\\n<sequence>\\n<hash in hex>\\n<time, UTC ns>\\n
"""

import hashlib
import os
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from fangwei.audit.errors import KeyUnusable

KEY_FILE = Path("secrets") / "audit_signing.key"
"""Below the data folder; whoever reads it can seal."""
PUBLIC_FILE = Path("audit") / "public_key.pem"
"""Below the data folder, to be kept elsewhere by whoever checks."""


class Seal(msgspec.Struct, frozen=True, kw_only=True):
    """One seal. `number` counts from 1 without holes; `key` names the public key (`key_id`)."""

    number: int
    sequence: int
    hash: bytes
    time: int
    key: str
    signature: bytes

    @property
    def message(self) -> bytes:
        """What is signed."""
        return message_of(self.number, self.sequence, self.hash, self.time)

    def genuine(self, public: bytes) -> bool:
        """Whether this public key (32 bytes) made the signature."""
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(self.signature, self.message)
        except (InvalidSignature, ValueError):
            return False
        return True


class Signer:
    """The key that seals."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = key.public_key().public_bytes_raw()
        self.id = key_id(self.public)

    def seal(self, number: int, sequence: int, hash: bytes, time: int) -> Seal:
        """Sign a head."""
        signature = self._key.sign(message_of(number, sequence, hash, time))
        return Seal(number=number, sequence=sequence, hash=hash, time=time, key=self.id, signature=signature)


def message_of(number: int, sequence: int, hash: bytes, time: int) -> bytes:
    """The bytes that a seal signs."""
    return f"fangwei audit seal 1\n{number}\n{sequence}\n{hash.hex()}\n{time}\n".encode()


def key_id(public: bytes) -> str:
    """The name of a public key: the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(public).hexdigest()[:16]


def open_signer(data: Path) -> Signer:
    """The key of the data folder, made at the first start (mode 600), with its public half beside.

    Raises:
        KeyUnusable: the file is there and holds no Ed25519 key, or cannot be read or written.
    """
    path = data / KEY_FILE
    try:
        if not path.exists():
            _make_key(path)
        key = serialization.load_pem_private_key(path.read_bytes(), None)
        if not isinstance(key, Ed25519PrivateKey):
            raise KeyUnusable(path=path, why="not an Ed25519 key")
        signer = Signer(key)
        _show_public(data / PUBLIC_FILE, key.public_key())
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnusable(path=path, why=str(error)[:200]) from error
    return signer


def read_public(path: Path) -> bytes:
    """A public key out of a file: PEM, or 64 hex digits.

    Raises:
        KeyUnusable: it is neither.
    """
    try:
        raw = path.read_bytes()
        if b"-----BEGIN" not in raw:
            public = bytes.fromhex(raw.decode("ascii").strip())
            Ed25519PublicKey.from_public_bytes(public)
            return public
        key = serialization.load_pem_public_key(raw)
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        raise KeyUnusable(path=path, why=str(error)[:200]) from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyUnusable(path=path, why="not an Ed25519 public key")
    return key.public_bytes_raw()


def _make_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    # Whole or not at all: half a key after a crash would stop every later start.
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _show_public(path: Path, key: Ed25519PublicKey) -> None:
    pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    if not path.exists() or path.read_bytes() != pem:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pem)
