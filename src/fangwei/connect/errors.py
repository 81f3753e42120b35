"""The facts that can keep a source from being read."""

from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text


class SourceOptionsInvalid(FangweiError):
    """An option of a source in `sources.yaml` cannot be used."""

    code = "connect.options_invalid"
    text = Text("数据源 {source} 的选项 {option}：{allowed}", "Source {source}, option {option}: {allowed}")


class AddressInvalid(FangweiError):
    """The address of one point of a source cannot be used; the other points go on."""

    code = "connect.address_invalid"
    text = Text(
        "数据源 {source} 的测点 {point}，地址 {option}：{allowed}",
        "Source {source}, point {point}, address {option}: {allowed}",
    )


class ProtocolUnknown(FangweiError):
    """A source names a protocol that no connector speaks."""

    code = "connect.protocol_unknown"
    text = Text(
        "数据源 {source} 的协议 {protocol} 不存在；可用：{allowed}",
        "Source {source}: there is no protocol {protocol}; allowed are {allowed}",
    )


class SecretMissing(FangweiError):
    """A password is to come from an environment variable that is not set."""

    code = "connect.secret_missing"
    text = Text(
        "数据源 {source} 的口令应由环境变量 {name} 提供，但该变量未设置",
        "Source {source}: its password comes from the environment variable {name}, which is not set",
    )


class ConnectionLost(FangweiError):
    """The connection broke or could not be made; the runner tries again."""

    code = "connect.connection_lost"
    text = Text("数据源 {source} 连接中断：{why}", "Source {source} lost its connection: {why}")
