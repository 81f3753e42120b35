import { useSyncExternalStore } from "react";

interface InstallEvent extends Event {
  prompt(): Promise<void>;
}

let offered: InstallEvent | null = null;
const listeners = new Set<() => void>();
const tell = () => listeners.forEach((listener) => listener());

window.addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offered = event as InstallEvent;
  tell();
});
window.addEventListener("appinstalled", () => {
  offered = null;
  tell();
});

export function isInstalled(): boolean {
  return window.matchMedia("(display-mode: standalone)").matches;
}

/** The browser's offer to put the page on the home screen; null where it makes none. */
export function useInstall(): (() => void) | null {
  const event = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => offered,
  );
  return event && (() => void event.prompt());
}
