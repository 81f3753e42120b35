"""The sentences of the incidents room: titles by what was seen, and the lines of the timeline."""

from collections.abc import Iterable

from fangwei.core.errors import FangweiError
from fangwei.core.events import Hazard
from fangwei.core.texts import Catalogue, Text
from fangwei.plant.schema import Kind

TITLES: Catalogue = {
    "gas_fire": Text("可燃气体泄漏并疑似起火", "combustible gas leak with signs of fire"),
    "gas": Text("疑似可燃气体泄漏", "Suspected combustible gas leak"),
    "toxic_fire": Text("有毒气体并疑似起火", "toxic gas with signs of fire"),
    "toxic": Text("疑似有毒气体泄漏", "Suspected toxic gas leak"),
    "fire": Text("疑似起火", "Suspected fire"),
    "smoke": Text("发现烟雾", "Smoke"),
    "oxygen": Text("氧含量异常", "Abnormal oxygen"),
    "ventilation": Text("通风异常", "Ventilation fault"),
    "heat": Text("异常升温", "Abnormal heat"),
    "electrical": Text("电气异常", "Electrical fault"),
    "mechanical": Text("设备振动异常", "Abnormal vibration"),
    "process": Text("工艺参数异常", "Process deviation"),
    "people": Text("人员或视频异常", "People or video event"),
    "data": Text("仪表或通信故障", "Instrument or connection fault"),
    "release": Text("疑似泄漏", "Suspected release"),
}
_HAZARD: dict[str, Hazard] = {
    "gas_fire": Hazard.FIRE,
    "toxic_fire": Hazard.FIRE,
    "fire": Hazard.FIRE,
    "smoke": Hazard.FIRE,
    "heat": Hazard.THERMAL,
    "electrical": Hazard.ELECTRICAL,
    "mechanical": Hazard.MECHANICAL,
    "process": Hazard.PROCESS,
    "people": Hazard.PEOPLE,
    "data": Hazard.DATA,
}


def picture(kinds: Iterable[tuple[str, Hazard]]) -> tuple[str, Hazard]:
    """The key of `TITLES` and the hazard that the kinds seen together point to.

    >>> picture([("vibration", Hazard.MECHANICAL), ("combustible_gas", Hazard.RELEASE)])[0]
    'gas'
    """
    seen = list(kinds)
    kind = {k for k, hazard in seen if hazard is not Hazard.DATA}
    hazards = {hazard for _, hazard in seen}
    burning = Kind.FLAME in kind or any(h is Hazard.FIRE and k != Kind.SMOKE for k, h in seen)
    key = "process"
    if Kind.COMBUSTIBLE_GAS in kind:
        key = "gas_fire" if burning else "gas"
    elif Kind.TOXIC_GAS in kind:
        key = "toxic_fire" if burning else "toxic"
    elif burning:
        key = "fire"
    elif Kind.SMOKE in kind:
        key = "smoke"
    elif Kind.OXYGEN in kind:
        key = "oxygen"
    elif Kind.VENTILATION_FLOW in kind:
        key = "ventilation"
    elif Hazard.RELEASE in hazards:
        key = "release"
    elif Hazard.THERMAL in hazards:
        key = "heat"
    elif Hazard.ELECTRICAL in hazards:
        key = "electrical"
    elif Hazard.MECHANICAL in hazards:
        key = "mechanical"
    elif Hazard.PROCESS in hazards:
        key = "process"
    elif Hazard.PEOPLE in hazards:
        key = "people"
    elif Hazard.DATA in hazards:
        key = "data"
    return key, _HAZARD.get(key, Hazard.RELEASE)


def title(key: str, zone: Text, zones: int) -> Text:
    """The title sentence: where, what, how far."""
    what = TITLES[key]
    en = what.en[0].upper() + what.en[1:]
    if zones > 1:
        return Text(f"{zone.zh}{what.zh}，波及 {zones} 个区域", f"{en} in {zone.en}, {zones} zones reached")
    return Text(f"{zone.zh}{what.zh}", f"{en} in {zone.en}")


PAGE = Text("页面", "page")
"""The channel of a notice that goes to the open page."""

