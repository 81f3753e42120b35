"""Posts that every plant has, by the role that holds them until the site says who does. Plain data."""

from typing import Final

from fangwei.plant.schema import Name, Post

_ROWS: Final = (
    ("site_manager", "主管厂长", "Site manager", "manager"),
    ("chief_engineer", "总工程师", "Chief engineer", "manager"),
    ("unit_head", "所在单位负责人", "Head of the unit", "shift_supervisor"),
    ("specialist_department", "专业管理部门", "Specialist department", "safety_engineer"),
    ("safety_department", "安全管理部门", "Safety department", "safety_engineer"),
    ("approver", "审批人", "Approver", "safety_engineer"),
    ("shift_foreman", "当班班长", "Shift foreman", "shift_supervisor"),
    ("shift_supervisor", "值班长", "Shift supervisor", "shift_supervisor"),
    ("work_leader", "作业负责人", "Leader of the work", "crew"),
    ("work_unit", "作业单位", "Unit that does the work", "crew"),
    ("guardian", "监护人", "Guardian", "crew"),
    ("gas_analyst", "气体分析人", "Gas analyst", "crew"),
    ("electrician", "电工", "Electrician", "crew"),
    ("power_department", "配送电单位", "Power department", "safety_engineer"),
    ("fire_service", "消防队", "Fire service", "safety_engineer"),
    ("inspector", "巡检员", "Inspector", "crew"),
    ("contractor_leader", "承包商负责人", "Leader of the contractor", "contractor"),
    ("emergency_commander", "应急指挥", "Emergency commander", "manager"),
    ("drill_director", "演练总指挥", "Drill director", "drill_instructor"),
)

HOUSE: Final[dict[str, Post]] = {id: Post(id=id, name=Name(zh=zh, en=en), role=role) for id, zh, en, role in _ROWS}
"""Post -> what it is; a site's `posts.yaml` says who holds it there."""
