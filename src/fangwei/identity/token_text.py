"""The texts that let somebody in: made of 256 random bits, shown once, kept as a hash only."""

import hashlib
import secrets


def new_token() -> str:
    """43 characters that fit a cookie, a header and an address."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> bytes:
    """SHA-256. The text holds 256 random bits already, so that no slow hash is needed.

    >>> len(hash_of("x"))
    32
    """
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()
