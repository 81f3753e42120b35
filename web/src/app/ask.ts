import { useCallback, useEffect, useRef, useState } from "react";
import { get } from "../api/client";
import type { Page } from "../api/types";

/** As many items as one answer holds. */
const PAGE = 500;

export interface Asked<T> {
  data: T | null;
  error: unknown;
  loading: boolean;
  again: () => void;
}

/** A question to the API: kept while it is asked again, dropped when the question changes. */
export function useAsk<T>(path: string | null, everyMs?: number): Asked<T> {
  return useAnswer<T>(path, get<T>, everyMs);
}

/** A whole list, at most `most` items of it: as many pages as that takes. What came twice, since the list moved
 * between two pages, is kept once. */
export function useAll<T extends { id: string }>(path: string | null, most: number): Asked<Page<T>> {
  const whole = useCallback((address: string, signal: AbortSignal) => everyPage<T>(address, most, signal), [most]);
  return useAnswer<Page<T>>(path, whole);
}

async function everyPage<T extends { id: string }>(path: string, most: number, signal: AbortSignal): Promise<Page<T>> {
  const items = new Map<string, T>();
  for (let offset = 0; ; offset += PAGE) {
    const part = await get<Page<T>>(`${path}${path.includes("?") ? "&" : "?"}limit=${PAGE}&offset=${offset}`, signal);
    for (const item of part.items) items.set(item.id, item);
    const done = offset + part.items.length;
    if (part.items.length === 0 || done >= part.total || done >= most) return { total: part.total, offset: 0, items: [...items.values()].slice(0, most) };
  }
}

function useAnswer<T>(path: string | null, ask: (path: string, signal: AbortSignal) => Promise<T>, everyMs?: number): Asked<T> {
  const [answer, setAnswer] = useState<{ path: string | null; data: T | null; error: unknown }>({
    path: null, data: null, error: null,
  });
  const [round, setRound] = useState(0);
  const again = useCallback(() => setRound((n) => n + 1), []);
  const latest = useRef(path);
  latest.current = path;
  useEffect(() => {
    if (path === null) return;
    const abort = new AbortController();
    ask(path, abort.signal)
      .then((data) => latest.current === path && setAnswer({ path, data, error: null }))
      .catch((error: unknown) => {
        if (abort.signal.aborted) return;
        setAnswer((before) => ({ path, data: before.path === path ? before.data : null, error }));
      });
    return () => abort.abort();
    // what asks is the same for one address
  }, [path, round]);
  useEffect(() => {
    if (!everyMs || path === null) return;
    const timer = window.setInterval(again, everyMs);
    return () => window.clearInterval(timer);
  }, [everyMs, path, again]);
  const fits = answer.path === path;
  return { data: fits ? answer.data : null, error: fits ? answer.error : null, loading: path !== null && !fits, again };
}
