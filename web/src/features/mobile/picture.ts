import type { AlarmStatus, Incident } from "../../api/types";

// What is kept of the plant's picture, and what is shown of it. Pure.

export interface Picture {
  incidents: Incident[];
  alarms: AlarmStatus[];
  /** Server time in ms at which this was so. */
  at: number;
}

export interface Shown {
  incidents: Incident[];
  alarms: AlarmStatus[];
  /** null: this is now; else since when it has stood still. */
  at: number | null;
  /** The platform has answered, now or before: an empty list means something. */
  known: boolean;
}

/** A phone keeps the urgent ones; a flood of thousands is for the control room. */
export const MOST_ALARMS = 300;

export function shrink(incidents: Iterable<Incident>, alarms: Iterable<AlarmStatus>, at: number): Picture {
  const urgent = [...alarms].sort((a, b) => a.priority - b.priority || b.since - a.since).slice(0, MOST_ALARMS);
  return { incidents: [...incidents], alarms: urgent, at };
}

/** Live where there is a line; what came last on this line where it broke; what the phone kept where there was none. */
export function shown(
  line: { alive: boolean; started: boolean; heard: number | null }, skew: number,
  now: { incidents: Iterable<Incident>; alarms: Iterable<AlarmStatus>; confirmed: boolean }, before: Picture | null,
): Shown {
  if (line.started)
    return {
      incidents: [...now.incidents], alarms: [...now.alarms], known: now.confirmed,
      at: line.alive ? null : (line.heard ?? 0) + skew,
    };
  if (before) return { incidents: before.incidents, alarms: before.alarms, at: before.at, known: true };
  return { incidents: [], alarms: [], at: null, known: false };
}

export function isOver(incident: Incident): boolean {
  return incident.status === "closed" || incident.status === "dissolved";
}

/** Nobody has it, or who has it asks this person to take it. */
export function waitsFor(incident: Incident, me: string | null): boolean {
  return incident.owner === null || (me !== null && incident.offered_to === me);
}

/** Mine, waiting for somebody, and the rest; the most urgent first. An incident I took without a line is mine here
 * already, and said to be on its way. What waits in zones of others is theirs. */
export function sorted(
  incidents: Incident[], me: string | null, taken: Set<string>, mayTake: (incident: Incident) => boolean = () => true,
): Record<"mine" | "waiting" | "others", Incident[]> {
  const open = incidents.filter((i) => !isOver(i)).sort((a, b) => a.priority - b.priority || b.started - a.started);
  const isMine = (i: Incident) => (me !== null && i.owner === me) || (taken.has(i.id) && waitsFor(i, me));
  return {
    mine: open.filter(isMine),
    waiting: open.filter((i) => !isMine(i) && waitsFor(i, me) && mayTake(i)),
    others: open.filter((i) => !isMine(i) && !(waitsFor(i, me) && mayTake(i))),
  };
}

/** Which kept answers go when there are too many: the longest unused. */
export function surplus(entries: { key: string; at: number }[], most: number): string[] {
  return entries
    .filter((e) => e.key.startsWith("/"))
    .sort((a, b) => b.at - a.at)
    .slice(most)
    .map((e) => e.key);
}

/** Whether a value says more than its alarm: of smoke or a door the message has said it all, and a bare 1 says nothing. */
export function isMeasured(unit: string): boolean {
  return !["", "1", "state", "score"].includes(unit);
}
