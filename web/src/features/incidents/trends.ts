// Which points of an incident are drawn, and over which time. Pure.

import type { Incident } from "../../api/types";
import type { Range } from "../historian/trend";

export const MOST_POINTS = 8;
const LEAD_MS = 300_000;

/** The first alarm's point, then the most urgent alarms' and the earliest; each once. */
export function trendPoints(incident: Incident): string[] {
  const first = incident.first_out.alarm;
  const ranked = [...incident.members].sort(
    (a, b) => Number(a.alarm !== first) - Number(b.alarm !== first) || a.priority - b.priority || a.since - b.since,
  );
  return [...new Set([incident.first_out.point, ...ranked.map((m) => m.point)])].slice(0, MOST_POINTS);
}

/** From a little before the first alarm, so that one sees how it was while all was well. */
export function trendRange(incident: Incident, until: number): Range {
  const from = incident.started / 1e6;
  const edge = Math.max(60_000, (until - from) / 20);
  return { from: Math.round(from - Math.max(LEAD_MS, edge)), to: Math.round(until + edge / 4) };
}

export function trendAddress(points: string[], range: Range): string {
  return `/trend?points=${points.map(encodeURIComponent).join(",")}&from=${Math.round(range.from)}&to=${Math.round(range.to)}`;
}
