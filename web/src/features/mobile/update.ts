import { useSyncExternalStore } from "react";

// A new version of the phone's page: fetched beside, put in place when nobody is in the middle of something.

let waiting: ServiceWorker | null = null;
const listeners = new Set<() => void>();
const started = performance.now();
/** Within the first seconds nobody has typed anything yet. */
const JUST_STARTED_MS = 4000;
const LOOK_EVERY_MS = 30 * 60_000;

function found(worker: ServiceWorker | null): void {
  waiting = worker;
  if (worker && performance.now() - started < JUST_STARTED_MS) takeOver();
  listeners.forEach((listener) => listener());
}

export function takeOver(): void {
  waiting?.postMessage("take-over");
}

export async function startWorker(): Promise<void> {
  if (!("serviceWorker" in navigator) || !import.meta.env.PROD) return;
  const hadOne = navigator.serviceWorker.controller !== null;
  let reloaded = false;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    // The first worker ever takes a page that is of its own version: nothing to load again.
    if (!hadOne || reloaded) return;
    reloaded = true;
    location.reload();
  });
  try {
    const registration = await navigator.serviceWorker.register("/sw.js", { scope: "/m" });
    if (registration.waiting && hadOne) found(registration.waiting);
    registration.addEventListener("updatefound", () => {
      const coming = registration.installing;
      coming?.addEventListener("statechange", () => coming.state === "installed" && hadOne && found(coming));
    });
    window.setInterval(() => void registration.update().catch(() => undefined), LOOK_EVERY_MS);
  } catch (error) {
    console.warn("no service worker", error); // a private window; the page works as far as the line
  }
}

export function useUpdate(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => waiting !== null,
  );
}
