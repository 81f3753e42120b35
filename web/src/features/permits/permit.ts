import type { Text } from "../../api/types";
import { partsOf } from "../flows/formParts";
import type { FormPart } from "../flows/types";
import type { Asks, Card, FormSchema, Found, JudgedLine, Line, OpenTask, Quantity, RunView, Shown } from "./types";

// What a permit's page says and sends. Pure.

/** Status of AQ 3064.2-2025 table A.1, in words. */
export const statusTexts: readonly Text[] = [
  { zh: "未签发", en: "Not issued" },
  { zh: "已签发", en: "Issued" },
  { zh: "作业中", en: "Working" },
  { zh: "已验收", en: "Accepted" },
  { zh: "已作废", en: "Void" },
  { zh: "已撤回", en: "Withdrawn" },
  { zh: "已暂停", en: "Paused" },
];

export function statusText(status: number): Text {
  return statusTexts[status] ?? { zh: `状态 ${status}`, en: `Status ${status}` };
}

export interface Doer {
  id: string;
  role: string;
  zones: string[] | null;
}

/** Whether this person may do an open step, as flows/deeds.py decides it. */
export function isMine(task: OpenTask, run: RunView, me: Doer | null): boolean {
  if (me === null) return false;
  if (me.role === "administrator" || task.doers.includes(`person:${me.id}`)) return true;
  return task.doers.includes(`role:${me.role}`) && (me.zones === null || me.zones.some((zone) => run.zones.includes(zone)));
}

/** A time of the data (ISO 8601) in ms; null: there is none. */
function timeAt(data: Record<string, unknown>, key: string, name: string): number | null {
  const place = data[key];
  const said = typeof place === "object" && place !== null ? (place as Record<string, unknown>)[name] : undefined;
  const ms = typeof said === "string" ? Date.parse(said) : NaN;
  return Number.isFinite(ms) ? ms : null;
}

export interface Times {
  /** Until when it is valid, ms. */
  until: number | null;
  /** When the next re-test must be done, ms. */
  check: number | null;
  /** From when on it can be done, ms. */
  opens: number | null;
}

/** Validity and next re-test; only while they bind: a re-test is due while people work, not while they stand. */
export function timesOf(shown: Pick<Shown, "run" | "data" | "cards">): Times {
  const none = { until: null, check: null, opens: null };
  const { run, data, cards } = shown;
  if (run.ended !== null || ![2, 6].includes(run.status)) return none;
  const work = cards.find((card) => card.card === "work" && data[card.key] !== undefined);
  if (!work) return none;
  const isWorking = run.status === 2;
  return {
    until: work.longest === undefined ? null : timeAt(data, work.key, "until"),
    check: isWorking && work.every !== undefined ? timeAt(data, work.key, "check_due") : null,
    opens: isWorking && work.every !== undefined ? timeAt(data, work.key, "check_opens") : null,
  };
}

/** What the last try of this step was told, as long as the step is open again. */
export function lastVerdict(history: Line[], key: string): JudgedLine | null {
  for (const line of [...history].reverse()) {
    const judged = line.judged.find((one) => one.key === key);
    if (judged) return judged.passed ? null : judged;
    // Done since without being judged: an older verdict no longer stands.
    if (line.action === "submit" && line.task === key) return null;
  }
  return null;
}

/** `GB 30871-2022 6.4.2`, as far as it is known. */
export function clauseText(found: Pick<Found, "standard" | "edition" | "clause">): string {
  const standard = found.edition && !found.standard.endsWith(found.edition) ? `${found.standard}-${found.edition}` : found.standard;
  return [standard, found.clause].filter(Boolean).join(" ");
}

/** What to do about a step that was not accepted. */
export function adviceKey(kind: OpenTask["kind"]): "measure" | "sign" | "again" {
  return kind === "measure" || kind === "check" ? "measure" : kind === "approve" ? "sign" : "again";
}

/** One sample as it is typed. */
export interface Typed {
  value: string;
  place: string;
  /** Minutes ago that it was drawn. */
  ago: number;
}

export const EMPTY_SAMPLE: Typed = { value: "", place: "", ago: 0 };

/** A number as people type it: with a comma, a full-width digit, a blank. null: it is none. */
export function numberOf(text: string): number | null {
  const plain = text.normalize("NFKC").trim().replace(",", ".").replace("。", ".");
  if (!/^-?\d+(\.\d+)?$/.test(plain)) return null;
  return Number(plain);
}

/** Samples as the API takes them: each value with its unit, where and when it was drawn (`now`: ms). null: one is no
 * number. Several samples of one quantity are a list: each of them is judged. */
