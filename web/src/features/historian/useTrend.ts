import { useLayoutEffect, useMemo, useState } from "react";
import { ApiProblem, get } from "../../api/client";
import type { Point } from "../../api/types";
import { serverNow } from "../../app/clock";
import { ask, known, likelyNext, trendPath, type Answer } from "./answers";
import type { Drawn, Range } from "./trend";

export const WEEK_MS = 7 * 86_400_000;
const PREFETCH_AFTER_MS = 250;

export interface Trend {
  drawn: Drawn[];
  error: unknown;
  loading: boolean;
  unknown: string[];
  /** What is drawn is of the range that is asked for, not of the one before. */
  fresh: boolean;
}

const points = new Map<string, Point>();

/** Points and their readings in a range, and the week before when `compare`; the last picture stays until the next has
 * come, on the new axis, so that a zoom is seen at once. */
export function useTrend(ids: string[], range: Range, buckets: number, compare = false): Trend {
  const key = ids.join(",");
  const [state, setState] = useState<{ key: string; question: string; drawn: Drawn[]; error: unknown; unknown: string[]; done: boolean }>({
    key: "", question: "", drawn: [], error: null, unknown: [], done: false,
  });
  const question = `${key} ${range.from} ${range.to} ${buckets} ${compare}`;
  // Asked before anything is drawn: the answer is on its way while the old lines move to the new axis.
  useLayoutEffect(() => {
    const abort = new AbortController();
    const wanted = key ? key.split(",") : [];
    let later: number | undefined;
    const show = (drawn: Drawn[], unknown: string[]) => {
      if (abort.signal.aborted) return;
      setState({ key, question, drawn, unknown, error: null, done: true });
      // What is likely asked for next is fetched when the page has nothing else to do.
      later = window.setTimeout(() => {
        const now = serverNow();
        if (range.to > now - 60_000) return;
        for (const next of likelyNext(range, now)) {
          const path = trendPath(drawn.map((d) => d.point.id), next, buckets);
          if (!known(path)) void ask(path, next, now, abort.signal).catch(() => undefined);
        }
      }, PREFETCH_AFTER_MS);
    };
    load(wanted, range, buckets, compare, abort.signal)
      .then(({ drawn, unknown }) => show(drawn, unknown))
      .catch((error: unknown) => {
        if (!abort.signal.aborted) setState((s) => ({ ...s, key, question, drawn: s.key === key ? s.drawn : [], error, done: true }));
      });
    return () => {
      abort.abort();
      window.clearTimeout(later);
    };
  }, [key, range.from, range.to, buckets, compare]);
  return useMemo(
    () => ({ drawn: state.key === key ? state.drawn : [], error: state.key === key ? state.error : null, unknown: state.unknown, loading: state.key !== key || !state.done, fresh: state.question === question }),
    [state, key, question],
  );
}

async function load(wanted: string[], range: Range, buckets: number, compare: boolean, signal: AbortSignal): Promise<{ drawn: Drawn[]; unknown: string[] }> {
  if (wanted.length === 0) return { drawn: [], unknown: [] };
  const before = { from: range.from - WEEK_MS, to: range.to - WEEK_MS };
  const both = (ids: string[]): Promise<[Answer, Answer | null]> =>
    Promise.all([
      ask(trendPath(ids, range, buckets), range, serverNow(), signal),
      compare ? ask(trendPath(ids, before, buckets), before, serverNow(), signal) : null,
    ]);
  // Readings are asked for beside the points' own facts; a point that is not there is left out and the rest asked anew.
  const asked = both(wanted).catch((error: unknown) => error);
  const unknown = (await Promise.all(wanted.map((id) => learn(id, signal)))).filter((id) => id !== null);
  const ids = wanted.filter((id) => points.has(id));
  if (ids.length === 0) return { drawn: [], unknown };
  let answers = await asked;
  if (!Array.isArray(answers)) {
    if (unknown.length === 0) throw answers;
    answers = await both(ids);
  }
  const [now, then] = answers as [Answer, Answer | null];
  return {
    drawn: ids.map((id) => ({ point: points.get(id)!, series: now.series[id] ?? null, before: then?.series[id] ?? null, width: now.width })),
    unknown,
  };
}

/** The id back when there is no such point. */
async function learn(id: string, signal: AbortSignal): Promise<string | null> {
  if (points.has(id)) return null;
  try {
    points.set(id, await get<Point>(`/points/${encodeURIComponent(id)}`, signal));
    return null;
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return id;
    throw error;
  }
}
