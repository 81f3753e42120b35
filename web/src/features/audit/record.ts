import type { Text } from "../../api/types";
import { dateTime } from "../../app/clock";
import { say, type Language } from "../../app/language";
import { unitText } from "../../parts/value";
import { stepName } from "../duty/names";
import { actionNames, auditTexts, fieldNames, roomNames, stateWords, subjectNames } from "./texts";

/** An entry as GET /audit answers it. */
export interface RecordItem {
  sequence: number;
  id: string;
  time: number;
  by: string;
  action: string;
  subject: string;
  zone: string | null;
  place: number[] | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  evidence: Record<string, unknown> | null;
  words: string | null;
  erased: boolean;
  sealed: boolean;
  hash: string;
}

export interface RecordPage {
  total: number;
  offset: number;
  items: RecordItem[];
}

/** How the chain stands, as GET /audit/verify answers it. */
export interface Standing {
  state: "intact" | "broken" | "unknown";
  checked: number | null;
  last: number;
  proved_sequence: number;
  proved_time: number | null;
  unsealed: number;
  erased: number;
  faults: { kind: string; first: number; last: number; text: Text }[];
  fault_count: number;
  followed: number | null;
  entries: number;
  sealed_sequence: number;
  sealed_time: number | null;
  key: string;
}

/** Names for the ids that stand in entries. */
export interface Names {
  language: Language;
  timezone: string;
  person: (id: string) => Text | undefined;
  zone: (id: string) => Text | undefined;
  point: (id: string) => Text | undefined;
}

export function actionName(action: string, language: Language): string {
  const known = actionNames[action];
  if (known) return known[language];
  const [room = "", verb = ""] = action.split(".");
  return `${roomNames[room]?.[language] ?? room} · ${verb.replace(/_/g, " ")}`;
}

export function personName(id: string, names: Names): string {
  return id === "system" ? auditTexts.system[names.language] : (names.person(id)?.[names.language] ?? id);
}

/** What it was done to, in words, and where to look at it. */
export function subjectOf(subject: string, names: Names): { kind: string; name: string; to: string | null } {
  const at = subject.indexOf("/");
  const kind = at < 0 ? subject : subject.slice(0, at);
  const id = at < 0 ? "" : subject.slice(at + 1);
  const shown = subjectNames[kind]?.[names.language] ?? kind;
  if (kind === "alarm") {
    const point = id.slice(0, id.lastIndexOf("."));
    return { kind: shown, name: id, to: names.point(point) ? `/points/${encodeURIComponent(point)}` : null };
  }
  if (kind === "incident") return { kind: shown, name: id, to: `/incidents/${encodeURIComponent(id)}` };
  if (kind === "point") return { kind: shown, name: id, to: `/points/${encodeURIComponent(id)}` };
  if (kind === "person") return { kind: shown, name: personName(id, names), to: null };
  return { kind: shown, name: id, to: null };
}

export function fieldName(field: string, language: Language): string {
  return fieldNames[field]?.[language] ?? field.replace(/_/g, " ");
}

/** A time in UTC ns, of this century: no other number in an entry is that large. */
const isTime = (value: unknown): value is number => typeof value === "number" && value > 946_684_800e9 && value < 4_102_444_800e9;

/** Anything that stands in an entry, in words. */
export function valueWords(value: unknown, names: Names, field = ""): string {
  const { language } = names;
  if (value === null || value === undefined || value === "") return auditTexts.empty[language];
  if (typeof value === "boolean") return auditTexts[value ? "yes" : "no"][language];
  if (typeof value === "number" && field === "step") return stepName((text, values) => say(language, text, values), value);
  if (typeof value === "number") return isTime(value) ? dateTime(value / 1e6, names.timezone) : String(value);
  if (typeof value === "string") {
    const named = names.person(value) ?? names.zone(value) ?? names.point(value);
    const states = field === "state" || field === "status" || field === "channel" ? stateWords[value] : undefined;
    return (states ?? named)?.[language] ?? value;
  }
  const comma = language === "zh" ? "、" : ", ";
  if (Array.isArray(value)) return value.length === 0 ? auditTexts.empty[language] : value.map((one) => valueWords(one, names, field)).join(comma);
  const one = value as Record<string, unknown>;
  if (typeof one.zh === "string" && typeof one.en === "string") return one[language] as string;
  if (field === "reading" && "value" in one) return readingWords(one, names);
  return Object.entries(one).map(([key, part]) => `${fieldName(key, language)} ${valueWords(part, names, key)}`).join(comma);
}

