"""What people read of duty: notices, gaps, reasons."""

from fangwei.core.texts import Text

OPENED = Text(
    "{exercise}{title}。涉及：{zones}。请确认“我来处理”。", '{exercise}{title}. Zones: {zones}. Say "I have it".'
)
ESCALATED = Text(
    "{exercise}{title}。{seconds} 秒无人接手，已升级到您。涉及：{zones}。",
    "{exercise}{title}. Nobody took it for {seconds} s, it is now yours. Zones: {zones}.",
)
EVERYONE = Text(
    "{exercise}{title}。{seconds} 秒无人接手，通知所有人。涉及：{zones}。",
    "{exercise}{title}. Nobody took it for {seconds} s, everyone is told. Zones: {zones}.",
)
OWNED = Text("{exercise}{title}。{owner} 已接手。涉及：{zones}。", "{exercise}{title}. {owner} has it. Zones: {zones}.")
SETTLED = Text(
    "{exercise}{title}。报警均已恢复，待关闭。涉及：{zones}。",
    "{exercise}{title}. All alarms have returned, it waits to be closed. Zones: {zones}.",
)
CLOSED = Text("{exercise}{title}。已关闭。", "{exercise}{title}. Closed.")
DISSOLVED = Text(
    "{exercise}{title}。已撤销或并入其他事件。", "{exercise}{title}. Dissolved or merged into another incident."
)
GROWN = Text(
    "{exercise}{title}。事件扩大：{zones}，共 {alarms} 个报警。请确认“我来处理”。",
    '{exercise}{title}. It has grown: {zones}, {alarms} alarms. Say "I have it".',
)
EXERCISE = Text("【演练】", "[EXERCISE] ")
NOT_EXERCISE = Text("", "")
LIST_MARK = Text("、", ", ")
AGAIN = Text(
    "{exercise}{title}。{seconds} 秒仍无人接手，再次通知所有人。涉及：{zones}。",
    "{exercise}{title}. Still nobody after {seconds} s, everyone is told again. Zones: {zones}.",
)
WHOLE_SITE = Text("全厂", "the whole site")
AND_MORE = Text("{zones}等 {number} 个分区", "{zones} and others, {number} zones")
EVERYONE_NAME = Text("所有人", "everyone")
FIRST_TOLD = Text("首先通知", "told first")
ESCALATION = Text("第 {step} 级升级", "escalation {step}")
GAP = Text("{zones}：{time} “{step}”无人值班，{then}", "{zones}: {time} nobody at “{step}”, {then}")
GAP_THEN = Text("届时由“{step}”接手", "“{step}” stands in")
GAP_EVERYONE = Text("届时通知所有人", "everyone is told")
MORE_GAPS = Text("{gaps}；另有 {number} 处", "{gaps}; and {number} more")
SAID_SHIFT = Text("{person} {start}–{end}（{step}）", "{person} {start}–{end} ({step})")
SAID_FROM = Text("自 {first} 起", "from {first}")
SAID_FROM_TO = Text("{first} 至 {last}", "{first} to {last}")
SAID_ADD = Text("增加班次：{shift}，{when}", "Added: {shift}, {when}")
SAID_CHANGE = Text("班次“{old}”改为“{shift}”，{when}", "“{old}” becomes “{shift}”, {when}")
SAID_END = Text("班次“{old}”停止，{when}", "“{old}” does not hold, {when}")
SAID_COVER = Text("{taker} 顶 {giver} 的 {day} 班", "{taker} takes {giver}'s turn of {day}")
SAID_SWAP = Text(
    "{taker} 与 {giver} 换班：{day} 由 {taker}，{other} 由 {giver}",
    "{taker} and {giver} swap: {taker} has {day}, {giver} has {other}",
)
SAID_DEPUTY = Text("由 {deputy} 代班", "{deputy} is deputy")
SAID_NO_DEPUTY = Text("无人代班", "no deputy")
SAID_ABSENCE = Text("{person} {start} 至 {end} 不在，{deputy}", "{person} is away {start} to {end}, {deputy}")
SAID_AS_DAY = Text("按{day}排班", "as on a {day}")
SAID_OWN_SHIFTS = Text("单列 {number} 个班次", "{number} shifts of its own")
SAID_HOLIDAY = Text("{day} {name}：{how}", "{day} {name}: {how}")
SAID_UNDO = Text("撤销：{change}", "Undone: {change}")
JOIN_GAPS = Text("；", "; ")
ALWAYS = Text("任何时间", "at any time")
FROM_TO = Text("{day} {start} 至 {until} {end}", "from {day} {start} to {until} {end}")
WEEKDAYS = (
    Text("周一", "Monday"),
    Text("周二", "Tuesday"),
    Text("周三", "Wednesday"),
    Text("周四", "Thursday"),
    Text("周五", "Friday"),
    Text("周六", "Saturday"),
    Text("周日", "Sunday"),
)
CHAIN_NO_EVERYONE = Text(
    "最后一步须是“所有人”，否则可能无人知晓", "the last step must be everyone, or it may end with nobody"
)
CHAIN_EVERYONE_EARLY = Text(
    "“所有人”只能在最后一步（现在第 {step} 步）", "everyone belongs to the last step only (it is at step {step})"
)
CHAIN_FIRST_WAITS = Text("第一步须立即通知（等待 0 秒）", "the first step is told at once (wait 0 s)")
CHAIN_WAIT_SHORT = Text("第 {step} 步的等待至少 {least} 秒", "step {step} waits at least {least} s")
CHAIN_SLOW = Text(
    "{total} 秒后才通知所有人，上限为 {most} 秒", "everyone is told only after {total} s; the limit is {most} s"
)
CHAIN_TWICE = Text("“{name}”已用于相同的分区、危险和优先级", "“{name}” is for the same zones, hazards and priorities")
ROLE_EMPTY = Text("没有角色为 {role} 的人员", "nobody has the role {role}")
NAME_LENGTH = Text("名称须为 1 到 {most} 个字", "a name has 1 to {most} characters")
ADDRESS_MISSING = Text("请填写地址", "enter the address")
ADDRESS_SCHEME = Text("webhook 地址须以 http:// 或 https:// 开头", "a webhook address begins with http:// or https://")
ADDRESS_HOST = Text("不能使用这个主机地址", "this host address cannot be used")
ADDRESS_APPRISE = Text("apprise 不认识这种地址", "apprise does not know this kind of address")
ADDRESS_LOCAL = Text("只在本机弹出的通道送不到人", "a channel that shows on the server's own screen reaches nobody")
CHAINS_FULL = Text("最多 {most} 条升级链", "there are {most} chains at most")
CONTACTS_FULL = Text("每人最多 {most} 个", "{most} per person at most")
TEST_TITLE = Text("【测试】防微通知测试", "[TEST] Fangwei test notice")
TEST_WORDS = Text(
    "【测试】{name}：收到这条即表示“{channel}”可用，无需处理。",
    "[TEST] {name}: if you read this, “{channel}” works. Nothing needs to be done.",
)
PAGE = Text("网页", "the page")
NOT_ANSWERED = Text("{room}没有回应，情况未知", "{room} does not answer, its state is unknown")
ROOM_ALARMS = Text("报警服务", "the alarm service")
ROOM_SOURCES = Text("采集服务", "the field connection service")


def step_name(step: int) -> Text:
    """A step as people call it."""
    return FIRST_TOLD if step == 0 else ESCALATION.format(step=step)
