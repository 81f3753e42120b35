import { useState } from "react";
import { ApiProblem } from "../api/client";
import type { Text } from "../api/types";

export interface Act {
  busy: boolean;
  /** Why the last try did not succeed. */
  problem: Text | null;
  /** Runs the work; true when it was done. */
  run: (work: () => Promise<unknown>) => Promise<boolean>;
}

export function wordsOf(error: unknown): Text {
  if (error instanceof ApiProblem) return error.text;
  const words = error instanceof Error ? error.message : String(error);
  return { zh: words, en: words };
}

/** One thing being done: busy while it runs, then done or why not; never pretends. */
export function useAct(): Act {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Text | null>(null);
  const run = async (work: () => Promise<unknown>) => {
    setBusy(true);
    setProblem(null);
    try {
      await work();
      return true;
    } catch (error) {
      setProblem(wordsOf(error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, problem, run };
}
