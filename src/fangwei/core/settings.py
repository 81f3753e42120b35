"""Addresses and folders, from the environment. Nothing in a room knows whether it runs on one machine or many."""

import ipaddress
import os
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text

BROKER_HOST = "127.0.0.1"
"""Where our own broker listens, for the bus and for devices; `host` moves the page alone."""


class SettingInvalid(FangweiError):
    """An environment variable holds what cannot be used."""

    code = "settings.invalid"
    text = Text("环境变量 {name} 的值 {value!r} 不可用：{why}", "{name}={value!r} cannot be used: {why}")


class AddressRefused(FangweiError):
    """Someone asked to listen beyond this machine on a line that everybody can read."""

    code = "settings.address_refused"
    text = Text(
        "拒绝监听 {address}：没有加密，密码会在网络上被看到。请设置 FANGWEI_PUBLIC_URL（https://…）以及 TLS 证书"
        "（FANGWEI_TLS_CERT 和 FANGWEI_TLS_KEY），或放在反向代理之后（FANGWEI_BEHIND_PROXY=1）",
        "Refused to listen on {address}: without encryption passwords could be read on the way. Set FANGWEI_PUBLIC_URL "
        "(https://...) and either a TLS certificate (FANGWEI_TLS_CERT and FANGWEI_TLS_KEY) or FANGWEI_BEHIND_PROXY=1 "
        "behind a proxy",
    )


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a process must know to find the others. `from_environment` reads FANGWEI_<FIELD>."""

    data: Path = Path("data")
    """Folder of everything that is kept."""
    site: Path = Path("sites/battery_plant")
    host: str = "127.0.0.1"
    web_port: int = 8080
    nats_port: int = 4222
    mqtt_port: int = 1883
    nats_url: str = ""
    """Set where the bus runs elsewhere; empty means the child process on nats_port."""
    nats_token: str = ""
    """Password of the platform's own bus user; made on the first start, kept in data/secrets."""
    db_url: str = ""
    """SQLAlchemy URL; empty means SQLite in the data folder."""
    clickhouse_url: str = ""
    """Empty means chDB in the data folder."""
    history_days: int = 730
    """Readings older than this are dropped, whole weeks at a time; 0 keeps everything."""

    tls_cert: str = ""
    tls_key: str = ""
    """Files (PEM) of the page's certificate and its key."""
    behind_proxy: str = ""
    """"1": a proxy on this machine speaks TLS for us; or the addresses of such proxies, with commas. What they say of
    who is calling is believed, of nobody else."""
    public_url: str = ""
    """Where people open the page, https://name[:port]."""
    oidc_issuer: str = ""
    """The plant's own sign-in (OpenID Connect); empty: none."""
    oidc_client_id: str = ""
    oidc_client_secret_file: str = ""
    oidc_claim: str = "preferred_username"
    """Which claim names the account."""
    rate_per_s: int = 50
    rate_burst: int = 200
    """How many requests of one person a second are answered, and how many at once after a pause; 0 a second: no
    limit."""
    machine_rate_per_s: int = 200
    machine_rate_burst: int = 1000
    """The same for each machine's token."""

    @property
    def secure(self) -> bool:
        """Whether browsers reach the page by https."""
        return bool(self.tls_cert) or self.public_url.startswith("https://")

    @property
    def host_names(self) -> frozenset[str]:
        """Names under which the page may be asked for, besides this machine's own."""
        name = urlsplit(self.public_url).hostname
        return frozenset({name}) if name else frozenset()

    @property
    def proxies(self) -> str:
        """Addresses of the proxies that are believed."""
        return "127.0.0.1,::1" if self.behind_proxy == "1" else self.behind_proxy

    @property
    def page_url(self) -> str:
        """Where the page is opened."""
        if self.public_url:
            return self.public_url.rstrip("/")
        # A name, not the number: browsers bind passkeys to names only.
        host = "localhost" if self.host == "127.0.0.1" else f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.secure else 'http'}://{host}:{self.web_port}"

    @property
    def bus_url(self) -> str:
        """Where the bus is."""
        return self.nats_url or f"nats://{BROKER_HOST}:{self.nats_port}"

    @property
    def database_url(self) -> str:
        """Where transactions are kept."""
        return self.db_url or f"sqlite+aiosqlite:///{(self.data / 'fangwei.db').absolute()}"

    def environment(self) -> dict[str, str]:
        """The variables by which a child process gets the same settings."""
        return {f"FANGWEI_{name.upper()}": str(getattr(self, name)) for name in self.__struct_fields__}

    @classmethod
    def from_environment(cls, environ: dict[str, str] | None = None, **changes: object) -> "Settings":
        """Settings from FANGWEI_* variables, with `changes` (not None) on top.

        Raises:
            SettingInvalid: a port is not a number from 0 to 65535.
            AddressRefused: host is not a loopback address and nothing protects the line.
        """
        values: dict[str, object] = {}
        env = os.environ if environ is None else environ
        for field in msgspec.structs.fields(cls):
            raw = env.get(f"FANGWEI_{field.name.upper()}")
            if raw is None:
                continue
            if field.name == "history_days":
                values[field.name] = _days("FANGWEI_HISTORY_DAYS", raw)
            elif "rate_" in field.name:
                values[field.name] = _whole(f"FANGWEI_{field.name.upper()}", raw)
            elif field.type is int:
                values[field.name] = _port(f"FANGWEI_{field.name.upper()}", raw)
            elif field.type is Path:
                values[field.name] = Path(raw)
            else:
                values[field.name] = raw
        values.update({k: v for k, v in changes.items() if v is not None})
        settings = cls(**values)  # type: ignore[arg-type]  # checked field by field above
        refuse_open_address(settings)
        return settings


