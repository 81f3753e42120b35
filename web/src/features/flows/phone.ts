import { useSyncExternalStore } from "react";

const narrow = window.matchMedia("(max-width: 760px)");

/** Whether the page is too narrow to draw on; the same width at which the frame becomes a phone's. */
export function usePhone(): boolean {
  return useSyncExternalStore(
    (listener) => {
      narrow.addEventListener("change", listener);
      return () => narrow.removeEventListener("change", listener);
    },
    () => narrow.matches,
  );
}
