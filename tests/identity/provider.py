"""A small OpenID Connect provider on loopback: real HTTP, real signatures, and ways to lie."""

import asyncio
import base64
import hashlib
import json
import time
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey


class Provider:
    """Answers what OpenID Connect asks of a provider; `lie` changes claims of the next token, `key` what signs it."""

    def __init__(self, client_id: str, secret: str) -> None:
        self.client_id, self.secret = client_id, secret
        self.key = RSAKey.generate_key(2048, parameters={"kid": "one"})
        self.published = self.key
        self.algorithm = "RS256"
        self.user = "wang_wei"
        self.lie: dict = {}
        self.about: dict = {}
        self.codes: dict[str, dict] = {}
        self.asked: list[str] = []
        self.issuer = ""

    async def __aenter__(self) -> "Provider":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.issuer = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    def consent(self, url: str) -> tuple[str, str]:
        """What the person's browser brings back from the authorisation page: (state, code)."""
        query = {k: v[0] for k, v in parse_qs(urlsplit(url).query).items()}
        assert url.startswith(self.issuer + "/authorize?")
        assert query["response_type"] == "code" and query["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        return query["state"], code

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, path, _ = head.split("\r\n")[0].split(" ")
        fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        body = (await reader.readexactly(int(fields.get("content-length", 0)))).decode()
        self.asked.append(path)
        status, answer = self._answer(method, path, body, head)
        data = json.dumps(answer).encode()
        writer.write(f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(data)}\r\n"
                     "connection: close\r\n\r\n".encode() + data)  # fmt: skip
        await writer.drain()
        writer.close()

    def _answer(self, method: str, path: str, body: str, head: str) -> tuple[int, dict]:
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys",
            } | self.about  # fmt: skip
        if path == "/keys":
            return 200, {"keys": [self.published.as_dict(private=False)]}
        if path == "/token" and method == "POST":
            return self._token({k: v[0] for k, v in parse_qs(body).items()}, head)
        return 404, {}

    def _token(self, form: dict, head: str) -> tuple[int, dict]:
        asked = self.codes.pop(form.get("code", ""), None)
        basic = base64.b64encode(f"{self.client_id}:{self.secret}".encode()).decode()
        challenge = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if asked is None or f"Basic {basic}" not in head:
            return 400, {"error": "invalid_grant"}
        if base64.urlsafe_b64encode(challenge).rstrip(b"=").decode() != asked["code_challenge"]:
            return 400, {"error": "invalid_grant", "error_description": "PKCE"}
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": self.client_id, "sub": "1", "nonce": asked["nonce"], "iat": now,
            "exp": now + 300, "preferred_username": self.user,
        } | self.lie  # fmt: skip
        claims = {k: v for k, v in claims.items() if v is not None}
        token = jwt.encode({"alg": self.algorithm, "kid": "one"}, claims, self.key, algorithms=[self.algorithm])
        return 200, {"access_token": "a", "token_type": "Bearer", "id_token": token}
