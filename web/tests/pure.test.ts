import { expect, test } from "vitest";
import { age, clock, duration } from "../src/app/clock";
import { emptyPicture, take, unconfirmed } from "../src/app/live";
import type { AlarmStatus, Incident } from "../src/api/types";
import { csvCell, listed } from "../src/features/alarms/list";
import { apart, reach } from "../src/features/historian/trend";
import { breakName, isInside, namePlace } from "../src/features/plant/geometry";
import { paths } from "../src/parts/sparkline";
import { digits } from "../src/parts/value";
import { visibleRows } from "../src/parts/virtual";

test("an incident of an older revision never replaces a newer one", () => {
  const incident = (revision: number) => ({ id: "i", revision }) as Incident;
  const [first] = take(emptyPicture(), { type: "incident", incident: incident(4) });
  const [second, changed] = take(first, { type: "incident", incident: incident(3) });
  expect(second.incidents.get("i")!.revision).toBe(4);
  expect(changed).toEqual([]);
});

test("an alarm that is normal again leaves the list", () => {
  const alarm = (state: string) => ({ alarm: "a", state }) as AlarmStatus;
  const [raised] = take(emptyPicture(), { type: "alarms", alarms: [alarm("unack_active")] });
  const [normal] = take(raised, { type: "alarms", alarms: [alarm("normal")] });
  expect([raised.alarms.size, normal.alarms.size]).toEqual([1, 0]);
});

test("a limit that changed is counted, and what an older page does not know changes nothing", () => {
  const [after, parts] = take(emptyPicture(), { type: "limit", alarm: "G1.hi", point: "G1" });
  expect([after.limits, parts]).toEqual([1, ["limits"]]);
  const unknown = { type: "of a later version" } as unknown as Parameters<typeof take>[1];
  expect(take(after, unknown)).toEqual([after, []]);
});

test("what no room has confirmed starts as unknown", () => {
  expect(Object.values(emptyPicture().confirmed)).toEqual([null, null, null, null]);
});

test("ages and durations are short and true", () => {
  expect(duration(200_000, "en")).toBe("3 min 20 s");
  expect(duration(200_000, "zh")).toBe("3分 20秒");
  expect(duration(22 * 60_000 + 5000, "en")).toBe("22 min");
  expect(age(1000, 5000, "en")).toBe("4 s ago");
  expect(age(9000, 5000, "zh")).toBe("4秒后");
});

test("clock times are the site's, with the day when it is not today", () => {
  const at = Date.UTC(2026, 0, 1, 19, 12, 8);
  expect(clock(at, at, "Asia/Shanghai")).toBe("03:12:08");
  expect(clock(at - 86_400_000, at, "Asia/Shanghai")).toBe("01-01 03:12:08");
});

test("numbers show some three digits and never minus zero", () => {
  expect([0.0421, 5.126, 57.04, 2080.4, 3, -0.0001, -0].map(digits)).toEqual(["0.042", "5.13", "57.0", "2080", "3", "0.000", "0"]);
});

test("a gap in the readings is a gap in the line", () => {
  expect(paths([1, 2, null, 3, 4], 0, 4, 100, 20)).toHaveLength(2);
});

test("zone names break into lines that fit and leave no single character", () => {
  expect(breakName("电解液库", 30, 14)).toEqual(["电解", "液库"]);
  expect(breakName("Electrolyte store", 80, 12)).toEqual(["Electrolyte", "store"]);
  expect(breakName("化成老化间", 60, 14).every((line) => line.length > 1)).toBe(true);
});

test("the name of an L-shaped zone stands inside it", () => {
  const polygon: [number, number][] = [[0, 0], [30, 0], [30, 10], [10, 10], [10, 30], [0, 30]];
  const { at, width } = namePlace(polygon);
  expect(isInside([at[0] + 1, at[1] - 1], polygon)).toBe(true);
  expect(width).toBeGreaterThan(20);
});

test("a cell of a hostile name is no spreadsheet formula", () => {
  expect(csvCell("=cmd|' /C calc'!A0")).toBe("'=cmd|' /C calc'!A0");
  expect(csvCell('a "b", c')).toBe('"a ""b"", c"');
  expect(csvCell(-3)).toBe("-3");
});

test("not acknowledged comes before acknowledged, then priority, then the newer", () => {
  const a = (alarm: string, state: string, priority: number, since: number) =>
    ({ alarm, state, priority, since, zone: "z", message: { zh: alarm, en: alarm } }) as AlarmStatus;
  const all = [a("old", "unack_active", 2, 1), a("acked", "ack_active", 1, 9), a("new", "unack_active", 2, 5), a("top", "unack_active", 1, 2)];
  const filter = { q: "", zone: "", state: "", priority: "", sort: "priority" };
  expect(listed(all, filter, "en", (z) => z).map((x) => x.alarm)).toEqual(["top", "new", "old", "acked"]);
  const shelved = [...all, a("away", "shelved", 1, 1)];
  expect(listed(shelved, filter, "en", (z) => z)).toHaveLength(4);
  expect(listed(shelved, { ...filter, state: "all" }, "en", (z) => z)).toHaveLength(5);
  expect(listed(all, { ...filter, q: "TOP" }, "en", (z) => z)).toHaveLength(1);
});

test("only rows near the screen are drawn of fifty thousand", () => {
  const [first, last] = visibleRows(50_000, 60, 1_200_000, 900);
  expect(first).toBeLessThanOrEqual(20_000);
  expect(last - first).toBeLessThan(40);
  expect(visibleRows(3, 60, 999_999, 900)).toEqual([3, 3]);
});

test("a near limit is drawn, a far one does not press the line flat", () => {
  const drawn = (at: number) => [{ point: { unit: "%LEL", limits: [{ at, type: "high" }] }, series: null }] as never;
  expect(reach(drawn(10), "%LEL", { min: 4, max: 8 }, "max")).toBeGreaterThan(10);
  expect(reach(drawn(100), "%LEL", { min: 4, max: 8 }, "max")).toBeLessThan(9);
});

test("flags that would cover each other become the most urgent of them", () => {
  const flag = (s: number, priority: number) => ({ source_time: s * 1e9, priority }) as never;
  expect(apart([flag(0, 2), flag(1, 1), flag(100, 3)], 10_000)).toHaveLength(2);
});

test("what a dead line last said stays to be looked at, but nothing of it is confirmed", () => {
  const [picture] = take(emptyPicture(), { type: "beat", time: 1, bus: true, confirmed: { incidents: 1, alarms: 1, sources: 1, latest: 1 } });
  const source = { ...picture, sources: new Map([["plc", {} as never]]) };
  expect(unconfirmed(source).confirmed).toEqual({ incidents: null, alarms: null, sources: null, latest: null });
  expect(unconfirmed(source).sources.size).toBe(1);
});
