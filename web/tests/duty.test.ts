import { expect, test } from "vitest";
import { addDays, hours, monday, place, turnsOf, wall, weekdayOf } from "../src/features/duty/layout";
import { dutyTexts } from "../src/features/duty/texts";
import type { Cell } from "../src/features/duty/types";

const HOUR = 3600e9;
const BERLIN = "Europe/Berlin";
const at = (text: string) => Date.parse(text) * 1e6;
const cell = (person: string | null, start: number, end: number, key = "k"): Cell => ({
  key, day: "2026-11-25", person, planned: "ann", start, end, cause: null, whole_site: false,
});

test("turns that overlap stand below each other, turns that meet stand in one line", () => {
  const placed = place([cell("a", 0, 10), cell("b", 10, 20), cell("c", 5, 15)], 0, 20);
  expect(placed.map((p) => [p.item.person, p.lane])).toEqual([["a", 0], ["c", 1], ["b", 0]]);
});

test("a turn that began before the strip is cut at its edge", () => {
  expect(place([cell("a", -10, 10)], 0, 20)[0]).toMatchObject({ left: 0, width: 0.5 });
  expect(place([cell("a", -10, 0)], 0, 20)).toEqual([]);
});

test("weeks begin on Monday, also over the year and the leap day", () => {
  expect(monday("2027-01-03")).toBe("2026-12-28");
  expect(addDays("2028-02-28", 2)).toBe("2028-03-01");
  expect(weekdayOf("2026-11-25")).toBe(2);
});

test("hours are the site's, also over a clock change and midnight", () => {
  const start = at("2026-10-24T22:00:00Z");
  expect(hours(start, start + 9 * HOUR, BERLIN)).toBe("00:00–08:00");
  expect(hours(at("2026-11-25T15:00:00Z"), at("2026-11-25T23:00:00Z"), BERLIN)).toBe("16:00–24:00");
  expect(hours(at("2026-11-25T21:00:00Z"), at("2026-11-26T05:00:00Z"), BERLIN)).toBe("22:00–11-26 06:00");
  expect(wall(start, BERLIN)).toBe("2026-10-25T00:00");
});

test("a person's turns are listed once, the next first, without what is over", () => {
  const rows = [
    { step: 0, zones: ["a"], cells: [cell("ann", 0, 10), cell("ann", 30, 40), cell("bob", 20, 30)] },
    { step: 0, zones: ["b"], cells: [cell("ann", 30, 40)] },
    { step: 1, zones: [], cells: [cell("ann", 15, 20, "other")] },
  ];
  expect(turnsOf("ann", rows, 12).map((turn) => [turn.cell.start, turn.zones])).toEqual([[15, []], [30, ["a", "b"]]]);
});

test("every text is there in both languages", () => {
  for (const text of Object.values(dutyTexts)) expect(text.zh && text.en).toBeTruthy();
});
