import { expect, test } from "vitest";
import type { Names, Standing } from "../src/features/audit/record";
import { actionName, changeWords, siteText, siteTime, standingWords, subjectOf, valueWords } from "../src/features/audit/record";

const names = (language: "zh" | "en"): Names => ({
  language,
  timezone: "Asia/Shanghai",
  person: (id) => (id === "li-wei" ? { zh: "李伟", en: "Li Wei" } : undefined),
  zone: (id) => (id === "filling" ? { zh: "注液间", en: "Filling" } : undefined),
  point: (id) => (id === "EF-GAS-01" ? { zh: "注液间可燃气", en: "Filling gas" } : undefined),
});

test("a change reads as what it was and what it is, with names for ids", () => {
  const item = { before: { status: "open", owner: null }, after: { status: "owned", owner: "li-wei" } };
  expect(changeWords(item, names("en"))).toBe("status: nobody has it → taken, owner: none → Li Wei");
  expect(changeWords(item, names("zh"))).toBe("状态：无人接手 → 有人处理，接手人：无 → 李伟");
});

test("an alarm shows the value that raised it, a notice whom it went to", () => {
  const raised = { before: null, after: {}, evidence: { reading: { point: "EF-GAS-01", value: 31.5, unit: "%LEL" }, limit: 25 } };
  expect(changeWords(raised, names("en"))).toBe("reading: 31.5 / 25 %LEL");
  expect(changeWords({ before: null, after: null, evidence: { person: "li-wei", channel: "websocket" } }, names("zh"))).toBe("人员：李伟，渠道：页面");
});

test("an escalation is named as the rota names it", () => {
  expect(changeWords({ before: { step: 0 }, after: { step: 1 } }, names("zh"))).toBe("通知级次：首先通知 → 第 1 级升级");
  expect(changeWords({ before: { step: 2 }, after: { step: 10 } }, names("en"))).toBe("step: Escalation 2 → Everyone");
});

test("what did not change is not told, what is new has no before", () => {
  expect(changeWords({ before: { priority: 1 }, after: { priority: 1, zones: ["filling"] } }, names("en"))).toBe("zones: Filling");
  expect(changeWords({ before: null, after: null }, names("en"))).toBe("");
});

test("a reading as evidence shows its point, value and source time", () => {
  const reading = { point: "EF-GAS-01", value: 31.5, unit: "%LEL", source_time: 1_790_000_000_000_000_000, quality: 0 };
  expect(valueWords(reading, names("en"), "reading")).toBe("EF-GAS-01 31.5 %LEL · source time 2026-09-21 22:13:20");
  expect(valueWords({ ...reading, value: null }, names("zh"), "reading")).toContain("EF-GAS-01 无");
});

test("anything a room may write can be shown", () => {
  for (const value of [undefined, null, 0, "", [], {}, [[1, { a: [null] }]], { zh: "甲", en: "A" }, true, "<b>", 1e300, -1]) {
    expect(typeof valueWords(value, names("en"))).toBe("string");
  }
  expect(valueWords(1_790_000_000_000_000_000, names("en"))).toBe("2026-09-21 22:13:20");
  expect(actionName("new_room.do_this", "en")).toBe("new_room · do this");
});

test("subjects lead to their page where there is one", () => {
  expect(subjectOf("alarm/EF-GAS-01.hi_hi", names("en")).to).toBe("/points/EF-GAS-01");
  expect(subjectOf("alarm/rule-7", names("en")).to).toBeNull();
  expect(subjectOf("incident/I-1/2", names("en")).to).toBe("/incidents/I-1%2F2");
  expect(subjectOf("person/li-wei", names("zh"))).toEqual({ kind: "人员", name: "李伟", to: null });
});

const standing: Standing = {
  state: "intact", checked: 1e18, last: 9, proved_sequence: 8, proved_time: 1e18, unsealed: 1, erased: 0, faults: [], fault_count: 0,
  followed: null, entries: 9, sealed_sequence: 8, sealed_time: 1e18, key: "k",
};

test("a chain whose seal has not come for minutes is not calmly called intact", () => {
  const at = 1e12;
  const words = (s: Standing, now: number) => standingWords(s, now, "en", () => "03:12", () => "20 s ago");
  expect(words(standing, at + 20_000)).toEqual({ state: "Record intact", detail: "proved up to 03:12 (entry 8), sealed 20 s ago", late: false, bad: false });
  expect(words(standing, at + 181_000).late).toBe(true);
  expect(words({ ...standing, sealed_time: null, proved_time: null }, at)).toMatchObject({ late: true, detail: "never sealed" });
  expect(words({ ...standing, state: "broken" }, at).bad).toBe(true);
});

test("a time on the site's clock is found whatever the browser's clock, also where clocks change", () => {
  expect(siteTime("2026-09-21T22:13", "Asia/Shanghai")).toBe(Date.parse("2026-09-21T14:13:00Z"));
  expect(siteTime("2026-03-29T03:30", "Europe/Berlin")).toBe(Date.parse("2026-03-29T01:30:00Z"));
  for (const wrong of ["", "2026-09-21", "x", "2026-13-01T00:00"]) expect(siteTime(wrong, "Asia/Shanghai")).toBeNull();
  expect(siteText(siteTime("2026-01-02T03:04", "Asia/Shanghai")!, "Asia/Shanghai")).toBe("2026-01-02T03:04");
});
