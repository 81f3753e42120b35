"""What people read in a notice, and what duty refuses."""

from fangwei.core.errors import FangweiError
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


class NoticeUnknown(FangweiError):
    """Somebody confirms a notice that was never sent."""

    code = "duty.notice_unknown"
    text = Text("没有通知 {notice}", "There is no notice {notice}")
    http_status = 404


class ZoneUnknown(FangweiError):
    """Somebody asks who is on duty for a zone that does not exist."""

    code = "duty.zone_unknown"
    text = Text("没有分区 {zone}", "There is no zone {zone}")
    http_status = 404


class CalendarUnreadable(FangweiError):
    """The calendar file of the rota is no iCalendar."""

    code = "duty.calendar_unreadable"
    text = Text("日历文件 {name} 读不出来：{why}", "The calendar file {name} cannot be read: {why}")
