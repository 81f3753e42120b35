// Lines of a timeline: fetched and pushed as one, and which of them are wanted. Pure.

import type { TimelineEntry } from "../../api/types";

export type Group = "alarms" | "spread" | "people" | "told";

const GROUPS: Record<string, Group> = {
  opened: "spread", grew: "spread", merged: "spread", split: "spread", escalated: "spread", steady: "spread", settled: "spread", reopened: "spread", dissolved: "spread",
  taken: "people", released: "people", offered: "people", offer_withdrawn: "people", note: "people", said_settled: "people", closed: "people", photo: "people", photo_erased: "people", acknowledged: "people",
  notice: "told",
};

export const ORDER: Group[] = ["alarms", "spread", "people", "told"];

/** What a line is about; a kind nobody has told us of is about alarms. */
export function groupOf(kind: string): Group {
  return GROUPS[kind] ?? "alarms";
}

/** Fetched lines and pushed lines as one timeline: each once, in order of time. */
export function mergeLines(fetched: TimelineEntry[], pushed: TimelineEntry[]): TimelineEntry[] {
  const all = new Map<string, TimelineEntry>();
  for (const line of [...fetched, ...pushed]) all.set(line.id, line);
  return [...all.values()].sort((a, b) => a.time - b.time || a.recorded - b.recorded);
}

export function counted(lines: TimelineEntry[]): Record<Group, number> {
  const count: Record<Group, number> = { alarms: 0, spread: 0, people: 0, told: 0 };
  for (const line of lines) count[groupOf(line.kind)] += 1;
  return count;
}
