import type { Catalogue } from "../../app/language";
import type { Text } from "../../api/types";
import type { Kind, Noun } from "./types";

/** Names of the ten cards, also what a new card is called. */
export const cardTexts = {
  apply: { zh: "申请", en: "Apply" },
  form: { zh: "填写表单", en: "Fill a form" },
  isolate: { zh: "隔离并确认", en: "Isolate and confirm" },
  measure: { zh: "检测", en: "Measure" },
  approve: { zh: "审批", en: "Approve" },
  work: { zh: "作业与复测", en: "Work with repeated check" },
  branch: { zh: "按条件分支", en: "Branch by a condition" },
  notify: { zh: "通知或动作", en: "Notify or act" },
  wait: { zh: "等待", en: "Wait for an event" },
  sub_flow: { zh: "子流程", en: "Sub-flow" },
  close: { zh: "验收关闭", en: "Accept and close" },
  expert: { zh: "专家块", en: "Expert block" },
} satisfies Catalogue;

export const cardHelp: Record<Kind, Text> = {
  form: { zh: "请一个人填写表单", en: "One person fills in a form" },
  isolate: { zh: "一人切断能量，另一人逐项确认", en: "One cuts each energy off, another confirms each" },
  measure: { zh: "超限或没有结果：拒绝并重测", en: "Out of limits or unknown: refused and measured again" },
  approve: { zh: "按级签字，须二次验证", en: "Signatures by level, each with a second proof" },
  work: { zh: "作业期间定时复测，异常即暂停", en: "Re-tests while people work; a stop pauses it" },
  branch: { zh: "条件成立走左，否则走右", en: "One way if it holds, another if not" },
  notify: { zh: "通知人员，或广播、开门、开风机", en: "Tell people, or broadcast, open doors, run fans" },
  wait: { zh: "等一个信号，或等一段时间", en: "For a signal, or for a time" },
  sub_flow: { zh: "运行另一个已发布的流程", en: "Runs another published flow" },
  close: { zh: "逐项确认后结束", en: "Each line confirmed, then it is over" },
  expert: { zh: "卡片画不出的 BPMN，原样保留", en: "BPMN that cards cannot show; kept as it is" },
};

export const nounNames: Record<Noun, Text> = {
  permit: { zh: "作业票", en: "Permits" },
  inspection: { zh: "巡检", en: "Inspections" },
  hazard: { zh: "隐患", en: "Hazards" },
  entry: { zh: "入厂", en: "Entry" },
  alarm_response: { zh: "报警处置", en: "Alarm response" },
  emergency: { zh: "应急", en: "Emergency" },
  handover: { zh: "交接班", en: "Shift hand-over" },
  drill: { zh: "演练", en: "Drills" },
  other: { zh: "其他", en: "Other" },
};

export const workNames: Record<string, Text> = {
  confined_space: { zh: "受限空间作业", en: "Confined space" },
  hot_work: { zh: "动火作业", en: "Hot work" },
  blind: { zh: "盲板抽堵作业", en: "Blind plates" },
  height: { zh: "高处作业", en: "Work at height" },
  lifting: { zh: "吊装作业", en: "Lifting" },
  temp_power: { zh: "临时用电", en: "Temporary power" },
  earth: { zh: "动土作业", en: "Earth work" },
  road: { zh: "断路作业", en: "Closing roads" },
};

/** Posts of a site as cards name them; a site's own names come from the API. */
export const postNames: Record<string, Text> = {
  unit_head: { zh: "所在单位负责人", en: "Head of the unit" },
  work_leader: { zh: "作业负责人", en: "Work leader" },
  work_unit: { zh: "作业单位", en: "Work unit" },
  guardian: { zh: "监护人", en: "Guardian" },
  gas_analyst: { zh: "气体检测人", en: "Gas analyst" },
  approver: { zh: "审批人", en: "Approver" },
  safety_department: { zh: "安全管理部门", en: "Safety department" },
  shift_foreman: { zh: "当班班长", en: "Shift foreman" },
  site_manager: { zh: "厂区负责人", en: "Site manager" },
  electrician: { zh: "电工", en: "Electrician" },
};

export const signalNames: Record<string, Text> = {
  gas_alarm: { zh: "气体报警", en: "Gas alarm" },
  evacuation: { zh: "疏散命令", en: "Evacuation order" },
  guardian_away: { zh: "监护人离开", en: "Guardian away" },
};
