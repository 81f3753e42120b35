import type { Cell } from "./types";

/** Where things stand on a strip of time, and days as text. Pure. */

export interface Placed<T> {
  item: T;
  /** Parts of the strip, 0 to 1. */
  left: number;
  width: number;
  lane: number;
}

/** Cells on a strip from `start` to `end` (ns); what overlaps stands in lanes below each other. */
export function place<T extends { start: number; end: number }>(items: T[], start: number, end: number): Placed<T>[] {
  const free: number[] = [];
  const length = end - start;
  return [...items]
    .filter((item) => item.end > start && item.start < end)
    .sort((a, b) => a.start - b.start || b.end - a.end)
    .map((item) => {
      let lane = free.findIndex((until) => until <= item.start);
      if (lane < 0) lane = free.length;
      free[lane] = item.end;
      const from = Math.max(item.start, start);
      return { item, left: (from - start) / length, width: (Math.min(item.end, end) - from) / length, lane };
    });
}

/** "2026-11-25" some days later. */
export function addDays(day: string, days: number): string {
  const [year = 1970, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(Date.UTC(year, month - 1, date + days)).toISOString().slice(0, 10);
}

/** The Monday of a day's week. */
export function monday(day: string): string {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return addDays(day, -((weekday + 6) % 7));
}

/** 0: Monday. */
export function weekdayOf(day: string): number {
  return (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** A moment (ns) as the site's wall time: "2026-11-25T08:00". */
export function wall(ns: number, zone: string): string {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("sv-SE", {
      timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
    });
    formats.set(zone, format);
  }
  return format.format(ns / 1e6).replace(" ", "T");
}

/** "08:00–16:00", with the day where it ends on another one; midnight as 24:00. */
export function hours(start: number, end: number, zone: string): string {
  const [from = "", to = ""] = [wall(start, zone), wall(end, zone)];
  if (to.slice(11) === "00:00" && addDays(from.slice(0, 10), 1) === to.slice(0, 10)) return `${from.slice(11)}–24:00`;
  return from.slice(0, 10) === to.slice(0, 10) ? `${from.slice(11)}–${to.slice(11)}` : `${from.slice(11)}–${to.slice(5, 10)} ${to.slice(11)}`;
}

/** A person's turns from now on, the next first; the same turn in several rows once. */
export function turnsOf(person: string, rows: { step: number; zones: string[]; cells: Cell[] }[], now: number) {
  const found = new Map<string, { cell: Cell; step: number; zones: string[] }>();
  for (const row of rows)
    for (const cell of row.cells) {
      if (cell.person !== person || cell.end <= now) continue;
      const id = `${cell.key}/${cell.start}`;
      const known = found.get(id);
      if (known) known.zones = cell.whole_site ? [] : [...new Set([...known.zones, ...row.zones])];
      else found.set(id, { cell, step: row.step, zones: cell.whole_site ? [] : row.zones });
    }
  return [...found.values()].sort((a, b) => a.cell.start - b.cell.start);
}
