"""The plant's own sign-in (OpenID Connect, authorisation code with PKCE): where to send somebody, and whether what
comes back holds. It says who somebody is; what they may do is said here alone, so no account is ever made of it.

OpenID Connect Core 1.0, section 3.1; RFC 7636 (PKCE).
"""

import ipaddress
import secrets
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from fangwei.core.clock import HOUR, SECOND, now_ns
from fangwei.core.settings import Settings
from fangwei.identity.challenges import Challenges
from fangwei.identity.errors import OidcNobody, OidcOff, OidcRefused, OidcUnreachable

if TYPE_CHECKING:
    from authlib.integrations.httpx_client import AsyncOAuth2Client

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signed by the provider's own key: never `none`, never by a secret both sides know."""
LEEWAY_S = 60
"""What two clocks may differ."""
PATIENCE_S = 10.0
KEPT_FOR = HOUR


class Provider:
    """One provider, found by its issuer."""

    def __init__(self, settings: Settings, clock: Callable[[], int] = now_ns) -> None:
        self.settings = settings
        self.clock = clock
        self._begun = Challenges()
        self._about: dict[str, Any] = {}
        self._keys: KeySet | None = None
        self._read = 0

    @property
    def on(self) -> bool:
        """Whether it is set up."""
        return bool(self.settings.oidc_issuer and self.settings.oidc_client_id)

    async def begin(self, owner: str, redirect: str, back: str) -> str:
        """Where to send the browser; `owner` is a random name that it keeps in a cookie, `back` comes back in the end.

        Raises:
            OidcOff: not set up.
            OidcUnreachable: the provider does not answer.
        """
        await self._discover()
        verifier, nonce = secrets.token_urlsafe(64)[:64], secrets.token_urlsafe(32)
        state, _ = self._begun.make(owner, self.clock(), (verifier, nonce, redirect, back))
        async with self._client(redirect) as client:
            url, _ = client.create_authorization_url(
                self._about["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
            )
        return str(url)

    async def finish(self, owner: str, state: str, code: str) -> tuple[str, str]:
        """The name by which the provider knows whoever came back, and `back`.

        Raises:
            OidcRefused: the answer is not of this browser's own request, or the token does not hold.
            OidcUnreachable: the provider does not answer.
            OidcNobody: the token does not name anybody.
        """
        begun = self._begun.take(state, owner, self.clock())
        if begun is None:
            raise OidcRefused(why="state")
        from authlib.integrations.base_client.errors import OAuthError

        verifier, nonce, redirect, back = begun.more
        await self._discover()
        try:
            async with self._client(redirect) as client:
                token = await client.fetch_token(self._about["token_endpoint"], code=code, code_verifier=verifier)
        except (OAuthError, httpx.HTTPError, ValueError) as error:
            raise OidcRefused(why="code") from error
        claims = await self._claims(str(token.get("id_token", "")), nonce, str(token.get("access_token", "")))
        name = claims.get(self.settings.oidc_claim)
        if not isinstance(name, str) or not name:
            raise OidcNobody()
        return name, back

    async def _claims(self, token: str, nonce: str, access: str) -> dict[str, Any]:
        from authlib.oidc.core import CodeIDToken

        read = await self._decode(token)
        claims = CodeIDToken(
            read.claims,
            read.header,
            options={
                "iss": {"essential": True, "value": self._about["issuer"]},
                "aud": {"essential": True, "value": self.settings.oidc_client_id},
                "nonce": {"essential": True, "value": nonce},
                "exp": {"essential": True},
            },
            params={"nonce": nonce, "client_id": self.settings.oidc_client_id, "access_token": access},
        )
        try:
            claims.validate(now=self.clock() // SECOND, leeway=LEEWAY_S)
        except Exception as error:  # authlib raises several families for one fact: the token does not hold
            raise OidcRefused(why=getattr(error, "claim_name", "") or type(error).__name__) from error
        return dict(claims)

    async def _decode(self, token: str) -> jwt.Token:
        for last in (False, True):
            if self._keys is None or last:
                await self._read_keys()
            assert self._keys is not None
            try:
                return jwt.decode(token, self._keys, algorithms=ALGORITHMS)
            except (JoseError, ValueError) as error:
                # A key we do not know may be a new one of theirs: asked for once.
                if last:
                    raise OidcRefused(why="signature") from error
        raise OidcRefused(why="signature")

    async def _discover(self) -> None:
        if not self.on:
            raise OidcOff()
        if self._about and self.clock() - self._read < KEPT_FOR:
            return
        about = await self._get(self.settings.oidc_issuer.rstrip("/") + "/.well-known/openid-configuration")
        if about.get("issuer") != self.settings.oidc_issuer:
            raise OidcUnreachable(why="issuer")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not _safe(str(about.get(name, ""))):
                raise OidcUnreachable(why=name)
        self._about, self._keys, self._read = about, None, self.clock()

    async def _read_keys(self) -> None:
        found = await self._get(self._about["jwks_uri"])
        try:
            self._keys = KeySet.import_key_set(found)  # type: ignore[arg-type]  # checked by it
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise OidcUnreachable(why="jwks") from error

    async def _get(self, url: str) -> dict[str, Any]:
        if not _safe(url):
            raise OidcUnreachable(why="https")
        try:
            async with httpx.AsyncClient(timeout=PATIENCE_S) as client:
                answer = await client.get(url)
                answer.raise_for_status()
                found = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise OidcUnreachable(why=type(error).__name__) from error
        if not isinstance(found, dict):
            raise OidcUnreachable(why="json")
        return found

    def _client(self, redirect: str) -> "AsyncOAuth2Client":
        # Late: only plants that have such a sign-in pay for the library.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from authlib.integrations.httpx_client import AsyncOAuth2Client

        file = self.settings.oidc_client_secret_file
        try:
            secret = Path(file).read_text("utf-8").strip() if file else None
        except OSError as error:
            raise OidcUnreachable(why="FANGWEI_OIDC_CLIENT_SECRET_FILE") from error
        return AsyncOAuth2Client(
            self.settings.oidc_client_id,
            secret,
            scope="openid profile",
            redirect_uri=redirect,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if secret else "none",
            timeout=PATIENCE_S,
        )


def _safe(url: str) -> bool:
    # What says who somebody is must not be changed on the way; on this machine there is no way.
    parts = urlsplit(url)
    if parts.scheme == "https":
        return bool(parts.hostname)
    try:
        return parts.scheme == "http" and ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.scheme == "http" and parts.hostname == "localhost"
