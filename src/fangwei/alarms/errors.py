"""Why a command to an alarm was refused."""

from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text


class AlarmUnknown(FangweiError):
    """No alarm has this name."""

    code = "alarms.unknown"
    text = Text("没有报警 {alarm}，请核对名称", "There is no alarm {alarm}; check the name")
    http_status = 404


class NothingToAcknowledge(FangweiError):
    """The alarm waits for nobody."""

    code = "alarms.nothing_to_acknowledge"
    text = Text("报警 {alarm} 无需确认", "Alarm {alarm} does not wait for acknowledgement")
    http_status = 409


class NotAnnunciated(FangweiError):
    """The alarm is shelved, suppressed or out of service: nobody was called, so nobody answers."""

    code = "alarms.not_annunciated"
    text = Text(
        "报警 {alarm} 已被搁置、抑制或停用，请先恢复",
        "Alarm {alarm} is shelved, suppressed or out of service; bring it back first",
    )
    http_status = 409


class NotShelvable(FangweiError):
    """The site says that nobody may shelve this alarm."""

    code = "alarms.not_shelvable"
    text = Text("报警 {alarm} 不允许搁置", "Alarm {alarm} may not be shelved")
    http_status = 403


class LogicMayNotShelve(FangweiError):
    """Flood logic tried to shelve a gas, fire or evacuation alarm (safety rules, section 7)."""

    code = "alarms.logic_may_not_shelve"
    text = Text(
        "气体、火灾和撤离报警 {alarm} 不得由程序搁置，只能归组",
        "Gas, fire and evacuation alarm {alarm} may never be shelved by logic, only grouped",
    )
    http_status = 403


class ShelvingTooLong(FangweiError):
    """A shelving must end, and soon for gas and fire."""

    code = "alarms.shelving_too_long"
    text = Text(
        "报警 {alarm} 的搁置时间应大于 0 且不超过 {hours:g} 小时",
        "Alarm {alarm} may be shelved for more than 0 and at most {hours:g} h",
    )


class ReasonMissing(FangweiError):
    """Taking an alarm from people's eyes needs a reason that others can read."""

    code = "alarms.reason_missing"
    text = Text("请写明对报警 {alarm} 这样做的原因", "Say why this is done to alarm {alarm}")


class SecondPersonMissing(FangweiError):
    """Out of service needs the approval of somebody else."""

    code = "alarms.second_person_missing"
    text = Text(
        "停用报警 {alarm} 须由另一人批准", "Taking alarm {alarm} out of service needs a second person's approval"
    )
    http_status = 403


class NotShelved(FangweiError):
    """Unshelving what is not shelved."""

    code = "alarms.not_shelved"
    text = Text("报警 {alarm} 未被搁置", "Alarm {alarm} is not shelved")
    http_status = 409


class AlreadyOutOfService(FangweiError):
    """It was taken out before."""

    code = "alarms.already_out_of_service"
    text = Text("报警 {alarm} 已停用", "Alarm {alarm} is out of service already")
    http_status = 409


class NotOutOfService(FangweiError):
    """Putting back what was never taken out."""

    code = "alarms.not_out_of_service"
    text = Text("报警 {alarm} 未停用", "Alarm {alarm} is not out of service")
    http_status = 409


class NothingToReset(FangweiError):
    """Only a latched alarm whose condition is gone and which was acknowledged can be reset."""

    code = "alarms.nothing_to_reset"
    text = Text(
        "报警 {alarm} 不能复位：须先确认，且条件已消失",
        "Alarm {alarm} cannot be reset: acknowledge it first, and its condition must be gone",
    )
    http_status = 409


class PersonMissing(FangweiError):
    """A command without a person is nobody's command."""

    code = "alarms.person_missing"
    text = Text("命令须写明操作人", "The command must say who gives it")


class ExpressionInvalid(FangweiError):
    """A rule's expression cannot be compiled."""

    code = "alarms.expression_invalid"
    text = Text("规则 {rule} 的表达式有误：{why}", "The expression of rule {rule} is wrong: {why}")


class LimitUnknown(FangweiError):
    """A data alarm, a rule, or nothing: it has no limit that could be set."""

    code = "alarms.limit_unknown"
    text = Text(
        "{alarm} 没有可修改的限值（数据报警和规则在站点文件中定义）",
        "{alarm} has no limit that can be changed here (data alarms and rules are defined in the site's files)",
    )
    http_status = 404


class LimitChanged(FangweiError):
    """Somebody else changed the limit, or proposed to, since this person looked."""

    code = "alarms.limit_changed"
    text = Text(
        "{alarm} 在您查看之后已被他人修改或提议修改，请对照后再提交",
        "Somebody changed {alarm}, or proposed to, since you looked at it; compare and send again",
    )
    http_status = 412


class SettingRefused(FangweiError):
    """The proposed setting makes no sense; the sentences say why."""

    code = "alarms.setting_refused"
    text = Text("不能这样设置：{why}", "This cannot be set: {why}")
    http_status = 422


class NothingChanged(FangweiError):
    """The proposal says what is in force already."""

    code = "alarms.nothing_changed"
    text = Text("与现行值相同，无需提议", "This is what is in force already")
    http_status = 422


class ProposalUnknown(FangweiError):
    """No proposal of this id."""

    code = "alarms.proposal_unknown"
    text = Text("没有这个提议", "There is no such proposal")
    http_status = 404


class ProposalDecided(FangweiError):
    """It is no longer open."""

    code = "alarms.proposal_decided"
    text = Text("对 {alarm} 的这个提议已处理", "This proposal for {alarm} is decided already")
    http_status = 409


class ProposalOvertaken(FangweiError):
    """Its limit was changed since it was made."""

    code = "alarms.proposal_overtaken"
    text = Text(
        "{alarm} 的限值在提议之后已改变，请重新提议",
        "The limit {alarm} was changed since this was proposed; propose anew",
    )
    http_status = 409


class OwnProposal(FangweiError):
    """Nobody approves his own proposal, and nobody withdraws another's."""

    code = "alarms.own_proposal"
    text = Text(
        "不能审批自己对 {alarm} 的提议；撤回只能由提议人操作",
        "Nobody decides on a proposal of their own for {alarm}, and only its proposer withdraws it",
    )
    http_status = 403


class LimitsNotLoaded(FangweiError):
    """The store that holds the changed limits is away."""

    code = "alarms.limits_not_loaded"
    text = Text(
        "限值记录暂时无法读写，未做任何修改，请稍后重试",
        "The record of limits cannot be read or written now; nothing was changed, try again",
    )
    http_status = 503


class OutTooLong(FangweiError):
    """Out of service needs an end that somebody will live to see."""

    code = "alarms.out_too_long"
    text = Text(
        "停用时间应大于 0 且不超过 {days:g} 天；更久请修改站点文件",
        "Out of service is for more than 0 and at most {days:g} days; for longer change the site's files",
    )


class KpiRangeWrong(FangweiError):
    """A range without length, or nobody who could have answered."""

    code = "alarms.kpi_range_malformed"
    text = Text("时间范围或岗位数不对", "The time range or the number of operators makes no sense")
    http_status = 422
