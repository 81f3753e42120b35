"""What alarms say to people."""

from fangwei.core.quality import Quality
from fangwei.core.texts import Catalogue, Text

LIMIT: Catalogue = {
    "high": Text("{name} 高于 {at:g} {unit}", "{name} above {at:g} {unit}"),
    "low": Text("{name} 低于 {at:g} {unit}", "{name} below {at:g} {unit}"),
    "rate": Text("{name} 变化速率超过 {at:g} {unit}/秒", "{name} changes faster than {at:g} {unit}/s"),
    "deviation": Text(
        "{name} 与 {other} 相差超过 {at:g} {unit}", "{name} differs from {other} by more than {at:g} {unit}"
    ),
    "equals": Text("{name}：{state}", "{name}: {state}"),
}

DATA = Text("{name} 的数据不可信：{doubts}", "Data of {name} cannot be trusted: {doubts}")
SOURCE_DOWN = Text("{name}：现场连接中断", "{name}: field connection is down")
SOURCE_SUPPRESSION = Text(
    "数据源 {source} 中断，由其状态报警代表", "Source {source} is down; its own alarm stands for it"
)
RULE_DATA = Text("规则“{name}”无法判断：{doubts}", "Rule “{name}” cannot be judged: {doubts}")
RULE_BLIND = Text("输入缺失或表达式出错", "an input is missing or the expression fails")
PLATFORM = Text("平台进程 {process} 异常：{why}", "Platform process {process}: {why}")
HISTORY_STOPPED = Text("历史数据停止写入", "history is no longer written")
NOT_HEARD = Text("没有运行报告", "no sign of life")

DOUBTS: dict[Quality, Text] = {
    Quality.STALE: Text("超时无数据", "stale"),
    Quality.BAD: Text("源端标记为坏值", "bad at the source"),
    Quality.NOT_A_NUMBER: Text("不是数值", "not a number"),
    Quality.OUT_OF_RANGE: Text("超出量程", "out of range"),
    Quality.IMPOSSIBLE_RATE: Text("变化过快", "impossibly fast"),
    Quality.FROZEN: Text("数值冻结", "frozen"),
    Quality.CALIBRATION_OVERDUE: Text("校准过期", "calibration overdue"),
}


def doubts(flags: int) -> Text:
    """The doubts among `flags` in words.

    >>> doubts(Quality.FROZEN | Quality.BAD).en
    'bad at the source, frozen'
    """
    named = [text for bit, text in DOUBTS.items() if flags & bit]
    return Text("、".join(t.zh for t in named), ", ".join(t.en for t in named))
