"""What the room says to people."""

from fangwei.core.orders import OrderKind
from fangwei.core.texts import Text

FIRES_ITSELF = Text(
    "此规则由自己触发，已停用：它的动作又引起了它自己。请修改后重新试运行并由两人启用",
    "This rule fired itself and was stopped: what it does makes it fire again. Change it, try it and have two people "
    "arm it anew",
)
FIRES_TOO_OFTEN = Text(
    "此规则一秒内触发超过 5 次，疑似自己触发自己，已停用。请修改后重新试运行并由两人启用",
    "This rule fired more than 5 times within a second, as one that fires itself does, and was stopped. Change it, try "
    "it and have two people arm it anew",
)
POINT_BLIND = Text("测点没有可信的读数", "the point has no reading that can be trusted")
ROOM_SILENT = {
    "alarm": Text("报警模块没有声音，报警情况不明", "the alarm process is silent; alarms are not known"),
    "incident": Text("事件模块没有声音，事件情况不明", "the incident process is silent; incidents are not known"),
}
NOBODY_YET = Text("已下达，暂无设备应答", "ordered; no device answers for this yet")
EXPIRED = Text(
    "未能及时送出，已过时效，没有执行", "could not be sent in time and is out of date; it was not carried out"
)
WAITS = Text("{room} 暂时没有回应，继续重试", "{room} does not answer; it is tried again")
GAVE_UP = Text("多次重试无人应答，已放弃", "nobody answered however often it was tried; given up")
SENT_UNSTORED = Text("存储暂不可写，已先行发出", "sent before it could be stored: the store took nothing")
TOLD = Text("已通知 {count} 人", "{count} told")
STARTED = Text("流程已启动", "the flow has started")

ZONE_UNKNOWN = Text("没有区域 {id}", "there is no zone {id}")
POINT_UNKNOWN = Text("没有测点 {id}", "there is no point {id}")
KIND_UNKNOWN = Text("没有测点类型 {id}", "there is no kind of point {id}")
PERSON_UNKNOWN = Text("没有人员 {id}", "there is no person {id}")
ROLE_EMPTY = Text("值班文件中没有人担任 {id}", "nobody in the duty file has the role {id}")
POST_UNKNOWN = Text("没有岗位 {id}", "there is no post {id}")
NOBODY_NAMED = Text("请选通知谁", "choose who is told")
NAME_MISSING = Text("请写规则名称（中文和英文，至多 80 字）", "name the rule in both languages, 80 characters at most")
WORDS_MISSING = Text(
    "播报或通知的话须中英文都写，至多 300 字", "what is said must be written in both languages, 300 characters at most"
)
STATE_UNKNOWN = Text("{kind} 不能置为 {state}", "{kind} cannot be ordered to {state}")
CIRCLE = Text("规则互相触发成环：{names}", "rules fire each other in a circle: {names}")
WITHIN_NEEDS_ZONES = Text("写了距离就要选区域", "a distance needs zones to measure from")
NOT_FINITE = Text("限值须是数字", "a limit must be a number")
FEELS_ITSELF = Text(
    "此规则看 {points}，而它的动作会改变这些读数；若它自己触发自己，平台会停用它",
    "this rule watches {points}, which its own actions change; if it fires itself the platform stops it",
)
NO_ZONE = Text(
    "没有选区域：触发时按发生处的区域动作；来源不明时为全厂",
    "no zones chosen: it acts where it happened, and on the whole site where that is not known",
)
HISTORY_SHORT = Text(
    "历史只有 {have} 天（要求 {asked} 天），更早的情况不知道",
    "history covers {have} days of the {asked} asked for; what was before is not known",
)
HISTORY_NONE = Text(
    "没有这段时间的历史，试运行说明不了什么", "there is no history of that time; the try proves nothing"
)
SIGNALS_SHORT = Text(
    "预测、发现和信号只保存 30 天以内、容量以内的", "forecasts, findings and signals are kept 30 days and up to a size"
)
GAPS = Text(
    "{points} 在此期间有缺失或不可信的读数（约占 {share}%）",
    "{points} had readings missing or not trusted in this time (about {share} %)",
)
TRY_CUT = Text("触发过多，只列出前 {most} 次", "it fired very often; the first {most} are listed")
ASK_ALARMS = Text("报警记录", "the alarm journal")
ASK_INCIDENTS = Text("事件记录", "incidents")
ASK_VALUES = Text("历史读数", "readings")
ASK_SIGNALS = Text("信号", "signals")

KINDS: dict[OrderKind, Text] = {
    OrderKind.BROADCAST: Text("广播", "broadcast"),
    OrderKind.DOOR: Text("门", "door"),
    OrderKind.FAN: Text("风机", "fan"),
    OrderKind.VALVE: Text("阀门", "valve"),
    OrderKind.LIGHT: Text("灯", "light"),
}
