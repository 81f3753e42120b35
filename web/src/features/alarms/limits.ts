// Limits that people change, as the API speaks of them (alarms/record.py, alarms/proposal.py), and what differs. Pure.

import type { Text } from "../../api/types";
import type { Language } from "../../app/language";
import { digits, unitText } from "../../parts/value";
import { limitTexts } from "./limitTexts";

export interface Why {
  cause: Text;
  consequence: Text;
  action: Text;
  time_to_respond: number;
}

export interface Setting {
  at: number;
  deadband: number;
  on_delay: number;
  off_delay: number;
  priority: number;
  why: Why | null;
}

export interface Proposal {
  id: string;
  kind: "limit" | "take_out";
  alarm: string;
  point: string;
  zone: string;
  by: string;
  time: number;
  reason: string;
  state: "open" | "approved" | "rejected" | "withdrawn" | "overtaken";
  before: Setting | null;
  after: Setting | null;
  to_file: boolean;
  notes: Text[];
  until: number | null;
  decided_by: string | null;
  decided: number | null;
  comment: string;
}

/** How many other open proposals want to change the same limit: approving one overtakes them. */
export function rivals(proposal: Proposal, all: Proposal[]): number {
  const isRival = (p: Proposal) => p.id !== proposal.id && p.kind === "limit" && p.alarm === proposal.alarm && p.state === "open";
  return proposal.kind === "limit" ? all.filter(isRival).length : 0;
}

export interface Version {
  version: number;
  time: number;
  setting: Setting | null;
  before: Setting;
  file: Setting;
  by: string;
  approved_by: string;
  reason: string;
}

export interface LimitState {
  alarm: string;
  point: string;
  zone: string;
  type: string;
  unit: string;
  revision: number;
  version: number;
  in_force: Setting;
  file: Setting;
  overridden: boolean;
  file_then: Setting | null;
  faults: Text[];
  versions: Version[];
  proposals: Proposal[];
}

export interface Difference {
  name: Text;
  from: string;
  to: string;
}

/** What one setting says otherwise than another, in words. */
export function differences(before: Setting, after: Setting, unit: string, language: Language): Difference[] {
  const value = (n: number) => `${digits(n)} ${unitText(unit, language)}`.trim();
  const time = (n: number) => `${digits(n)} ${language === "zh" ? "秒" : "s"}`;
  const found: Difference[] = [];
  const add = (name: Text, from: string, to: string) => from !== to && found.push({ name, from, to });
  add(limitTexts.at, value(before.at), value(after.at));
  add(limitTexts.deadband, value(before.deadband), value(after.deadband));
  add(limitTexts.onDelay, time(before.on_delay), time(after.on_delay));
  add(limitTexts.offDelay, time(before.off_delay), time(after.off_delay));
  add(limitTexts.priority, String(before.priority), String(after.priority));
  const none = limitTexts.none[language];
  for (const part of ["cause", "consequence", "action"] as const)
    add(limitTexts[part], before.why?.[part][language] ?? none, after.why?.[part][language] ?? none);
  add(limitTexts.respond, before.why ? time(before.why.time_to_respond) : none, after.why ? time(after.why.time_to_respond) : none);
  return found;
}

export interface Form {
  at: string;
  deadband: string;
  on_delay: string;
  off_delay: string;
  priority: string;
  cause: Text;
  consequence: Text;
  action: Text;
  respond: string;
  rationalised: boolean;
}

const NO_WORDS: Text = { zh: "", en: "" };

export function formOf(setting: Setting): Form {
  const why = setting.why;
  return {
    at: String(setting.at), deadband: String(setting.deadband), on_delay: String(setting.on_delay),
    off_delay: String(setting.off_delay), priority: String(setting.priority),
    cause: why?.cause ?? NO_WORDS, consequence: why?.consequence ?? NO_WORDS, action: why?.action ?? NO_WORDS,
    respond: why ? String(why.time_to_respond) : "", rationalised: why !== null,
  };
}

/** The setting that the form means; null while a number in it is none. A comma is a decimal point to many keyboards. */
export function settingOf(form: Form): Setting | null {
  const number = (text: string) => (text.trim() === "" ? NaN : Number(text.trim().replace(",", ".")));
  const [at, deadband, on_delay, off_delay, priority] = [form.at, form.deadband, form.on_delay, form.off_delay, form.priority].map(number) as [number, number, number, number, number];
  if (![at, deadband, on_delay, off_delay, priority].every(Number.isFinite)) return null;
  if (!form.rationalised) return { at, deadband, on_delay, off_delay, priority, why: null };
  const respond = number(form.respond);
  const words = [form.cause, form.consequence, form.action];
  if (!Number.isFinite(respond) || words.some((w) => !w.zh.trim() || !w.en.trim())) return null;
  return {
    at, deadband, on_delay, off_delay, priority,
    why: { cause: form.cause, consequence: form.consequence, action: form.action, time_to_respond: respond },
  };
}
