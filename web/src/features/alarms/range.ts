// A time range in the address: `span` back from now, or `from` and `to` in ms. Pure.

export interface Range {
  start: number;
  end: number;
  /** Ends now and moves with it. */
  moving: boolean;
}

export const SPANS: [string, number][] = [
  ["1h", 3_600_000],
  ["8h", 8 * 3_600_000],
  ["24h", 86_400_000],
  ["7d", 7 * 86_400_000],
  ["30d", 30 * 86_400_000],
];

/** The range that the address means at `now` (ms); nonsense gives the usual span. */
export function rangeOf(query: URLSearchParams, now: number, usual: string): Range {
  const from = Number(query.get("from") ?? NaN);
  const to = Number(query.get("to") ?? NaN);
  if (Number.isFinite(from) && Number.isFinite(to) && to > from && from > 946_684_800_000 && to < 4_102_444_800_000) return { start: from, end: to, moving: false };
  const span = SPANS.find(([n]) => n === query.get("span")) ?? SPANS.find(([n]) => n === usual)!;
  return { start: now - span[1], end: now, moving: true };
}

/** A field of type datetime-local shows the browser's zone; we want the site's. */
export function localText(ms: number, zone: string): string {
  const parts = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(ms);
  return parts.replace(" ", "T");
}

/** The inverse; NaN where the text is no time. */
export function fromLocal(text: string, zone: string): number {
  // Date.parse reads almost anything as some time.
  const guess = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(text) ? Date.parse(`${text}:00Z`) : NaN;
  if (Number.isNaN(guess)) return NaN;
  const shown = Date.parse(`${localText(guess, zone)}:00Z`);
  return guess - (shown - guess);
}
