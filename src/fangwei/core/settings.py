"""Addresses and folders, from the environment. Nothing in a room knows whether it runs on one machine or many."""

import ipaddress
import os
from pathlib import Path

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
    """Someone asked to listen beyond this machine while there is no sign-in yet."""

    code = "settings.address_refused"
    text = Text(
        "拒绝监听 {address}：登录功能尚未启用，页面只允许本机访问（127.0.0.1 或 ::1），"
        "否则任何能连到本机的人都可以确认和搁置报警",
        "Refused to listen on {address}: there is no sign-in yet, so the page stays on this machine (127.0.0.1 or "
        "::1); otherwise anybody who reaches it could acknowledge and shelve alarms",
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
            AddressRefused: host is not a loopback address.
        """
        values: dict[str, object] = {}
        env = os.environ if environ is None else environ
        for field in msgspec.structs.fields(cls):
            raw = env.get(f"FANGWEI_{field.name.upper()}")
            if raw is None:
                continue
            if field.name == "history_days":
                values[field.name] = _days("FANGWEI_HISTORY_DAYS", raw)
            elif field.type is int:
                values[field.name] = _port(f"FANGWEI_{field.name.upper()}", raw)
            elif field.type is Path:
                values[field.name] = Path(raw)
            else:
                values[field.name] = raw
        values.update({k: v for k, v in changes.items() if v is not None})
        settings = cls(**values)  # type: ignore[arg-type]  # checked field by field above
        refuse_foreign_address(settings.host)
        return settings


def refuse_foreign_address(host: str) -> None:
    """Loopback only, until there is sign-in.

    Raises:
        AddressRefused: `host` is any other address or name.
    """
    if host == "localhost":
        return
    try:
        if ipaddress.ip_address(host).is_loopback:
            return
    except ValueError:
        pass
    raise AddressRefused(address=host)


def _port(name: str, raw: str) -> int:
    if raw.isascii() and raw.isdigit() and int(raw) <= 65535:
        return int(raw)
    raise SettingInvalid(
        name=name,
        value=raw,
        why=Text("端口应为 0 到 65535 的整数", "a port is a whole number from 0 to 65535"),
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
