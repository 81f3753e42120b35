import type { Text } from "../../api/types";

/** Hidden hazards (隐患) as the API gives them (work/hazards.py); times are UTC nanoseconds. */
export type HazardStatus = "reported" | "assigned" | "fixed" | "verified" | "rejected";
export type HazardLevel = "general" | "major";
export type HazardKind =
  | "leak" | "fire_protection" | "electrical" | "passage" | "guard" | "storage" | "instrument" | "protective_gear"
  | "behaviour" | "other";
export type HazardAction = "report" | "assign" | "fix" | "verify" | "return" | "reject";

export interface FoundHazard {
  id: string;
  revision: number;
  status: HazardStatus;
  level: HazardLevel;
  kind: HazardKind;
  zone: string;
  place: [number, number] | null;
  point: string | null;
  words: string;
  photos: string[];
  reporter: string;
  seen: number;
  reported: number;
  updated: number;
  assignee: string | null;
  deadline: number | null;
  fixed_by: string | null;
  fixed_at: number | null;
  fix_photos: string[];
  checked_by: string | null;
  closed: number | null;
}

export interface HazardLine {
  id: string;
  hazard: string;
  time: number;
  by: string;
  action: HazardAction;
  words: string;
  status: HazardStatus;
  photos: string[];
  person: string | null;
  deadline: number | null;
}

export interface HazardPage {
  total: number;
  offset: number;
  items: FoundHazard[];
}

export interface Closing {
  count: number;
  median_h: number | null;
  ninety_h: number | null;
  longest_h: number | null;
  late: number;
}

export interface Figures {
  open: number;
  overdue: number;
  waiting_check: number;
  reported: number;
  closing: Closing;
  by_level: Record<HazardLevel, Closing>;
}

export const OPEN: HazardStatus[] = ["reported", "assigned", "fixed"];

export function isOpen(hazard: FoundHazard): boolean {
  return OPEN.includes(hazard.status);
}

/** Open past its deadline at a time (ms). */
export function isOverdue(hazard: FoundHazard, now: number): boolean {
  return isOpen(hazard) && hazard.deadline !== null && hazard.deadline / 1e6 < now;
}

/** What may follow now for this person: who put it right never checks it. Verbs are asked besides. Pure. */
export function steps(hazard: FoundHazard, me: string | null): HazardAction[] {
  if (hazard.status === "reported" || hazard.status === "assigned") return ["fix", "assign", "reject"];
  if (hazard.status === "fixed" && me !== hazard.fixed_by) return ["verify", "return"];
  return [];
}

/** A whole number of hours and more as people say it: "58 h", "3.5 h", "40 min". */
export function hoursText(hours: number | null, language: "zh" | "en"): string {
  if (hours === null) return "–";
  if (hours < 1) return `${Math.round(hours * 60)}${language === "zh" ? " 分" : " min"}`;
  return `${hours >= 10 ? Math.round(hours) : Math.round(hours * 10) / 10}${language === "zh" ? " 小时" : " h"}`;
}

export const kindTexts: Record<HazardKind, Text> = {
  leak: { zh: "跑冒滴漏", en: "Leak or drip" },
  fire_protection: { zh: "消防设施", en: "Fire protection" },
  electrical: { zh: "电气", en: "Electrical" },
  passage: { zh: "通道堵塞", en: "Blocked way" },
  guard: { zh: "防护缺失", en: "Guard missing" },
  storage: { zh: "存放不当", en: "Wrong storage" },
  instrument: { zh: "仪表探头", en: "Instrument" },
  protective_gear: { zh: "劳保用品", en: "Protective gear" },
  behaviour: { zh: "违章作业", en: "Unsafe act" },
  other: { zh: "其他", en: "Other" },
};

export const levelTexts: Record<HazardLevel, Text> = {
  general: { zh: "一般隐患", en: "General" },
  major: { zh: "重大隐患", en: "Major" },
};

export const statusTexts: Record<HazardStatus, Text> = {
  reported: { zh: "待指派", en: "To be assigned" },
  assigned: { zh: "整改中", en: "Being put right" },
  fixed: { zh: "待验收", en: "To be checked" },
  verified: { zh: "已验收", en: "Verified" },
  rejected: { zh: "已驳回", en: "Rejected" },
};

export const actionTexts: Record<HazardAction, Text> = {
  report: { zh: "上报", en: "Reported" },
  assign: { zh: "指派给{who}", en: "Assigned to {who}" },
  fix: { zh: "已整改", en: "Put right" },
  verify: { zh: "验收通过", en: "Verified" },
  return: { zh: "退回整改", en: "Returned" },
  reject: { zh: "驳回", en: "Rejected" },
};
