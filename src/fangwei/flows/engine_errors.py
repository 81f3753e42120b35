"""Why a flow cannot run, or a run cannot take a command."""

from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text


class DefinitionRefused(FangweiError):
    """A file that is not what our dialect runs."""

    code = "flows.definition_refused"
    text = Text("流程不能运行：{why}", "The flow cannot be run: {why}")
    http_status = 422


class TimeUntellable(FangweiError):
    """A timer whose time nobody knows: the step is not taken, so that nothing waits for ever."""

    code = "flows.time_untellable"
    text = Text("定时“{what}”的时间无法确定", "The time of the timer “{what}” cannot be told")
    http_status = 409


class RunLoops(FangweiError):
    """Steps that follow each other without a person in between, without end."""

    code = "flows.run_loops"
    text = Text(
        "流程在“{at}”处循环，{steps} 步后已停止；本次操作没有执行",
        "The flow turns in a circle at “{at}” and was stopped after {steps} steps; nothing was done",
    )
    http_status = 409


class RunTooDeep(FangweiError):
    """More history in one branch than the engine can walk."""

    code = "flows.run_too_deep"
    text = Text(
        "这张单的并行步骤往返次数过多（{most}），请关闭后重开", "This run went back and forth too often (over {most})"
    )
    http_status = 409


class RunUnknown(FangweiError):
    """No run of that id."""

    code = "flows.run_unknown"
    text = Text("没有编号为 {run} 的作业票或任务", "There is no run {run}")
    http_status = 404


class VersionUnknown(FangweiError):
    """No published version of that flow."""

    code = "flows.version_unknown"
    text = Text("流程 {flow} 没有已发布的版本 {version}", "The flow {flow} has no published version {version}")
    http_status = 404


class TaskNotOpen(FangweiError):
    """The step is not open (any more)."""

    code = "flows.task_not_open"
    text = Text(
        "“{task}”现在不需要处理：可能已由他人完成，或流程已往前走；请刷新",
        "“{task}” is not open: somebody may have done it, or the flow has moved on; look again",
    )
    http_status = 409


class NotYours(FangweiError):
    """Somebody else has to do this step."""

    code = "flows.not_yours"
    text = Text("“{task}”由{who}办理，不能代办", "“{task}” is for {who}")
    http_status = 403


class SecondPerson(FangweiError):
    """Whoever did the first part may not confirm it."""

    code = "flows.second_person"
    text = Text("“{task}”须由另一人确认", "“{task}” has to be confirmed by another person")
    http_status = 403


class NotOnSite(FangweiError):
    """A signature that is given where the work is, without proof of being there."""

    code = "flows.not_on_site"
    text = Text(
        "须在作业现场签字：请扫描现场的区域码（{zone}），{minutes} 分钟内有效",
        "This is signed where the work is: scan the code that hangs there ({zone}); it counts for {minutes} minutes",
    )
    http_status = 409


class ProofNeeded(FangweiError):
    """A signature without a second proof of who signs."""

    code = "flows.proof_needed"
    text = Text("签字须再次验证身份", "A signature needs a second proof of who signs")
    http_status = 403


class AnswersRefused(FangweiError):
    """The answers do not have the shape of the step."""

    code = "flows.answers_refused"
    text = Text("填写内容不能接受：{why}", "The answers cannot be taken: {why}")
    http_status = 422


class RunHeld(FangweiError):
    """The run is stopped; nothing goes on until somebody lets it."""

    code = "flows.run_held"
    text = Text("已停止（{why}），恢复之前不能办理", "Stopped ({why}); nothing goes on until it is resumed")
    http_status = 409


class RunOver(FangweiError):
    """The run has ended."""

    code = "flows.run_over"
    text = Text("这张单已结束", "This run is over")
    http_status = 409


class NothingToResume(FangweiError):
    """The run is not held from outside; a paused work resumes by its own step."""

    code = "flows.nothing_to_resume"
    text = Text(
        "没有从外部停止；暂停的作业请按“恢复作业”一步办理",
        "It is not held; work that is paused resumes by its own step",
    )
    http_status = 409


class ReasonMissing(FangweiError):
    """Stopping, cancelling and moving are said with a reason."""

    code = "flows.reason_missing"
    text = Text("请写明原因", "Say why")
    http_status = 422


class CommandTaken(FangweiError):
    """The command's id was another person's."""

    code = "flows.command_taken"
    text = Text("操作编号已被使用", "The id of the command is taken")
    http_status = 409


class CannotMove(FangweiError):
    """The place where the run stands is not in the other version."""

    code = "flows.cannot_move"
    text = Text(
        "不能换到第 {version} 版：当前步骤 {places} 在新版中没有",
        "It cannot move to version {version}: its place {places} is not there",
    )
    http_status = 409


class ZoneNotThere(FangweiError):
    """No zone of that id."""

    code = "flows.zone_unknown"
    text = Text("没有区域 {zone}", "There is no zone {zone}")
    http_status = 404
