// Which time the trend shows: a fixed range, or a span that follows now. Pure.

import { trendTexts } from "./texts";
import type { Range } from "./trend";

export const SPANS: [string, number, { zh: string; en: string }][] = [
  ["1m", 60_000, trendTexts.m1],
  ["10m", 600_000, trendTexts.m10],
  ["1h", 3_600_000, trendTexts.h1],
  ["8h", 8 * 3_600_000, trendTexts.h8],
  ["1d", 86_400_000, trendTexts.d1],
  ["7d", 7 * 86_400_000, trendTexts.d7],
  ["30d", 30 * 86_400_000, trendTexts.d30],
  ["1y", 366 * 86_400_000, trendTexts.y1],
];

const EARLIEST = Date.UTC(2000, 0, 1);
const LATEST = Date.UTC(2099, 11, 31);

/** The fixed range of an address; null where it has none that can be shown. */
export function fixedRange(query: URLSearchParams): Range | null {
  const [from, to] = [query.get("from"), query.get("to")];
  if (!from || !to) return null;
  const range = { from: Number(from), to: Number(to) };
  const sound = Number.isFinite(range.from) && Number.isFinite(range.to) && range.from < range.to;
  return sound && range.from >= EARLIEST && range.to <= LATEST ? range : null;
}

export function spanOf(query: URLSearchParams): [string, number] {
  const name = query.get("span") ?? "1h";
  const found = SPANS.find(([each]) => each === name) ?? SPANS[2]!;
  return [found[0], found[1]];
}

/** How often a live range moves on: a two-hundredth of it, at least each second, at most each minute. */
export function stepOf(span: number): number {
  return Math.min(60_000, Math.max(1000, Math.round(span / 200 / 1000) * 1000));
}

/** How many pieces a chart of that width shows: one to two pixels each, three where many lines lie in it. */
export function bucketsFor(width: number, lines: number): number {
  return Math.min(900, Math.max(120, Math.round(width / (lines > 3 ? 3 : 2))));
}
