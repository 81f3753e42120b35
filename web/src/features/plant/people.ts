import type { Glyph, Latest } from "../../api/types";
import { isStale } from "../../parts/value";

/** People counted in a zone: null where a counter has no value that can be trusted; `at`: the oldest count, ms. */
export interface Count {
  people: number | null;
  at: number | null;
}

/** The sum of each zone's counters. Tags that only say "help" or "still" count nobody. Pure. */
export function countPeople(latest: Map<string, Latest>, points: Iterable<Glyph>, now: number): Map<string, Count> {
  const found = new Map<string, Count>();
  for (const point of points) {
    if (point.kind !== "people_position" || (point.unit !== "persons" && point.unit !== "count")) continue;
    const value = latest.get(point.id);
    const before = found.get(point.zone) ?? { people: 0, at: null };
    const known = value !== undefined && value[1] !== null && !isStale(value, point.stale_after, now);
    const at = value === undefined ? before.at : Math.min(before.at ?? Infinity, value[0]);
    const people = known && before.people !== null ? before.people + Math.round(value[1]!) : null;
    found.set(point.zone, { people, at });
  }
  return found;
}

/** Those of all zones together, and how many zones' counts are not known. Pure. */
export function total(counts: Map<string, Count>): { people: number; unknown: number } {
  let people = 0;
  let unknown = 0;
  for (const count of counts.values()) {
    if (count.people === null) unknown += 1;
    else people += count.people;
  }
  return { people, unknown };
}
