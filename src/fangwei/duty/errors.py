"""What duty refuses, a class per fact."""

from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text


class NoticeUnknown(FangweiError):
    """Somebody confirms a notice that was never sent."""

    code = "duty.notice_unknown"
    text = Text("没有通知 {notice}", "There is no notice {notice}")
    http_status = 404


class ZoneUnknown(FangweiError):
    """A zone that does not exist."""

    code = "duty.zone_unknown"
    text = Text("没有分区 {zone}", "There is no zone {zone}")
    http_status = 404


class PersonUnknown(FangweiError):
    """Nobody of that id is in the duty file."""

    code = "duty.person_unknown"
    text = Text("值班文件中没有人员 {person}", "The duty file has no person {person}")
    http_status = 404


class CalendarUnreadable(FangweiError):
    """The calendar file of the rota is no iCalendar."""

    code = "duty.calendar_unreadable"
    text = Text("日历文件 {name} 读不出来：{why}", "The calendar file {name} cannot be read: {why}")


class ShiftUnknown(FangweiError):
    """A shift that neither the duty file nor a change has."""

    code = "duty.shift_unknown"
    text = Text(
        "没有这个班次（{key}），值班文件可能已修改，请刷新后重试",
        "There is no such shift ({key}); the duty file may have changed, load the page anew",
    )
    http_status = 404


class TurnUnknown(FangweiError):
    """The shift does not begin on that day."""

    code = "duty.turn_unknown"
    text = Text("该班次在 {day} 没有这一班", "This shift has no turn on {day}")
    http_status = 404


class TurnNotTheirs(FangweiError):
    """Somebody gives away a turn that another has."""

    code = "duty.turn_not_theirs"
    text = Text("{day} 这一班不是 {person} 的", "The turn on {day} is not {person}'s")
    http_status = 409


class SwapHalfNamed(FangweiError):
    """The turn in return needs both shift and day."""

    code = "duty.swap_malformed"
    text = Text("换回的一班须同时给出班次和日期", "The turn in return needs both its shift and its day")
    http_status = 422


class SamePerson(FangweiError):
    """A swap or deputy of a person with himself."""

    code = "duty.same_person"
    text = Text("须是两个不同的人、两个不同的班", "It takes two different people and two different turns")
    http_status = 409


class HolidayTwoWays(FangweiError):
    """As another weekday and with shifts of its own at once."""

    code = "duty.holiday_malformed"
    text = Text(
        "节假日要么按某个星期几排班，要么单列班次，不能两者都给",
        "A holiday follows another weekday or has shifts of its own, not both",
    )
    http_status = 422


class ShiftEmpty(FangweiError):
    """Start and end are the same."""

    code = "duty.shift_malformed"
    text = Text("班次的开始和结束不能相同", "A shift cannot end when it starts")
    http_status = 422


class TimesReversed(FangweiError):
    """The end lies before the start."""

    code = "duty.times_malformed"
    text = Text("结束早于开始", "The end lies before the start")
    http_status = 422


class DayImpossible(FangweiError):
    """A year nobody plans for."""

    code = "duty.day_malformed"
    text = Text("日期须在 2000 至 2099 年之间", "The day must lie between the years 2000 and 2099")
    http_status = 422


class ChangeUnknown(FangweiError):
    """Undoing what was never done."""

    code = "duty.change_unknown"
    text = Text("没有这条变更 {change}", "There is no change {change}")
    http_status = 404


class AlreadyUndone(FangweiError):
    """Undoing twice."""

    code = "duty.already_undone"
    text = Text("这条变更已经撤销", "This change has been undone already")
    http_status = 409


class LeavesGap(FangweiError):
    """A plan that leaves a step without anybody, not yet accepted."""

    code = "duty.leaves_gap"
    text = Text("这样会无人值班：{gaps}。确认仍要保存？", "This leaves nobody on duty: {gaps}. Save it all the same?")
    http_status = 409


class TooManyChanges(FangweiError):
    """A rota with more changes than any plant makes in decades."""

    code = "duty.too_many_changes"
    text = Text("值班变更已达上限 {limit} 条", "The rota has reached its limit of {limit} changes")
    http_status = 409


class ChainUnknown(FangweiError):
    """No such escalation chain."""

    code = "duty.chain_unknown"
    text = Text("没有升级链 {chain}", "There is no escalation chain {chain}")
    http_status = 404


class ChainRefused(FangweiError):
    """A chain that would leave an incident with nobody, or contradicts another."""

    code = "duty.chain_malformed"
    text = Text("升级链未保存：{why}", "The escalation chain was not saved: {why}")
    http_status = 422


class ContactUnknown(FangweiError):
    """No such contact channel."""

    code = "duty.contact_unknown"
    text = Text("没有联系方式 {contact}", "There is no contact {contact}")
    http_status = 404


class ContactNotYours(FangweiError):
    """Somebody else's ways to be reached."""

    code = "duty.contact_not_yours"
    text = Text("只能查看和修改自己的联系方式", "You can see and change your own contacts only")
    http_status = 403


class ContactRefused(FangweiError):
    """An address that cannot be used."""

    code = "duty.contact_malformed"
    text = Text("联系方式未保存：{why}", "The contact was not saved: {why}")
    http_status = 422


class PriorityOneSilenced(FangweiError):
    """Quiet settings under which a priority 1 incident would reach the person by the page alone."""

    code = "duty.priority_one_silenced"
    text = Text(
        "未保存：{when} 除网页外没有任何通道能送达优先级 1。至少留一个通道",
        "Not saved: {when} no channel beside the page would carry priority 1. Leave at least one open",
    )
    http_status = 409


class HandoverUnknown(FangweiError):
    """No such hand-over note."""

    code = "duty.handover_unknown"
    text = Text("没有交接记录 {handover}", "There is no hand-over note {handover}")
    http_status = 404


class HandoverNotYours(FangweiError):
    """Confirming one's own note, or one meant for another."""

    code = "duty.handover_not_yours"
    text = Text("只有接班人（{person}）可以确认", "Only the incoming person ({person}) can confirm")
    http_status = 409


class HandoverConfirmed(FangweiError):
    """Confirming twice."""

    code = "duty.handover_confirmed"
    text = Text("这次交接已由 {person} 确认", "{person} has confirmed this hand-over already")
    http_status = 409


class OtherCommand(FangweiError):
    """The id of a command was used for another one."""

    code = "duty.command_malformed"
    text = Text("命令编号 {id} 已用于另一条命令", "The command id {id} was used for another command")
    http_status = 422


class NobodyToTell(FangweiError):
    """Nobody is whom the command names."""

    code = "duty.nobody_to_tell"
    text = Text("要通知的人一个也找不到", "Nobody is found of those to be told")
    http_status = 409
