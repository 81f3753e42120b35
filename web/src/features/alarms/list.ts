// Filtering and sorting the alarm list. Pure.

import type { AlarmStatus } from "../../api/types";
import type { Language } from "../../app/language";

export interface Filter {
  q: string;
  zone: string;
  state: string;
  priority: string;
  sort: string;
}

const RANK: Record<string, number> = { unack_active: 0, return_unack: 1, ack_active: 2, shelved: 3, suppressed: 4, out_of_service: 5 };

/** Not annunciated: listed only when asked for (ISA-18.2 keeps them in lists of their own). */
const HIDDEN = new Set(["shelved", "suppressed", "out_of_service"]);

/** Needs a person's acknowledgement. */
export function isUnacked(alarm: AlarmStatus): boolean {
  return alarm.state === "unack_active" || alarm.state === "return_unack";
}

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
  if (filter.sort === "time") return found.sort((a, b) => b.since - a.since);
  if (filter.sort === "zone")
    return found.sort((a, b) => zoneName(a.zone).localeCompare(zoneName(b.zone), language) || byPriority(a, b));
  return found.sort(byPriority);
}

/** Cells safe for a spreadsheet: quoted, and never a formula. */
export function csvCell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}
