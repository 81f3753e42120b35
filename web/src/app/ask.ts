import { useCallback, useEffect, useRef, useState } from "react";
import { get } from "../api/client";

export interface Asked<T> {
  data: T | null;
  error: unknown;
  loading: boolean;
  again: () => void;
}

/** A question to the API: kept while it is asked again, dropped when the question changes. */
export function useAsk<T>(path: string | null, everyMs?: number): Asked<T> {
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
    get<T>(path, abort.signal)
      .then((data) => latest.current === path && setAnswer({ path, data, error: null }))
      .catch((error: unknown) => {
        if (abort.signal.aborted) return;
        setAnswer((before) => ({ path, data: before.path === path ? before.data : null, error }));
      });
    return () => abort.abort();
  }, [path, round]);
  useEffect(() => {
    if (!everyMs || path === null) return;
    const timer = window.setInterval(again, everyMs);
    return () => window.clearInterval(timer);
  }, [everyMs, path, again]);
  const fits = answer.path === path;
  return { data: fits ? answer.data : null, error: fits ? answer.error : null, loading: path !== null && !fits, again };
}
