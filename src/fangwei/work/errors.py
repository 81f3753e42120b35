"""What can be wrong with a step on a hazard."""

from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text
from fangwei.work.texts import STATUS


class HazardUnknown(FangweiError):
    """No hazard of that id."""

    code = "work.hazard_unknown"
    text = Text("没有隐患 {hazard}", "There is no hazard {hazard}")
    http_status = 404


class HazardOver(FangweiError):
    """It is closed."""

    code = "work.hazard_over"
    text = Text(
        "此隐患已关闭，不再更改；若又出现请重新上报", "This hazard is closed; report it anew if it is there again"
    )
    http_status = 409


class StepRefused(FangweiError):
    """The step does not follow on where it stands."""

    code = "work.step_refused"
    text = Text("此隐患现为“{status}”，不能做这一步", "This hazard is {status}; that step does not follow")
    http_status = 409

    @classmethod
    def at(cls, status: str) -> "StepRefused":
        """Refused at this status."""
        return cls(status=STATUS[status])


class OwnWork(FangweiError):
    """The same person would check their own work."""

    code = "work.own_work"
    text = Text("整改人不能验收自己的整改，请由他人验收", "Who put it right cannot check it; somebody else must")
    http_status = 409


class DeadlinePast(FangweiError):
    """The deadline is missing, past or beyond three years."""

    code = "work.deadline_past"
    text = Text("整改期限须在现在之后、三年之内", "The deadline must lie ahead, within three years")
    http_status = 422


class NotSaid(FangweiError):
    """Words (or a person) are missing, or too long."""

    code = "work.not_said"
    text = Text(
        "请写明情况（1 到 2000 字）；指派时须选定负责人",
        "Say what it is (1 to 2000 characters); name a person to assign",
    )
    http_status = 422


class TooManyPhotos(FangweiError):
    """More photos than one step holds, or one twice."""

    code = "work.too_many_photos"
    text = Text("照片最多 {most} 张，不能重复", "At most {most} photos, each once")
    http_status = 422


class PhotoUnknown(FangweiError):
    """A photo that was not uploaded."""

    code = "work.photo_unknown"
    text = Text("有照片还没有上传，请重新上传后再报", "A photo has not been uploaded; bring it first, then report")
    http_status = 422


class PhotoMissing(FangweiError):
    """No picture of that id."""

    code = "work.photo_missing"
    text = Text("没有这张照片", "There is no such photo")
    http_status = 404


class ZoneUnknown(FangweiError):
    """A zone or point that the site does not have."""

    code = "work.zone_unknown"
    text = Text("没有区域或测点 {zone}", "There is no zone or point {zone}")
    http_status = 404


class IdTaken(FangweiError):
    """Another person's command had this id."""

    code = "work.id_taken"
    text = Text("此编号已被另一条记录使用，请重新上报", "This id belongs to another entry; report it again")
    http_status = 409
