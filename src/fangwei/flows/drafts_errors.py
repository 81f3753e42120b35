"""Why a drawn flow is not taken."""

from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text


class FlowUnknown(FangweiError):
    """No draft, or no version, of that id."""

    code = "flows.unknown"
    text = Text("没有流程 {flow}", "There is no flow {flow}")
    http_status = 404


class FlowIdTaken(FangweiError):
    """A new flow would stand where another is."""

    code = "flows.id_taken"
    text = Text("已有编号为 {flow} 的流程，请换一个编号", "There is a flow {flow} already; choose another id")
    http_status = 409


class FlowMalformed(FangweiError):
    """What was sent is no flow."""

    code = "flows.malformed"
    text = Text("流程内容无法读取：{why}", "The flow cannot be read: {why}")
    http_status = 422


class FlowTooLarge(FangweiError):
    """More than anybody draws or follows."""

    code = "flows.too_large"
    text = Text(
        "流程过大：{what}最多 {most}，现有 {count}。请拆成子流程",
        "The flow is too large: at most {most} {what}, it has {count}. Make sub-flows of it",
    )
    http_status = 422


class FormRefused(FangweiError):
    """A form that could show or run what we do not vouch for."""

    code = "flows.form_refused"
    text = Text("步骤“{card}”的表单不能使用：{why}", "The form of step “{card}” cannot be used: {why}")
    http_status = 422


class StillWrong(FangweiError):
    """A flow that the lint refuses is not published."""

    code = "flows.still_wrong"
    text = Text(
        "不能发布：还有 {count} 处须改正。第一处：{first}",
        "Not published: {count} place(s) to be put right first. The first: {first}",
    )
    http_status = 409


class CannotBeDrawn(FangweiError):
    """The file is BPMN, but holds what we do not run; `current` lists it element by element."""

    code = "flows.cannot_be_drawn"
    text = Text("文件不能导入：{why}", "The file cannot be imported: {why}")
    http_status = 422
