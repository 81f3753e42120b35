import { useEffect, useMemo, useRef, useState } from "react";
import { ApiProblem, get, ns } from "../../api/client";
import type { Point, Series } from "../../api/types";
import type { Drawn, Range } from "./trend";

/** Points and their readings in a range; the last picture stays until the next has come. */
export function useTrend(ids: string[], range: Range, buckets: number): { drawn: Drawn[]; error: unknown; loading: boolean; unknown: string[] } {
  const key = ids.join(",");
  const points = useRef(new Map<string, Point>());
  const [state, setState] = useState<{ key: string; drawn: Drawn[]; error: unknown; unknown: string[]; done: boolean }>({
    key: "", drawn: [], error: null, unknown: [], done: false,
  });
  useEffect(() => {
    const abort = new AbortController();
    const load = async () => {
      const wanted = key ? key.split(",") : [];
      const missing = wanted.filter((id) => !points.current.has(id));
      const unknown: string[] = [];
      await Promise.all(
        missing.map(async (id) => {
          try {
            points.current.set(id, await get<Point>(`/points/${encodeURIComponent(id)}`, abort.signal));
          } catch (error) {
            if (error instanceof ApiProblem && error.status === 404) unknown.push(id);
            else throw error;
          }
        }),
      );
      const known = wanted.filter((id) => points.current.has(id));
      if (known.length === 0) return { drawn: [], unknown };
      const query = known.map((id) => `point=${encodeURIComponent(id)}`).join("&");
      const answer = await get<{ series: Record<string, Series> }>(
        `/trend?${query}&start=${ns(range.from)}&end=${ns(range.to)}&buckets=${buckets}`, abort.signal,
      );
      return { drawn: known.map((id) => ({ point: points.current.get(id)!, series: answer.series[id] ?? null })), unknown };
    };
    load()
      .then(({ drawn, unknown }) => setState({ key, drawn, unknown, error: null, done: true }))
      .catch((error: unknown) => {
        if (!abort.signal.aborted) setState((s) => ({ ...s, key, drawn: s.key === key ? s.drawn : [], error, done: true }));
      });
    return () => abort.abort();
  }, [key, range.from, range.to, buckets]);
  return useMemo(
    () => ({ drawn: state.key === key ? state.drawn : [], error: state.key === key ? state.error : null, unknown: state.unknown, loading: state.key !== key || !state.done }),
    [state, key],
  );
}
