// An incident as it stood at a moment of its past. Pure.

import type { Incident, Member, TimelineEntry } from "../../api/types";

/** When the incident reached each zone: the first member in it. */
export function reachedTimes(incident: Incident): Map<string, number> {
  const times = new Map<string, number>();
  for (const m of incident.members) {
    const before = times.get(m.zone);
    if (incident.zones.includes(m.zone) && (before === undefined || m.since < before)) times.set(m.zone, m.since);
  }
  return times;
}

/** Turns of each alarm, oldest first: it came (true) or returned (false). */
export function turnsOf(lines: TimelineEntry[]): Map<string, [number, boolean][]> {
  const turns = new Map<string, [number, boolean][]>();
  for (const line of [...lines].sort((a, b) => a.time - b.time)) {
    if (!line.alarm || !(line.kind === "returned" || line.kind === "raised_again")) continue;
    turns.set(line.alarm, [...(turns.get(line.alarm) ?? []), [line.time, line.kind === "raised_again"]]);
  }
  return turns;
}

/** Zones and alarms as they were at `time` (UTC ns); what came later is not there yet. */
export function asOf(incident: Incident, turns: Map<string, [number, boolean][]>, time: number): Incident {
  if (time >= incident.updated) return incident;
  const members: Member[] = [];
  for (const m of incident.members) {
    // `since` is of the last time it came; an earlier turn of it tells that it was there before.
    const own = turns.get(m.alarm) ?? [];
    const began = Math.min(m.since, own[0]?.[0] ?? Infinity);
    if (began > time) continue;
    const last = own.filter(([at]) => at <= time).pop();
    members.push({ ...m, active: last ? last[1] : true });
  }
  const there = new Set(members.map((m) => m.zone));
  const zones = incident.zones.filter((z) => there.has(z));
  return { ...incident, members, zones, growing: false, status: incident.status === "settled" ? "owned" : incident.status };
}

/** The moments at which something changed on the map, oldest first: where the slider stops. */
export function moments(incident: Incident, turns: Map<string, [number, boolean][]>): number[] {
  const all = new Set<number>([incident.started, incident.updated]);
  for (const m of incident.members) if (m.since <= incident.updated) all.add(m.since);
  for (const own of turns.values()) for (const [time] of own) all.add(time);
  return [...all].filter((t) => t >= incident.started && t <= incident.updated).sort((a, b) => a - b);
}
