"""What can be wrong with a rule or with what is done to one."""

from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text


class RuleUnknown(FangweiError):
    """No rule of that id."""

    code = "reactions.rule_unknown"
    text = Text("没有联动规则 {rule}", "There is no rule {rule}")
    http_status = 404


class RuleRefused(FangweiError):
    """What stands in the rule cannot be."""

    code = "reactions.rule_refused"
    text = Text("规则不能保存：{why}", "The rule cannot be saved: {why}")
    http_status = 422


class RulesFull(FangweiError):
    """There are too many rules."""

    code = "reactions.rules_full"
    text = Text("规则已有 {most} 条，请先删并", "There are {most} rules already; join some first")
    http_status = 409


class NotTried(FangweiError):
    """A rule that was not run against history."""

    code = "reactions.not_tried"
    text = Text(
        "第 {revision} 版还没有用历史试运行过，先试运行再启用",
        "Revision {revision} was not tried against history; try it before arming",
    )
    http_status = 409


class SamePerson(FangweiError):
    """The one who proposed to arm would be the second person, too."""

    code = "reactions.same_person"
    text = Text(
        "启用须两个人：您已提出，请另一人确认", "Two people arm a rule: you are the first, another must confirm"
    )
    http_status = 409


class AlreadyArmed(FangweiError):
    """What runs is what would be armed."""

    code = "reactions.already_armed"
    text = Text("第 {revision} 版已在运行", "Revision {revision} runs already")
    http_status = 409


class NotArmed(FangweiError):
    """Nothing to disarm."""

    code = "reactions.not_armed"
    text = Text("此规则没有启用", "This rule is not armed")
    http_status = 409


class TryUnknown(FangweiError):
    """No such dry-run, or it is long over."""

    code = "reactions.try_unknown"
    text = Text("没有这次试运行（重启后请重新试运行）", "There is no such try (after a restart, try again)")
    http_status = 404


class TriesFull(FangweiError):
    """Others are trying rules."""

    code = "reactions.tries_full"
    text = Text("已有 {most} 个试运行在进行，请稍候", "{most} tries are under way; wait a little")
    http_status = 429


class OtherCommand(FangweiError):
    """The id of the command was used for another."""

    code = "reactions.other_command"
    text = Text("命令编号 {id} 已用于另一条命令", "The command id {id} was used for another command")
    http_status = 409


class RuleUnreadable(FangweiError):
    """A body that is no rule."""

    code = "reactions.rule_unreadable"
    text = Text("规则的写法不对：{why}", "That is no rule: {why}")
    http_status = 422
