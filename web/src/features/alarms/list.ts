// Filtering, sorting and walking the alarm list. Pure.

import type { AlarmStatus } from "../../api/types";
import type { Language } from "../../app/language";

export { csvCell } from "../../parts/csv";

export interface Filter {
  q: string;
  zone: string;
  state: string;
  priority: string;
  sort: string;
}

const RANK: Record<string, number> = { unack_active: 0, return_unack: 1, ack_active: 2, shelved: 3, suppressed: 4, out_of_service: 5 };

/** Not annunciated: in lists of their own (ISA-18.2). */
export const HIDDEN = new Set(["shelved", "suppressed", "out_of_service"]);

/** Needs a person's acknowledgement. */
export function isUnacked(alarm: AlarmStatus): boolean {
  return alarm.state === "unack_active" || alarm.state === "return_unack";
}

/** Latched: its condition is gone and it was acknowledged; a person lets it go. */
export function isLatched(alarm: AlarmStatus): boolean {
  return alarm.state === "ack_active" && !alarm.active;
}

export const SORTS = ["priority", "time", "zone", "name", "state", "value"] as const;

/** The alarms that the filter lets through, sorted; `-` before the sort turns it round. */
export function listed(alarms: Iterable<AlarmStatus>, filter: Filter, language: Language, zoneName: (id: string) => string): AlarmStatus[] {
  const words = filter.q.toLowerCase().split(/\s+/).filter(Boolean);
  const found = [...alarms].filter((a) => {
    if (filter.zone && a.zone !== filter.zone) return false;
    if (filter.state === "" && HIDDEN.has(a.state)) return false;
    if (filter.state && filter.state !== "all" && a.state !== filter.state) return false;
    if (filter.priority && String(a.priority) !== filter.priority) return false;
    if (words.length === 0) return true;
    const text = `${a.alarm} ${a.message.zh} ${a.message.en} ${zoneName(a.zone)}`.toLowerCase();
    return words.every((w) => text.includes(w));
  });
  const byPriority = (a: AlarmStatus, b: AlarmStatus) =>
    (RANK[a.state] ?? 9) - (RANK[b.state] ?? 9) || a.priority - b.priority || b.since - a.since;
  const orders: Record<string, (a: AlarmStatus, b: AlarmStatus) => number> = {
    priority: byPriority,
    time: (a, b) => b.since - a.since,
    zone: (a, b) => zoneName(a.zone).localeCompare(zoneName(b.zone), language) || byPriority(a, b),
    name: (a, b) => a.message[language].localeCompare(b.message[language], language) || a.alarm.localeCompare(b.alarm),
    state: (a, b) => (RANK[a.state] ?? 9) - (RANK[b.state] ?? 9) || b.since - a.since,
    value: (a, b) => beyond(b) - beyond(a),
  };
  const turned = filter.sort.startsWith("-");
  const order = orders[turned ? filter.sort.slice(1) : filter.sort] ?? byPriority;
  found.sort(order);
  return turned ? found.reverse() : found;
}

/** How far past its limit, as a share of the limit: values of different units compared. */
function beyond(a: AlarmStatus): number {
  if (a.value === null || a.limit === null) return -Infinity;
  return Math.abs(a.value - a.limit) / (Math.abs(a.limit) || 1);
}

/** The sort after a click on a column: the same again turns it round, a third goes back to the usual. */
export function nextSort(now: string, column: string): string | null {
  if (now === column) return `-${column}`;
  if (now === `-${column}`) return null;
  return column === "priority" ? null : column;
}

/** The row to go to after a key; null: the key is not for rows. */
export function nextRow(key: string, at: number, count: number, page: number): number | null {
  const moves: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: count - 1 };
  const to = moves[key];
  if (to === undefined || count === 0) return null;
  return Math.max(0, Math.min(count - 1, to));
}

export const COLUMNS = ["zone", "value", "state", "since", "hazard", "kind"] as const;
export type Column = (typeof COLUMNS)[number];

export const WIDTHS: Record<Column, string> = {
  zone: "minmax(100px, 1fr)", value: "140px", state: "minmax(150px, 1.1fr)", since: "190px", hazard: "80px", kind: "110px",
};

/** The chosen columns as remembered text, and back; what is not known is left out, nothing chosen is the usual. */
export function columnsOf(text: string): Column[] {
  const chosen = COLUMNS.filter((c) => text.split(",").includes(c));
  return text === "" ? ["zone", "value", "state", "since"] : chosen;
}
