"""Words of the flows room."""

from collections.abc import Iterable

from fangwei.core.texts import Text

ANYBODY = Text("任何可发起的人", "anybody who may start flows")
NOBODY = Text("安全工程师（流程未指定人员）", "a safety engineer (the flow names nobody)")
NO_POST = Text("安全工程师（厂内没有岗位 {post}）", "a safety engineer (the site has no post {post})")
NOT_CHOSEN = Text("安全工程师（尚未选定人员）", "a safety engineer (nobody was chosen)")
NOT_DONE = Text("到期未做，不视为合格", "It was not done in time, and does not count as passed")
NOT_MEASURED = Text("没有{what}的检测值", "{what} was not measured")
UNIT = Text("{what} {shown} 无法比较：{why}", "{what} {shown} cannot be compared: {why}")
BEYOND = Text("{what} {shown} 超出允许范围 {low}～{high} {unit}", "{what} {shown} is outside {low} to {high} {unit}")
OFF_SITE = Text("审批人没有到现场的证明", "There is no proof that the approver is on site")
BY_SIGNAL = Text("信号 {signal}：{why}", "signal {signal}: {why}")
GAS_ALARM = Text("气体报警 {alarm}", "gas alarm {alarm}")
STATUS = {
    0: Text("未签发", "not issued"),
    1: Text("已签发", "issued"),
    2: Text("作业中", "working"),
    3: Text("已验收", "accepted"),
    4: Text("作废", "void"),
    5: Text("已撤回", "withdrawn"),
    6: Text("暂停", "paused"),
}
"""Of AQ 3064.2-2025 table A.1."""
ALARMS = {
    "01": Text("未做气体分析", "no gas analysis"),
    "02": Text("分析距开工过久", "the analysis is too old at the start"),
    "03": Text("中断过久未重新分析", "a break without a new analysis"),
    "04": Text("隔日作业未重新分析", "another day without an analysis"),
    "05": Text("记录超时", "the log is overdue"),
    "10": Text("超过有效期作业", "work past its validity"),
    "20": Text("一票同时抽堵盲板", "one ticket for inserting and removing a blind"),
    "30": Text("审批人不在现场", "the approver is not on site"),
    "31": Text("监护人离开", "the guardian is away"),
    "40": Text("节假日未升级管理", "holiday: not managed one level up"),
    "41": Text("休息日未升级管理", "rest day: not managed one level up"),
    "42": Text("夜间未升级管理", "night: not managed one level up"),
    "43": Text("特殊时段未升级管理", "special time: not managed one level up"),
    "50": Text("无证作业", "no certificate"),
    "51": Text("证书过期", "the certificate has expired"),
    "52": Text("人证不符", "the certificate is somebody else's"),
    "60": Text("未办票", "no ticket"),
    "61": Text("关联票不全", "linked tickets are incomplete"),
    "62": Text("票未关联", "tickets are not linked"),
    "70": Text("未交底", "no briefing"),
    "80": Text("未做风险分析", "no risk analysis"),
    "90": Text("措施未确认", "measures are not confirmed"),
    "S09": Text("审批超时", "approval overdue"),
}
"""Of AQ 3064.2-2025 table A.4; `S..`: the site's own, where the table has no code."""
RAISED = Text("{title}：{alarm}。{why}", "{title}: {alarm}. {why}")


def listed(names: Iterable[Text]) -> Text:
    """Names one after the other."""
    found = list(names)
    return Text("、".join(n.zh for n in found), ", ".join(n.en for n in found))