export function samplesBody(quantities: Quantity[], typed: Record<string, Typed[]>, now: number): Record<string, unknown> | null {
  const body: Record<string, unknown> = {};
  for (const quantity of quantities) {
    const rows = typed[quantity.key] ?? [];
    const samples = rows.map((row) => {
      const value = numberOf(row.value);
      const place = row.place.trim();
      return value === null ? null : { value, unit: quantity.unit, time: new Date(now - row.ago * 60_000).toISOString(), ...(place ? { place } : {}) };
    });
    if (samples.length === 0 || samples.includes(null)) return null;
    body[quantity.key] = samples.length === 1 ? samples[0] : samples;
  }
  return body;
}

/** Limits of a quantity where the card has its own: `19.5 – 23.5`, `≤ 10`. */
export function limitText(quantity: Quantity): string {
  const { low, high } = quantity;
  if (low !== undefined && high !== undefined) return `${low} – ${high}`;
  if (low !== undefined) return `≥ ${low}`;
  return high !== undefined ? `≤ ${high}` : "";
}

/** What a form was filled with before, without what the engine wrote beside it. */
export function answersBefore(data: Record<string, unknown>, key: string): Record<string, unknown> {
  const place = data[key];
  if (typeof place !== "object" || place === null || Array.isArray(place)) return {};
  return Object.fromEntries(Object.entries(place).filter(([name]) => name !== "judged" && !name.endsWith("_")));
}

export interface Said {
  label: string;
  value: string;
}

/** The answers of a form, each with what it was asked by and the words that were chosen. */
export function saidInForm(card: Card, data: Record<string, unknown>, yes: string, no: string, language: "zh" | "en" = "zh"): Said[] {
  const place = data[card.key];
  if (!card.form || typeof place !== "object" || place === null) return [];
  return partsOf(formIn(card.form, language)).flatMap((part) => {
    const value = inner(place as Record<string, unknown>, part.key);
    if (value === undefined || value === null || value === "") return [];
    return [{ label: part.label || part.key, value: words(value, part.values ?? [], yes, no) }];
  });
}

function inner(place: Record<string, unknown>, path: string): unknown {
  return path.split(".").reduce<unknown>((found, name) => (typeof found === "object" && found !== null ? (found as Record<string, unknown>)[name] : undefined), place);
}

function words(value: unknown, values: { label: string; value: string }[], yes: string, no: string): string {
  if (Array.isArray(value)) return value.map((one) => words(one, values, yes, no)).join("、");
  if (typeof value === "boolean") return value ? yes : no;
  return values.find((one) => one.value === value)?.label ?? String(value);
}

/** Whether a signature has to be given where the work is. */
export function wantsPresence(asks: Asks | undefined): boolean {
  return asks !== undefined && (asks.on_site === true || (asks.anyone ?? []).some((one) => one.on_site));
}

/** How long a scanned code says where somebody is (flows/answers.py). */
export const PRESENCE_MS = 10 * 60_000;

export function isThere(presence: { zone: string; time: number } | null, zones: string[], now: number): boolean {
  return presence !== null && zones.includes(presence.zone) && now - presence.time <= PRESENCE_MS;
}

export type Severity = "ok" | "soon" | "late";

/** How pressing a time is: late when it is over, soon in its last quarter (or the last 10 minutes, if that is longer). */
export function severity(at: number, now: number, span: number): Severity {
  if (now >= at) return "late";
  return at - now <= Math.max(span / 4, Math.min(span / 2, 600_000)) ? "soon" : "ok";
}

/** Samples in the answers of a step, in words: `o2 19.4 %vol`. */
export function samplesSaid(answers: Record<string, unknown> | null): string[] {
  return Object.entries(answers ?? {}).flatMap(([key, given]) =>
    (Array.isArray(given) ? given : [given]).flatMap((one: unknown) => {
      if (typeof one !== "object" || one === null || !("value" in one) || !("unit" in one)) return [];
      const sample = one as { value: unknown; unit: unknown; place?: unknown };
      return [`${key.toUpperCase()} ${String(sample.value)} ${String(sample.unit)}${sample.place ? ` · ${String(sample.place)}` : ""}`];
    }),
  );
}

/** A form in the person's language: its words are Chinese, and beside them stand the English ones (`properties.en`, and
 * `en` of a value) where whoever drew it wrote them. */
export function formIn(schema: FormSchema, language: "zh" | "en"): FormSchema {
  if (language === "zh") return schema;
  const put = (part: FormPart): FormPart => {
    const en = (part.properties as Record<string, unknown> | undefined)?.en;
    const named = typeof en === "string" && en ? { [part.type === "text" ? "text" : "label"]: en, ...(part.dateLabel === undefined ? {} : { dateLabel: en }) } : {};
    return {
      ...part, ...named,
      ...(part.values ? { values: part.values.map((value) => ({ ...value, label: (value as { en?: string }).en || value.label })) } : {}),
      ...(part.components ? { components: part.components.map(put) } : {}),
    };
  };
  return { ...schema, components: (schema.components ?? []).map(put) };
}
