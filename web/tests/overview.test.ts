import { expect, test } from "vitest";
import type { Glyph, Latest } from "../src/api/types";
import { countPeople, total } from "../src/features/plant/people";
import { weatherNow } from "../src/features/plant/weather";

const now = 1_000_000;
const point = (id: string, zone: string, unit: string, kind: Glyph["kind"] = "people_position") =>
  ({ id, zone, unit, kind, stale_after: 60, states: {} }) as unknown as Glyph;
const latest = (values: Record<string, Latest>) => new Map(Object.entries(values));

test("the counters of a zone are added, and a help tag counts nobody", () => {
  const points = [point("a", "store", "persons"), point("b", "store", "count"), point("tag", "store", "state")];
  const counts = countPeople(latest({ a: [now - 5000, 2, 0], b: [now, 3, 0], tag: [now, 1, 0] }), points, now);
  expect(counts.get("store")).toEqual({ people: 5, at: now - 5000 });
});

test("a zone of which one counter is old, unknown or frozen is not known, never nearly known", () => {
  const points = [point("a", "store", "persons"), point("b", "store", "persons"), point("c", "yard", "persons"), point("d", "roof", "persons")];
  const counts = countPeople(latest({ a: [now, 2, 0], b: [now - 61_000, 3, 0], c: [now, 4, 32] }), points, now);
  expect([...counts.values()].map((c) => c.people)).toEqual([null, null, null]);
  expect(total(counts)).toEqual({ people: 0, unknown: 3 });
});

test("wind is told by both its values or not at all, with the age of the older", () => {
  const points = [point("d", "roof", "deg", "weather"), point("s", "roof", "m/s", "weather"), point("t", "roof", "degC", "weather")];
  const all = weatherNow(latest({ d: [now - 4000, 90, 0], s: [now, 3, 0], t: [now, 20, 0] }), points, now);
  expect(all.wind).toEqual({ from: 90, speed: 3, at: now - 4000 });
  expect(all.rest.map((r) => r.value)).toEqual([20]);
  const half = weatherNow(latest({ d: [now - 61_000, 90, 0], s: [now, 3, 0] }), points, now);
  expect([half.wind, half.measured, half.rest.length]).toEqual([null, true, 0]);
});
