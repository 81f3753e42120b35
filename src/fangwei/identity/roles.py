"""Who may do what: each verb once, with the roles that have it. Plain data; docs/roles.md is made from it.

A verb is `<room>.<verb>`; `<room>.read` shows without changing anything. A room that adds a route adds its verb here.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final, NamedTuple

from fangwei.core.texts import Text

ROLES: Final[Mapping[str, Text]] = {
    "administrator": Text("管理员", "Administrator"),
    "crew": Text("班组人员", "Crew"),
    "shift_supervisor": Text("当班班长", "Shift supervisor"),
    "safety_engineer": Text("安全工程师", "Safety engineer"),
    "safety_data_officer": Text("安全数据员", "Safety data officer"),
    "manager": Text("负责人", "Manager"),
    "contractor": Text("承包商", "Contractor"),
    "drill_instructor": Text("演练教官", "Drill instructor"),
    "auditor": Text("审核员", "Auditor"),
}
"""The auditor reads everything and changes nothing. The administrator sets up and may do everything, so that a plant
of one person works; everything they do is in the record."""

ZONED: Final = frozenset({"crew", "contractor"})
"""Roles that answer for the zones of their shifts; the others for the whole site."""

GUESTS: Final = frozenset({"contractor"})
"""Not of the plant: what is no alarm and no incident (those everybody must see) they see only where they answer,
besides what they reported themselves or were given."""

BY_ZONE: Final = frozenset(
    f"{room}.{verb}"
    for room, verbs in {
        "alarms": ("acknowledge", "shelve", "unshelve", "take_out", "put_back", "reset"),
        "incidents": ("take", "release", "hand", "settle", "note", "close", "photo"),
        "work": ("fix", "assign", "verify", "reject"),
        "duty": ("rota", "chains"),
    }.items()
    for verb in verbs
)
"""Verbs whose routes ask for the zone, too. Everybody sees alarms and incidents, and reports hazards, anywhere; whoever
was given a hazard puts it right wherever it is."""

_ALL: Final = frozenset(ROLES)
_STAFF: Final = _ALL - {"contractor"}
_SHIFT: Final = frozenset({"administrator", "crew", "shift_supervisor", "safety_engineer"})
_LEADS: Final = frozenset({"administrator", "shift_supervisor", "safety_engineer"})
_SAFETY: Final = frozenset({"administrator", "safety_engineer"})
_DATA: Final = frozenset({"administrator", "safety_engineer", "safety_data_officer"})
_ADMIN: Final = frozenset({"administrator"})
_ACTING: Final = _ALL - {"auditor"}


class Verb(NamedTuple):
    """What the verb lets one do, and whom."""

    text: Text
    roles: frozenset[str]


VERBS: Final[Mapping[str, Verb]] = {
    # alarms
    "alarms.read": Verb(Text("查看报警、报警日志与指标", "see alarms, their journal and figures"), _ALL),
    "alarms.acknowledge": Verb(Text("确认报警", "acknowledge alarms"), _SHIFT),
    "alarms.shelve": Verb(Text("搁置报警", "shelve alarms"), _LEADS),
    "alarms.unshelve": Verb(Text("恢复被搁置的报警", "bring shelved alarms back"), _SHIFT),
    "alarms.take_out": Verb(Text("申请停用报警", "ask to take alarms out of service"), _LEADS),
    "alarms.review_take_out": Verb(Text("审批他人的停用申请", "decide on what others ask to take out"), _LEADS),
    "alarms.put_back": Verb(Text("恢复被停用的报警", "put alarms back in service"), _LEADS),
    "alarms.reset": Verb(Text("复位锁定的报警", "reset latched alarms"), _LEADS),
    "alarms.propose_limit": Verb(Text("提议修改限值", "propose other limits"), _LEADS | _DATA),
    "alarms.review_limit": Verb(
        Text("审批他人提议的限值", "decide on limits that others propose"), _SAFETY | {"manager"}
    ),
    # incidents
    "incidents.read": Verb(Text("查看事件", "see incidents"), _ALL),
    "incidents.take": Verb(Text("接手事件", "take incidents"), _SHIFT),
    "incidents.release": Verb(Text("交还事件", "give incidents back"), _SHIFT),
    "incidents.hand": Verb(Text("请别人接手自己的事件", "ask others to take one's incidents"), _SHIFT),
    "incidents.settle": Verb(Text("判断自己的事件已受控", "say that one's incidents are under control"), _SHIFT),
    "incidents.photo": Verb(Text("在事件中加照片，删除自己的照片", "add photos, erase one's own"), _ACTING),
    "incidents.erase_photo": Verb(Text("删除任何人的照片", "erase anybody's photos"), _DATA),
    "incidents.export": Verb(Text("导出事件报告", "export incidents as documents"), _STAFF),
    "incidents.note": Verb(Text("在事件中记录", "write notes into incidents"), _ACTING),
    "incidents.close": Verb(Text("关闭事件", "close incidents"), _LEADS),
    # duty
    "duty.read": Verb(Text("查看值班与通知", "see who is on duty and who was told"), _ALL),
    "duty.rota": Verb(
        Text("修改值班：班次、换班、代班、节假日", "change the rota: shifts, swaps, deputies, holidays"), _LEADS
    ),
    "duty.chains": Verb(Text("修改升级链", "change escalation chains"), _SAFETY),
    "duty.contacts": Verb(Text("管理自己的联系方式并测试", "keep and try one's own contacts"), _ALL),
    "duty.handover": Verb(Text("交接班", "hand over and take over a shift"), _SHIFT),
    # historian
    "historian.read": Verb(Text("查看读数与趋势", "see readings and trends"), _ALL),
    "historian.export": Verb(Text("导出读数", "export readings"), _STAFF),
    # plant
    "plant.read": Verb(Text("查看厂区、测点与限值", "see the site, its points and limits"), _ALL),
    # system
    "system.read": Verb(Text("查看平台与数据源状态", "see how the platform and its sources are"), _ALL),
    # audit
    "audit.read": Verb(Text("查看操作记录", "read the record of who did what"), _DATA | {"manager", "auditor"}),
    "audit.export": Verb(Text("导出操作记录", "take parts of the record away"), _DATA | {"manager", "auditor"}),
    # identity
    "identity.self": Verb(Text("管理自己的登录方式", "keep one's own ways to sign in"), _ALL),
    "identity.read": Verb(Text("查看账号与权限", "see accounts and what they may do"), _ADMIN | {"auditor"}),
    "identity.edit": Verb(Text("新增、停用账号，更改角色与区域", "keep accounts, roles and zones"), _ADMIN),
    "identity.tokens": Verb(Text("发放与吊销机器令牌", "make and revoke tokens of machines"), _ADMIN),
    # flows
    "flows.read": Verb(Text("查看流程与作业票", "see flows and what runs"), _ALL),
    "flows.draw": Verb(Text("绘制流程", "draw flows"), _SAFETY),
    "flows.publish": Verb(Text("发布流程，让办理中的单换版本", "publish flows, move runs to another version"), _SAFETY),
    "flows.apply": Verb(Text("发起作业票等流程，撤回自己的", "start runs of flows, take one's own back"), _ACTING),
    "flows.do": Verb(
        Text("办理轮到自己的步骤，发现危险时叫停作业", "do one's own steps; stop work where there is danger"), _ACTING
    ),
    "flows.sign": Verb(Text("审批签字（须再次验证身份）", "sign approvals, with a second proof"), _ACTING),
    "flows.control": Verb(Text("恢复被叫停的单，作废", "let stopped runs go on, void runs"), _LEADS),
    # reactions
    "reactions.read": Verb(Text("查看联动规则与触发记录", "see real-time rules and what they did"), _STAFF),
    "reactions.draw": Verb(Text("编写、试运行联动规则", "write real-time rules and try them on history"), _SAFETY),
    "reactions.arm": Verb(
        Text("启用（两人）与停用联动规则", "arm real-time rules (two people) and disarm them"), _LEADS | {"manager"}
    ),
    # work
    "work.read": Verb(Text("查看任务与隐患", "see tasks and hazards"), _ALL),
    "work.report": Verb(Text("上报隐患", "report hazards"), _ACTING),
    "work.fix": Verb(Text("登记隐患整改", "say that a hazard is put right"), _SHIFT | {"contractor"}),
    "work.assign": Verb(Text("指派隐患与期限", "give hazards to somebody, with a deadline"), _LEADS),
    "work.verify": Verb(Text("验收或退回整改", "check what was put right, or return it"), _LEADS),
    "work.reject": Verb(Text("驳回隐患", "reject what is no hazard"), _LEADS),
}


@cache
def verbs_of(role: str) -> frozenset[str]:
    """What a role may do; nothing for a role that does not exist.

    >>> "alarms.acknowledge" in verbs_of("crew"), verbs_of("king")
    (True, frozenset())
    """
    return frozenset(name for name, verb in VERBS.items() if role in verb.roles)
