// Answers of the history that were asked for lately: going back, zooming out and in again costs no wait.

import { get, ns } from "../../api/client";
import type { Series } from "../../api/types";
import type { Range } from "./trend";

export interface Answer {
  series: Record<string, Series>;
  /** Length of a bucket, ns. */
  width: number;
}

const KEPT = 80;
/** What ends less than this before now may still change: late readings come. */
const SETTLED_MS = 120_000;

const kept = new Map<string, Answer>();

export function trendPath(ids: string[], range: Range, buckets: number): string {
  const points = ids.map((id) => `point=${encodeURIComponent(id)}`).join("&");
  return `/trend?${points}&start=${ns(range.from)}&end=${ns(range.to)}&buckets=${buckets}&aligned=true`;
}

export function known(path: string): Answer | undefined {
  const found = kept.get(path);
  if (found) {
    kept.delete(path);
    kept.set(path, found);
  }
  return found;
}

export async function ask(path: string, range: Range, now: number, signal: AbortSignal): Promise<Answer> {
  const found = known(path);
  if (found) return found;
  const answer = await get<Answer>(path, signal);
  if (range.to < now - SETTLED_MS) {
    kept.set(path, answer);
    for (const oldest of kept.keys()) {
      if (kept.size <= KEPT) break;
      kept.delete(oldest);
    }
  }
  return answer;
}

/** Ranges that are likely asked for next: what lies around, and the same before and after. Pure. */
export function likelyNext(range: Range, now: number): Range[] {
  const span = range.to - range.from;
  const wide = { from: range.from - span, to: Math.min(range.to + span, now) };
  return [wide, { from: range.from - span / 4, to: range.to - span / 4 }, { from: range.from + span / 4, to: range.to + span / 4 }].filter(
    (r) => r.from < now && r.from > 946_684_800_000,
  );
}
