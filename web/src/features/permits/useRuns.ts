import { useEffect } from "react";
import { live } from "../../app/live";

/** Ask anew when a run changed: this one, or (null) any. Changes that come together are one question. */
export function useRunNews(run: string | null, again: () => void): void {
  useEffect(() => {
    let timer: number | undefined;
    let known = live.picture.flows;
    const look = () => {
      const now = live.picture.flows;
      const changed = run === null ? now !== known : now.get(run) !== known.get(run);
      known = now;
      if (!changed) return;
      window.clearTimeout(timer);
      timer = window.setTimeout(again, 150);
    };
    const leave = live.subscribe(["flows"], look);
    return () => {
      window.clearTimeout(timer);
      leave();
    };
  }, [run, again]);
}
