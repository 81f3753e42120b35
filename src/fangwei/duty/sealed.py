"""Addresses of people's channels at rest: encrypted with a key of this installation, so that a copy of the store alone
tells nobody's keys."""

import hashlib
from base64 import urlsafe_b64encode
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from fangwei.bus.server import secret

KEY = "duty-contacts"
"""Its file in data/secrets."""


class Sealer:
    """Seals and opens addresses."""

    def __init__(self, data: Path) -> None:
        digest = hashlib.sha256(secret(data, KEY).encode()).digest()
        self._fernet = Fernet(urlsafe_b64encode(digest))

    def seal(self, address: str) -> bytes:
        """The address, unreadable without the key."""
        return self._fernet.encrypt(address.encode())

    def open(self, sealed: bytes) -> str | None:
        """The address; None when it was sealed with another key."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            return None