def sign_in_url(page_url: str, token: str) -> str:
    """Where a one-time link leads. The token stands behind `#`: browsers send that to no server, so no log holds it."""
    return f"{page_url}/sign-in#{token}"


def refuse_open_address(settings: Settings) -> None:
    """Beyond this machine only on an encrypted line.

    Raises:
        AddressRefused: `host` is no loopback address, and there is neither a certificate nor a proxy, or it is not
            said by which name people come.
        SettingInvalid: what is said of certificate, proxy or name cannot be used.
    """
    for name, raw in (("FANGWEI_TLS_CERT", settings.tls_cert), ("FANGWEI_TLS_KEY", settings.tls_key)):
        if raw and not Path(raw).is_file():
            raise SettingInvalid(name=name, value=raw, why=Text("没有这个文件", "there is no such file"))
    if bool(settings.tls_cert) != bool(settings.tls_key):
        name = "FANGWEI_TLS_KEY" if settings.tls_cert else "FANGWEI_TLS_CERT"
        raise SettingInvalid(
            name=name, value="", why=Text("证书和私钥须同时给出", "certificate and key belong together")
        )
    if settings.public_url and not _is_address(settings.public_url):
        why = Text("应为 https://名称[:端口]", "it looks like https://name[:port]")
        raise SettingInvalid(name="FANGWEI_PUBLIC_URL", value=settings.public_url, why=why)
    if _is_loopback(settings.host):
        return
    if not settings.public_url.startswith("https://") or not (settings.tls_cert or settings.behind_proxy):
        raise AddressRefused(address=settings.host)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.path in ("", "/") and not parts.query


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _port(name: str, raw: str) -> int:
    if raw.isascii() and raw.isdigit() and int(raw) <= 65535:
        return int(raw)
    raise SettingInvalid(
        name=name,
        value=raw,
        why=Text("端口应为 0 到 65535 的整数", "a port is a whole number from 0 to 65535"),
    )


def _whole(name: str, raw: str) -> int:
    if raw.isascii() and raw.isdigit() and int(raw) <= 1_000_000:
        return int(raw)
    raise SettingInvalid(
        name=name,
        value=raw,
        why=Text("应为 0 到 1000000 的整数（0 表示不限）", "it is a whole number from 0 to 1000000 (0: no limit)"),
    )


def _days(name: str, raw: str) -> int:
    if raw.isascii() and raw.isdigit() and int(raw) <= 36_500:
        return int(raw)
    raise SettingInvalid(
        name=name,
        value=raw,
        why=Text(
            "天数应为 0 到 36500 的整数（0 表示全部保留）",
            "days are a whole number from 0 to 36500 (0 keeps everything)",
        ),
    )
