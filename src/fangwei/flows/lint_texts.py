"""What lint says."""

from typing import Final

from fangwei.core.texts import Text

EMPTY: Final = Text("流程里还没有步骤", "The flow has no steps yet")
NOBODY_SIGNS: Final = Text("没有签字人，这一步谁也批不了", "It names nobody who signs; nobody can give this approval")
MAYBE_NOBODY: Final = Text(
    "每个签字人都有条件；条件都不成立时，这一步无人签字就通过",
    "Every signature has a condition; when none holds, it passes without a signature",
)
NO_ROLE: Final = Text("没有角色“{role}”，这一步无人能做", "There is no role “{role}”; nobody can do this")
NO_POST: Final = Text("厂内没有岗位“{post}”，这一步无人能做", "The site has no post “{post}”; nobody can do this")
NO_PERSON: Final = Text("没有指定由谁来做", "It does not say who does it")
TWO_PERSONS: Final = Text(
    "只能在岗位、角色、表单选定的人中选一种", "Name a post, a role or a person chosen in a form: one of them"
)
SAME_PERSON: Final = Text(
    "隔离人和确认人都是“{who}”，必须由两个人来做", "“{who}” both isolates and confirms; two people have to do it"
)
FIELD_UNASKED: Final = Text("“{field}”在此之前没有表单问过", "No form before this asks “{field}”")
CONDITION: Final = Text("{why}", "{why}")
UNMEASURED: Final = Text("没有要测的项目", "It names nothing to measure")
NO_LIMIT: Final = Text("“{what}”没有限值，也没有条款给出限值", "“{what}” has no limit, and no clause that gives one")
LIMITS_CROSS: Final = Text(
    "“{what}”的下限高于上限，永远不合格", "The low limit of “{what}” is above the high one; nothing can pass"
)
UNIT: Final = Text("“{what}”的单位“{unit}”不认识", "The unit “{unit}” of “{what}” is not known")
TIMER: Final = Text("{what}必须大于 0", "{what} has to be more than 0")
EVERY: Final = Text("复检间隔", "The time between two checks")
LONGEST: Final = Text("最长作业时间", "The longest time of the work")
WITHIN: Final = Text("时限", "The time limit")
FRESH: Final = Text("检测有效期", "How long a sample holds")
WAITS: Final = Text("等待时间", "The time to wait")
METRES: Final = Text("停止作业的距离", "The distance of what stops the work")
NEVER_CHECKED: Final = Text("复检间隔不短于最长作业时间，一次也不会复检", "The work ends before the first check is due")
NO_CHECK: Final = Text("列了检测项目，但没有复检间隔", "It names what is measured, but not how often")
NO_STOP: Final = Text("没有任何信号能停止作业", "No signal stops the work")
WAITS_FOR_NOTHING: Final = Text("既不等信号也不等时间", "It waits for neither a signal nor a time")
WAITS_FOR_EVER: Final = Text(
    "信号“{signal}”不来就永远等下去；请给出时限", "It waits for ever when “{signal}” does not come; give it a limit"
)
EMPTY_BRANCH: Final = Text("两个分支都是空的", "Both ways are empty")
CONSTANT: Final = Text("条件不看任何数据，总走同一条路", "The condition looks at no data; it always goes the same way")
CALLS_ITSELF: Final = Text("子流程就是本流程，永远不会结束", "The sub-flow is this flow; it never ends")
BLOCK_STAYS: Final = Text(
    "专家块没有通向后面的出口，后面的步骤走不到",
    "The expert block has no way out; the steps after it are never reached",
)
BLOCK_REFUSED: Final = Text("专家块：{why}", "Expert block: {why}")
TELLS_NOBODY: Final = Text("没有要通知的人，也没有动作", "It tells nobody and does nothing")
NO_WORK: Final = Text("作业票里没有“作业”步骤", "A permit without a work step")
NO_CLOSE: Final = Text("没有“验收关闭”步骤", "There is no step to accept and close")
UNSIGNED: Final = Text("“{work}”之前没有审批", "Nobody signs before “{work}”")
SIGNED_LATE: Final = Text(
    "审批在“{work}”之后，票是事后补签的", "It is signed after “{work}”; the ticket would be signed in arrears"
)
UNTESTED: Final = Text("“{work}”之前没有检测", "Nothing is measured before “{work}”")
NO_FORM_FIRST: Final = Text("第一步应是申请表", "The first step should be a form to apply with")
FORM_EMPTY: Final = Text("表单是空的", "The form is empty")
FORM_KEYLESS: Final = Text(
    "字段“{label}”没有键，填了也不会保存", "The field “{label}” has no key; what is filled in is lost"
)
FORM_TWICE: Final = Text("字段键“{key}”用了两次", "The key “{key}” of a field is used twice")
NO_CLAUSE: Final = Text("规则包 {pack} 里没有条款 {clause}", "The rule pack {pack} has no clause {clause}")
NO_PACK: Final = Text(
    "没有 {standard} 的规则包，这些条款不会被检查", "There is no rule pack of {standard}; its clauses are not judged"
)
NO_ENERGY: Final = Text("没有要隔离的能量", "It names no energy to cut off")
