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

NOT_FINITE = Text("各值须为有限数值", "Every value must be a finite number")
PRIORITY_RANGE = Text("优先级为 1 到 4", "The priority is 1 to 4")
DEADBAND_NEGATIVE = Text("回差不能为负", "The deadband cannot be negative")
DELAY_RANGE = Text("延时应为 0 到 {most:g} 秒", "Delays are 0 to {most:g} s")
NOT_POSITIVE = Text("限值应大于 0", "The limit must be more than 0")
NO_SUCH_STATE = Text("没有状态 {at:g}，可用：{names}", "There is no state {at:g}; there are: {names}")
OUTSIDE_RANGE = Text(
    "限值 {at:g} 超出仪表量程 {low:g}–{high:g} {unit}，永远不会报警",
    "The limit {at:g} lies outside the instrument's range {low:g}–{high:g} {unit}; it would never alarm",
)
NEVER_BACK = Text(
    "限值 {at:g} 配回差 {deadband:g} {unit}，报警后无法恢复",
    "With limit {at:g} and deadband {deadband:g} {unit} the alarm could never return",
)
IN_NORMAL = Text(
    "恢复点 {back:g} 落在正常范围 {low:g}–{high:g} {unit} 内，正常运行也会一直报警",
    "It returns at {back:g}, inside the normal range {low:g}–{high:g} {unit}; it would stand while all is well",
)
ORDER = Text("{a}（{a_at:g}）应低于 {b}（{b_at:g} {unit}）", "{a} ({a_at:g}) must lie below {b} ({b_at:g} {unit})")
WHY_INCOMPLETE = Text(
    "原因、后果、处置都要写，中英文各一句", "Cause, consequence and action are needed, in both languages"
)
WHY_TOO_LONG = Text("每项最多 {most} 字", "At most {most} characters each")
RESPOND_RANGE = Text("响应时间应大于 0 秒", "The time to respond must be more than 0 s")

LATER = Text("限值由 {a:g} 放宽到 {b:g} {unit}", "the limit moves from {a:g} out to {b:g} {unit}")
OTHER_STATE = Text("报警的状态变了", "another state alarms")
DELAYED = Text("延时由 {a:g} 秒延长到 {b:g} 秒", "the delay grows from {a:g} s to {b:g} s")
LESS_URGENT = Text("优先级由 {a} 降为 {b}", "the priority falls from {a} to {b}")
LOOSENED = Text("放宽：{how}", "Loosened: {how}")
SAFETY_LOOSENED = Text(
    "安全关键报警被放宽，人员得到的时间会变少：{how}",
    "A safety-critical alarm is loosened and leaves people less time: {how}",
)
DELAY_EATS_TIME = Text(
    "延时 {delay:g} 秒不短于响应时间 {respond:g} 秒，报警时已来不及",
    "The delay of {delay:g} s is no shorter than the time to respond, {respond:g} s: the alarm comes too late",
)
WHY_REMOVED = Text("合理化记录被删除", "The rationalisation record is removed")
RAISES_NOW = Text(
    "当前值 {value:g} {unit} 已越过新限值，批准后立即报警",
    "The value now, {value:g} {unit}, lies beyond the new limit: it alarms as soon as this is approved",
)
RETURNS_NOW = Text(
    "该报警正在激活，批准后当前值 {value:g} {unit} 不再越限",
    "The alarm is active; once this is approved the value now, {value:g} {unit}, is no longer beyond the limit",
)
TYPE_CHANGED = Text(
    "站点文件中此限值的类型已改变，改过的值不再适用，现用文件值",
    "The site's file gives this limit another type; the changed value no longer fits and the file's is in force",
)

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
