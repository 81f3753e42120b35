import { expect, test } from "vitest";
import type { Incident, Member, Notice, Series, TimelineEntry } from "../src/api/types";
import { likelyNext } from "../src/features/historian/answers";
import { fixedRange, spanOf, stepOf } from "../src/features/historian/ranges";
import { doubtful, silence, xy } from "../src/features/historian/trend";
import { counted, groupOf, mergeLines } from "../src/features/incidents/lines";
import { sizeFor } from "../src/features/incidents/shrink";
import { asOf, moments, reachedTimes, turnsOf } from "../src/features/incidents/spread";
import { reached } from "../src/features/incidents/told";
import { trendPoints, trendRange } from "../src/features/incidents/trends";

const member = (alarm: string, zone: string, since: number, more: Partial<Member> = {}): Member =>
  ({ alarm, occurrence: alarm, point: alarm.split(".")[0]!, zone, since, active: true, priority: 2, ...more }) as Member;

const members = [member("A.hi", "z1", 100), member("B.hi", "z2", 200, { priority: 1 }), member("C.hi", "z1", 300, { active: false })];
const incident = { id: "i", started: 100, updated: 1000, zones: ["z1", "z2"], members, first_out: members[0], growing: true, status: "owned", priority: 1 } as Incident;
const line = (id: string, kind: string, time: number, alarm: string | null = null) => ({ id, kind, time, recorded: time, alarm }) as TimelineEntry;
const lines = [line("1", "returned", 500, "C.hi"), line("2", "returned", 400, "A.hi"), line("3", "raised_again", 600, "A.hi")];

test("what came later is not on the map of an earlier moment", () => {
  const then = asOf(incident, turnsOf(lines), 250);
  expect(then.members.map((m) => m.alarm)).toEqual(["A.hi", "B.hi"]);
  expect(then.zones).toEqual(["z1", "z2"]);
  expect(asOf(incident, turnsOf(lines), 150).zones).toEqual(["z1"]);
});

test("an alarm that had returned is quiet, and one that came back holds again", () => {
  const turns = turnsOf(lines);
  const active = (at: number) => asOf(incident, turns, at).members.filter((m) => m.active).map((m) => m.alarm);
  expect(active(350)).toEqual(["A.hi", "B.hi", "C.hi"]);
  expect(active(550)).toEqual(["B.hi"]);
  expect(active(650)).toEqual(["A.hi", "B.hi"]);
});

test("an alarm whose last coming is late was there since its first", () => {
  const again = { ...incident, members: [member("A.hi", "z1", 600)] };
  expect(asOf(again, turnsOf(lines), 450).members.map((m) => [m.alarm, m.active])).toEqual([["A.hi", false]]);
});

test("who was told is said step by step, each person once, and not who could not be reached", () => {
  const notice = (person: string, step: number, more: Partial<Notice> = {}) => ({ person, person_name: { zh: person, en: person }, step, state: "sent", ...more }) as Notice;
  const told = [notice("zhao", 1), notice("li", 0), notice("li", 0, { channel: "gateway" }), notice("wu", 2, { state: "failed" }), notice("sun", 11)];
  expect(reached(told).map(({ step, names }) => [step, names.map((n) => n.en)])).toEqual([[0, ["li"]], [1, ["zhao"]], [10, ["sun"]]]);
});

test("now is the incident itself, and the slider stops where something changed", () => {
  expect(asOf(incident, turnsOf(lines), 1000)).toBe(incident);
  expect(moments(incident, turnsOf(lines))).toEqual([100, 200, 300, 400, 500, 600, 1000]);
  expect(reachedTimes(incident).get("z1")).toBe(100);
});

test("lines fetched and pushed are one timeline, each once, in order of time", () => {
  expect(mergeLines([lines[0]!, lines[1]!], [lines[1]!, lines[2]!]).map((l) => l.id)).toEqual(["2", "1", "3"]);
});

test("every kind of line belongs to a group, also one nobody told us of", () => {
  expect([groupOf("notice"), groupOf("note"), groupOf("grew"), groupOf("joined"), groupOf("of tomorrow")]).toEqual(["told", "people", "spread", "alarms", "alarms"]);
  expect(counted([line("1", "photo", 1), line("2", "joined", 2), line("3", "photo", 3)])).toEqual({ alarms: 1, spread: 0, people: 2, told: 0 });
});

test("the first alarm's point is drawn first, then the most urgent", () => {
  expect(trendPoints(incident)).toEqual(["A", "B", "C"]);
  const range = trendRange({ ...incident, started: 1e15 } as Incident, 1e9 + 600_000);
  expect(range.from).toBeLessThanOrEqual(1e9 - 300_000);
  expect(range.to).toBeGreaterThan(1e9 + 600_000);
});

test("a photo goes as it is unless it is too large", () => {
  expect(sizeFor(4032, 3024, 3e6)).toBeNull();
  expect(sizeFor(8064, 6048, 3e6)).toEqual({ width: 2560, height: 1920 });
  expect(sizeFor(4000, 3000, 9e6)).toEqual({ width: 2560, height: 1920 });
});

test("a range of an address is one that can be shown, or none", () => {
  const of = (text: string) => fixedRange(new URLSearchParams(text));
  expect(of("from=1700000000000&to=1700000001000")).toEqual({ from: 1_700_000_000_000, to: 1_700_000_001_000 });
  for (const wrong of ["", "from=1&to=2", "from=1700000001000&to=1700000000000", "from=x&to=y", "from=NaN&to=Infinity", "from=1700000000000"]) expect(of(wrong)).toBeNull();
  expect(spanOf(new URLSearchParams("span=30d"))).toEqual(["30d", 30 * 86_400_000]);
  expect(spanOf(new URLSearchParams("span=constructor"))[0]).toBe("1h");
  expect([stepOf(60_000), stepOf(366 * 86_400_000)]).toEqual([1000, 60_000]);
});

test("what is fetched ahead never lies beyond now", () => {
  const now = 1_700_000_000_000;
  for (const next of likelyNext({ from: now - 7_200_000, to: now - 3_600_000 }, now)) {
    expect(next.from).toBeLessThan(next.to);
    expect(next.from).toBeLessThan(now);
  }
});

test("a reading that stands alone is drawn as a dot, and a long silence is a break", () => {
  const drawn = xy([0, 10e6, 20e6, 30e6, 90e6], [1, null, 3, 4, 5], 0, 20e6) as { value?: unknown[] }[];
  expect(drawn.map((d) => (Array.isArray(d) ? d : d.value))).toEqual([[0, 1, 0], [20, 3, 2], [30, 4, 3], [60, null, 3], [90, 5, 4]]);
  expect(drawn[4]).toMatchObject({ symbol: "circle" });
});

test("buckets finer than a sensor's own pace are no gaps, its silence is one", () => {
  const slow = { time: [0, 1, 2, 3, 4, 5, 6].map((n) => n * 1e9), mean: [1, null, 1, null, 1, null, 1] } as unknown as Series;
  expect(silence(slow, 1e9, null)).toBe(6e9);
  expect(silence(slow, 1e9, 30)).toBe(30e9);
  expect(silence({ ...slow, mean: slow.mean.map(() => null) }, 1e9, null)).toBe(2.5e9);
});

test("stretches that cannot be trusted are marked, the others are not", () => {
  const series = { mean: [1, 2, 3, 4], quality: [0, 32, 0, null] } as unknown as Series;
  expect(doubtful(series)).toEqual([null, 2, 3, null]);
});
