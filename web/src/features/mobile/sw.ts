import { read } from "./idb";
import { sendAll, SYNC_TAG } from "./sender";

// The phone's service worker: gives the page without a line, and sends what waits when the line is back.
// It never answers for the platform: what is under /api comes from the platform or not at all.

declare const SHELL: string[];
declare const LATER: string[];
declare const VERSION: string;

interface Later extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Asked extends Later {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Worker {
  addEventListener(name: "install" | "activate", listener: (event: Later) => void): void;
  addEventListener(name: "fetch", listener: (event: Asked) => void): void;
  addEventListener(name: "message", listener: (event: MessageEvent) => void): void;
  addEventListener(name: "sync", listener: (event: Later & { tag: string }) => void): void;
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
}

const worker = self as unknown as Worker;
const PREFIX = "fangwei-shell-";
const CACHE = PREFIX + VERSION;
const paths = SHELL; // written into the script by the build: named once, it stands there once
const kept = new Set(paths);
// Large, and not for everybody: kept from the first time a page asks for it.
const later = new Set(LATER);

worker.addEventListener("install", (event) => {
  // All or nothing: a shell with a hole would fail in the tunnel, where nobody can mend it.
  event.waitUntil(
    caches.open(CACHE).then((cache) =>
      cache.addAll(paths.map((path) => new Request(path, { cache: path.startsWith("/assets/") ? "default" : "reload" }))),
    ),
  );
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((n) => n.startsWith(PREFIX) && n !== CACHE).map((n) => caches.delete(n))))
      .then(() => worker.clients.claim()),
  );
});

async function fromCache(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) ?? fetch(request);
}

async function keptLater(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const known = await cache.match(path);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(path, answer.clone());
  return answer;
}

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  const isPage = request.mode === "navigate" && (url.pathname === "/m" || url.pathname.startsWith("/m/"));
  if (isPage) event.respondWith(fromCache("/m", request));
  else if (later.has(url.pathname)) event.respondWith(keptLater(url.pathname, request));
  else if (kept.has(url.pathname)) event.respondWith(fromCache(url.pathname, request));
});

// A new version waits until the page says that nobody is in the middle of something (update.ts).
worker.addEventListener("message", (event) => {
  if (event.data === "take-over") void worker.skipWaiting();
});

worker.addEventListener("sync", (event) => {
  if (event.tag !== SYNC_TAG) return;
  const sending = read<{ data: string | null }>("kept", "person")
    .then((entry) => sendAll(entry?.data ?? null))
    .then((empty) => {
      // A rejected sync is tried again by the browser, later and later.
      if (!empty) throw new Error("something still waits");
    });
  event.waitUntil(sending);
});
