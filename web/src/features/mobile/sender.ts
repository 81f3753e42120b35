import type { Problem, Text } from "../../api/types";
import { all, change } from "./idb";
import { answered, forgettable, next, verdict, words, type Item } from "./queue";

// Sends what waits, one after the other, in the page or in the service worker: whoever holds the lock.

export const CHANNEL = "fangwei.queue";
export const SYNC_TAG = "fangwei-send";
const LOCK = "fangwei.send";
const COMMAND_MS = 20_000;
const PHOTO_MS = 90_000;

interface Answer {
  status: number;
  ours: boolean;
  body: unknown;
}

async function post(path: string, body: BodyInit, headers: Record<string, string>, ms: number): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(`/api${path}`, { method: "POST", headers, body, signal: AbortSignal.timeout(ms) });
  } catch {
    return { status: 0, ours: false, body: null };
  }
  const type = response.headers.get("content-type") ?? "";
  try {
    return { status: response.status, ours: type.includes("json"), body: await response.json() };
  } catch {
    return { status: response.status, ours: false, body: null };
  }
}

function problemOf(answer: Answer): Text | null {
  return (answer.body as Problem | null)?.text ?? null;
}

async function sendOne(item: Item): Promise<boolean> {
  const photos = [...item.photos];
  const settle = async (answer: Answer) => {
    const what = verdict(answer.status, answer.ours, (answer.body as Problem | null)?.code);
    await change<Item>("queue", item.id, (before) => answered(before, what, problemOf(answer), Date.now()));
    return what === "sent" || what === "refused";
  };
  for (const [i, photo] of photos.entries()) {
    if (photo.id || !photo.data) continue;
    const answer = await post("/work/photos", photo.data, { "content-type": photo.data.type }, PHOTO_MS);
    if (verdict(answer.status, answer.ours) !== "sent") return settle(answer);
    // Kept at once: a photo that has arrived is not sent again after a tunnel. Its data stays until all of it is done.
    photos[i] = { ...photo, id: (answer.body as { id: string }).id };
    await change<Item>("queue", item.id, (before) => ({ ...before, photos: [...photos] }));
  }
  const body: Record<string, unknown> = { ...item.body, id: item.id };
  if (photos.length) body.photos = photos.map((photo) => photo.id);
  const late = body.late as { at: string; words: string } | undefined;
  delete body.late;
  if (late) {
    const text = words(String(body.text ?? ""), item, Date.now(), late.at, late.words);
    if (text) body.text = text;
  }
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (item.ifMatch) headers["if-match"] = item.ifMatch;
  return settle(await post(item.path, JSON.stringify(body), headers, COMMAND_MS));
}

function tell(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage("changed");
  channel.close();
}

/** Whether the session is this person's: what one did is never sent under another's sign-in. */
async function isIn(person: string | null): Promise<boolean> {
  try {
    const answer = await fetch("/api/me", { signal: AbortSignal.timeout(COMMAND_MS) });
    return answer.ok && ((await answer.json()) as { id: string }).id === person;
  } catch {
    return false;
  }
}

async function drain(person: string | null): Promise<boolean> {
  let asked = false;
  for (;;) {
    const items = await all<Item>("queue");
    for (const item of items) if (forgettable(item, Date.now())) await change<Item>("queue", item.id, () => null);
    const item = next(items, person, Date.now());
    if (item === null) return items.every((i) => i.state !== "waiting" || i.person !== person);
    if (!asked && !(await isIn(person))) return false;
    asked = true;
    const settled = await sendOne(item);
    tell();
    if (!settled) return false;
  }
}

let alone: Promise<boolean> = Promise.resolve(true);

/** Send what this person has waiting; answers whether nothing of it waits any more. */
export function sendAll(person: string | null): Promise<boolean> {
  if (person === null) return Promise.resolve(true);
  if ("locks" in navigator) return navigator.locks.request(LOCK, () => drain(person));
  // Browsers without locks have no background sync either: one queue of calls in this page is enough for them, and
  // two open pages are kept apart by the commands' ids.
  alone = alone.then(
    () => drain(person),
    () => drain(person),
  );
  return alone;
}