/** "EF-GAS-01 31.5 %LEL · source time 2026-11-25 03:12:08" */
function readingWords(reading: Record<string, unknown>, names: Names): string {
  const value = typeof reading.value === "number" ? `${Number(reading.value.toPrecision(5))}${unitOf(reading, names.language)}` : auditTexts.empty[names.language];
  const time = isTime(reading.source_time)
    ? ` · ${auditTexts.sourceTime[names.language]} ${dateTime(reading.source_time / 1e6, names.timezone)}`
    : "";
  return `${String(reading.point)} ${value}${time}`;
}

/** What changed, in one line: "status: nobody has it → taken, owner: none → Li Wei"; and whom or what reading it is about. */
export function changeWords(item: Pick<RecordItem, "before" | "after"> & Partial<Pick<RecordItem, "evidence">>, names: Names): string {
  const { language } = names;
  const colon = language === "zh" ? "：" : ": ";
  const before = item.before ?? {};
  const after = item.after ?? {};
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return fields
    .filter((field) => !(field in before && field in after) || JSON.stringify(before[field]) !== JSON.stringify(after[field]))
    .map((field) => {
      const now = field in after ? valueWords(after[field], names, field) : auditTexts.empty[language];
      const shown = field in before ? `${valueWords(before[field], names, field)} → ${now}` : now;
      return `${fieldName(field, language)}${colon}${shown}`;
    })
    .concat(aboutWords(item.evidence ?? {}, names).map(([field, words]) => `${fieldName(field, language)}${colon}${words}`))
    .join(language === "zh" ? "，" : ", ");
}

/** What of the evidence one wants to see without unfolding it: who was told, which alarms came, the value that raised one. */
function aboutWords(evidence: Record<string, unknown>, names: Names): [string, string][] {
  const about: [string, string][] = [];
  if (typeof evidence.person === "string") about.push(["person", valueWords(evidence.person, names)]);
  if (typeof evidence.channel === "string") about.push(["channel", valueWords(evidence.channel, names, "channel")]);
  if (Array.isArray(evidence.alarms)) about.push(["alarms", valueWords(evidence.alarms.slice(0, 3), names) + (evidence.alarms.length > 3 ? " …" : "")]);
  const reading = evidence.reading as Record<string, unknown> | undefined;
  if (reading && typeof reading.value === "number") {
    const limit = typeof evidence.limit === "number" ? ` / ${evidence.limit}` : "";
    about.push(["reading", `${Number(reading.value.toPrecision(4))}${limit}${unitOf(reading, names.language)}`]);
  }
  return about;
}

function unitOf(reading: Record<string, unknown>, language: Language): string {
  return typeof reading.unit === "string" && !["state", "1", "score", "count"].includes(reading.unit) ? ` ${unitText(reading.unit, language)}` : "";
}

/** A seal comes each minute; one that is older than this has not come. */
export const SEAL_LATE_MS = 180_000;

/** How the chain stands, in one sentence, and whether somebody must act. */
export function standingWords(standing: Standing, now: number, language: Language, clockOf: (ms: number) => string, ageOf: (ms: number) => string) {
  const t = (text: Text, values?: Record<string, string | number>) => say(language, text, values);
  const sealedMs = standing.sealed_time === null ? null : standing.sealed_time / 1e6;
  const late = sealedMs === null || now - sealedMs > SEAL_LATE_MS;
  const state = standing.state === "intact" ? auditTexts.intact : standing.state === "broken" ? auditTexts.broken : auditTexts.unchecked;
  const parts = [
    standing.proved_time === null ? "" : t(auditTexts.provedTo, { clock: clockOf(standing.proved_time / 1e6), n: standing.proved_sequence }),
    sealedMs === null ? t(auditTexts.sealNever) : t(auditTexts.sealedAgo, { age: ageOf(sealedMs) }),
  ];
  return { state: t(state), detail: parts.filter(Boolean).join(language === "zh" ? "，" : ", "), late, bad: standing.state === "broken" };
}

/** "2026-11-25T03:12" on the site's clock as ms, null where it is no time. */
export function siteTime(text: string, timezone: string): number | null {
  const asUtc = Date.parse(`${text}:00Z`);
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(text) || Number.isNaN(asUtc)) return null;
  let guess = asUtc;
  // Twice: the first guess may lie on the other side of a change of the clocks.
  for (let i = 0; i < 2; i++) guess = asUtc - (Date.parse(`${dateTime(guess, timezone).replace(" ", "T")}Z`) - guess);
  return guess;
}

/** The inverse, for the field. */
export function siteText(ms: number, timezone: string): string {
  return dateTime(ms, timezone).replace(" ", "T").slice(0, 16);
}