LINES: Catalogue = {
    "opened": Text("{what}：{value}，事件成立", "{what}: {value}; incident opened"),
    "joined": Text("{what}：{value}，归入本事件", "{what}: {value}; joined this incident"),
    "joined_many": Text("又有 {count} 个报警归入本事件", "{count} more alarms joined this incident"),
    "rejoined": Text(
        "{point} 持续报警已超出其平常的抖动，重新归入",
        "{point} stays in alarm beyond its usual chatter; joined again",
    ),
    "late": Text(
        "{what}：报警持续超出其平常的抖动，按真实报警处理",
        "{what}: stays in alarm beyond its usual chatter; treated as real",
    ),
    "grew": Text("波及 {zone}", "Reached {zone}"),
    "steady": Text("一分钟内没有新增报警", "No new alarm for a minute"),
    "returned": Text("{point} 恢复正常", "{point} returned to normal"),
    "raised_again": Text("{point} 再次报警：{value}", "{point} in alarm again: {value}"),
    "left": Text(
        "{point} 反复抖动（{count} 次），移出本事件",
        "{point} proved to chatter ({count} times); left this incident",
    ),
    "left_many": Text(
        "{count} 个报警反复抖动，移出本事件：{points}",
        "{count} alarms proved to chatter and left this incident: {points}",
    ),
    "chatter_kept": Text(
        "{point} 反复抖动，但属一级气体或火灾报警：保留本事件，请到现场核实并检查仪表",
        "{point} chatters, but is a gas or fire alarm of priority 1: "
        "the incident stays; verify on site and check the instrument",
    ),
    "dissolved": Text("所含报警均为抖动，事件撤销", "All its alarms proved to chatter; incident dissolved"),
    "merged": Text(
        "与事件 {other} 同因，并入本事件",
        "Incident {other} is of the same cause and was merged into this one",
    ),
    "merged_away": Text("与事件 {other} 同因，已并入该事件", "Of the same cause as incident {other}, merged into it"),
    "split": Text(
        "另有起因，{count} 个报警分出为事件 {other}",
        "A second cause: {count} alarms split off as incident {other}",
    ),
    "split_from": Text("由事件 {other} 分出：起因不同", "Split off from incident {other}: another cause"),
    "escalated": Text("优先级升为 {priority} 级", "Priority raised to {priority}"),
    "settled": Text("报警全部恢复，等待确认关闭", "Every alarm has returned; waits to be closed"),
    "reopened": Text("{what}：{value}，事件重新打开", "{what}: {value}; incident reopened"),
    "instrument": Text(
        "同区仪表故障：{what}，该处数据不可信",
        "Instrument fault in the area: {what}; its data cannot be trusted",
    ),
    "set_aside": Text("{point} 由 {by} 搁置或停用：{reason}", "{point} was set aside by {by}: {reason}"),
    "notice_told": Text("已通知 {person}（{channel}）", "{person} was told ({channel})"),
    "notice_escalated": Text(
        "无人接手，升级到第 {step} 级：已通知 {person}（{channel}）",
        "Nobody took it, escalated to step {step}: {person} was told ({channel})",
    ),
    "notice_everyone": Text(
        "无人接手，通知所有人：已通知 {person}（{channel}）",
        "Nobody took it, everyone is told: {person} was told ({channel})",
    ),
    "notice_read": Text("{person} 已读（{channel}）", "{person} has read it ({channel})"),
    "notice_failed": Text("未能通知 {person}（{channel}）：{error}", "{person} could not be told ({channel}): {error}"),
    "taken": Text("{by} 已接手", "{by} has it"),
    "taken_from": Text("{by} 已接手，接替 {other}", "{by} has it, in place of {other}"),
    "offered": Text(
        "{by} 请 {other} 接手，{other} 答应前仍由原来的人负责",
        "{by} asks {other} to take it; until then nothing changes",
    ),
    "offer_withdrawn": Text("{by} 不再请 {other} 接手", "{by} no longer asks {other} to take it"),
    "said_settled": Text(
        "{by} 判断已受控，等待关闭：{text}", "{by} says it is under control; waits to be closed: {text}"
    ),
    "photo": Text("{by} 加了一张照片", "{by} added a photo"),
    "photo_erased": Text("{by} 删除了一张照片：{text}", "{by} erased a photo: {text}"),
    "released": Text("{by} 交回，等待他人接手", "{by} handed it back; it waits for somebody"),
    "note": Text("{by}：{text}", "{by}: {text}"),
    "closed": Text("{by} 关闭：{text}", "Closed by {by}: {text}"),
    "closed_alone": Text("恢复后十分钟无新报警，自动关闭", "Quiet for ten minutes after returning; closed by itself"),
}


