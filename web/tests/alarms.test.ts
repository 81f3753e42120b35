import { expect, test } from "vitest";
import type { AlarmStatus } from "../src/api/types";
import { columnsOf, isLatched, listed, nextRow, nextSort } from "../src/features/alarms/list";
import { differences, formOf, rivals, settingOf, type Proposal, type Setting } from "../src/features/alarms/limits";
import { fromLocal, localText, rangeOf } from "../src/features/alarms/range";

const setting: Setting = { at: 25, deadband: 3, on_delay: 0, off_delay: 10, priority: 2, why: null };

test("a click on a column sorts, the next turns it round, the third goes back to the usual", () => {
  expect([nextSort("priority", "zone"), nextSort("zone", "zone"), nextSort("-zone", "zone")]).toEqual(["zone", "-zone", null]);
});

test("keys walk the rows and stop at both ends", () => {
  expect([nextRow("ArrowDown", -1, 3, 10), nextRow("ArrowDown", 2, 3, 10), nextRow("ArrowUp", 0, 3, 10)]).toEqual([0, 2, 0]);
  expect([nextRow("End", 0, 50_000, 10), nextRow("PageDown", 5, 50_000, 10), nextRow("Home", 9, 50_000, 10)]).toEqual([49_999, 15, 0]);
  expect([nextRow("x", 0, 3, 10), nextRow("ArrowDown", 0, 0, 10)]).toEqual([null, null]);
});

test("fifty thousand alarms are sorted and filtered in less than a second", () => {
  const states = ["unack_active", "ack_active", "return_unack", "shelved"];
  const all = Array.from({ length: 50_000 }, (_, i) => ({ alarm: `P${i}.hi`, state: states[i % 4], priority: 1 + (i % 4), since: i, zone: `z${i % 64}`, value: i, limit: 10, message: { zh: `报警${i}`, en: `alarm ${i}` } })) as unknown as AlarmStatus[];
  const began = performance.now();
  const rows = listed(all, { q: "p1", zone: "", state: "", priority: "", sort: "priority" }, "en", (z) => z);
  expect(rows.length).toBeGreaterThan(5000);
  expect(performance.now() - began).toBeLessThan(1000);
});

test("remembered columns that no longer exist are left out, and none chosen stays none", () => {
  expect(columnsOf("since,zone,nonsense")).toEqual(["zone", "since"]);
  expect(columnsOf("-")).toEqual([]);
  expect(columnsOf("")).toEqual(["zone", "value", "state", "since"]);
});

test("a latched alarm is one whose condition is gone and that waits for a reset", () => {
  const alarm = (state: string, active: boolean) => ({ state, active }) as AlarmStatus;
  expect([isLatched(alarm("ack_active", false)), isLatched(alarm("ack_active", true))]).toEqual([true, false]);
});

test("what a proposal changes is named line by line, and nothing else", () => {
  const found = differences(setting, { ...setting, at: 30, on_delay: 2 }, "%LEL", "en");
  expect(found.map((d) => [d.name.en, d.from, d.to])).toEqual([["Limit", "25 %LEL", "30 %LEL"], ["On-delay", "0 s", "2 s"]]);
  expect(differences(setting, setting, "%LEL", "zh")).toEqual([]);
});

test("a form goes to a setting and back; what is no number is no setting", () => {
  expect(settingOf(formOf(setting))).toEqual(setting);
  expect(settingOf({ ...formOf(setting), at: "25,5" })!.at).toBe(25.5);
  expect(settingOf({ ...formOf(setting), at: "" })).toBeNull();
  expect(settingOf({ ...formOf(setting), at: "1e999" })).toBeNull();
  expect(settingOf({ ...formOf(setting), rationalised: true })).toBeNull();
});

test("a range is read from the address and nonsense gives the usual", () => {
  const now = Date.UTC(2026, 0, 2);
  expect(rangeOf(new URLSearchParams("span=1h"), now, "24h")).toEqual({ start: now - 3_600_000, end: now, moving: true });
  expect(rangeOf(new URLSearchParams("from=9&to=1"), now, "24h").start).toBe(now - 86_400_000);
  expect(rangeOf(new URLSearchParams(`from=${now - 5000}&to=${now}`), now, "24h").moving).toBe(false);
});

test("times are chosen in the site's zone, not the browser's", () => {
  const ms = Date.UTC(2026, 0, 1, 19, 30);
  expect(localText(ms, "Asia/Shanghai")).toBe("2026-01-02T03:30");
  expect(fromLocal("2026-01-02T03:30", "Asia/Shanghai")).toBe(ms);
  expect(fromLocal("nonsense", "Asia/Shanghai")).toBeNaN();
});

test("a reviewer is told of the other proposals for the same limit, and of no others", () => {
  const proposal = (id: string, more: Partial<Proposal> = {}) => ({ id, kind: "limit", alarm: "G1.hi", state: "open", ...more }) as Proposal;
  const all = [proposal("a"), proposal("b"), proposal("c", { alarm: "G2.hi" }), proposal("d", { state: "rejected" }), proposal("e", { kind: "take_out" })];
  expect(all.map((p) => rivals(p, all))).toEqual([1, 1, 0, 2, 0]);
});
