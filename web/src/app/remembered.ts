import { useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
// Chosen in another window of this browser: it holds here, too.
window.addEventListener("storage", () => listeners.forEach((listener) => listener()));

function read(name: string): string | null {
  try {
    return localStorage.getItem(`fangwei.${name}`);
  } catch {
    return null; // private windows may refuse storage; the page works without memory
  }
}

/** A choice that this browser remembers. */
export function useRemembered(name: string, first: string): [string, (value: string) => void] {
  const value = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => read(name) ?? first,
  );
  return [
    value,
    (next) => {
      try {
        localStorage.setItem(`fangwei.${name}`, next);
      } catch {
        // see read
      }
      for (const listener of listeners) listener();
    },
  ];
}