class IncidentUnknown(FangweiError):
    """Nobody knows an incident of this id."""

    code = "incidents.unknown"
    text = Text("没有事件 {incident}", "There is no incident {incident}")
    http_status = 404


class IncidentOver(FangweiError):
    """The incident is closed or dissolved."""

    code = "incidents.over"
    text = Text("事件 {incident} 已结束，不能再操作", "Incident {incident} is over; nothing more can be done with it")
    http_status = 409


class IncidentTaken(FangweiError):
    """Somebody else has it."""

    code = "incidents.taken"
    text = Text("事件 {incident} 已由 {owner} 接手", "Incident {incident} is already with {owner}")
    http_status = 409


class NotTheOwner(FangweiError):
    """Only who has it can hand it back."""

    code = "incidents.not_the_owner"
    text = Text(
        "事件 {incident} 不在 {by} 手上，不能交回",
        "Incident {incident} is not with {by} and cannot be handed back",
    )
    http_status = 409


class StillActive(FangweiError):
    """Alarms of it still hold."""

    code = "incidents.still_active"
    text = Text(
        "事件 {incident} 还有 {count} 个报警未恢复，请说明原因后再关闭",
        "{count} alarms of incident {incident} have not returned; say why to close it all the same",
    )
    http_status = 409


class NothingSaid(FangweiError):
    """A note without words."""

    code = "incidents.nothing_said"
    text = Text("备注不能为空，且不超过 2000 字", "A note needs words, 2000 characters at most")


class AlreadySettled(FangweiError):
    """It waits to be closed already."""

    code = "incidents.already_settled"
    text = Text("事件 {incident} 已在等待关闭", "Incident {incident} waits to be closed already")
    http_status = 409


class ReasonNeeded(FangweiError):
    """What is decided against what the instruments say needs words."""

    code = "incidents.reason_needed"
    text = Text("请写明理由（不超过 2000 字）", "Say why, in 2000 characters at most")
    http_status = 422


class PhotoUnknown(FangweiError):
    """No photo of that id."""

    code = "incidents.photo_unknown"
    text = Text("没有这张照片", "There is no such photo")
    http_status = 404


class PhotoErased(FangweiError):
    """It was there and somebody erased it."""

    code = "incidents.photo_erased"
    text = Text("照片已由 {by} 删除", "The photo was erased by {by}")
    http_status = 410


class NotYourPhoto(FangweiError):
    """Somebody else's photo is erased by those who may erase any."""

    code = "incidents.not_your_photo"
    text = Text("只能删除自己加的照片", "You may erase your own photos only")
    http_status = 403


class TooManyPhotos(FangweiError):
    """An incident holds no more."""

    code = "incidents.too_many_photos"
    text = Text("一个事件最多 {most} 张照片", "An incident holds {most} photos at most")
    http_status = 409


class PhotoTooLarge(FangweiError):
    """More bytes than a photo of a phone has."""

    code = "incidents.photo_too_large"
    text = Text("照片不能超过 {most_mb} MB，请缩小后再传", "A photo may have {most_mb} MB at most; make it smaller")
    http_status = 413


class PhotoTooWide(FangweiError):
    """More pixels than are decoded."""

    code = "incidents.photo_too_wide"
    text = Text(
        "照片为 {width}×{height} 像素，每边最多 {most}，请缩小后再传",
        "The photo has {width}x{height} pixels; {most} a side at most, make it smaller",
    )
    http_status = 422


class NotAPhoto(FangweiError):
    """The bytes are no picture that is understood, or a damaged one."""

    code = "incidents.not_a_photo"
    text = Text(
        "这不是能读取的照片。请用 JPEG、PNG 或 WebP",
        "This is no photo that can be read. JPEG, PNG and WebP are understood",
    )
    http_status = 422


class PhotoTypeRefused(FangweiError):
    """The content type is none of a photo's."""

    code = "incidents.photo_type_refused"
    text = Text(
        "照片须以 image/jpeg、image/png 或 image/webp 上传",
        "A photo is sent as image/jpeg, image/png or image/webp",
    )
    http_status = 415


class TooBusy(FangweiError):
    """Photos and reports are worked on one after the other."""

    code = "incidents.too_busy"
    text = Text(
        "正在处理其他照片或报告，请稍后再试", "Other photos or reports are being worked on; try again in a moment"
    )
    http_status = 503


class ReportFailed(FangweiError):
    """The report could not be made."""

    code = "incidents.report_failed"
    text = Text("报告没有生成，原因已记录", "The report was not made; why is recorded")
    http_status = 500
