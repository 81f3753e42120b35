import { useSyncExternalStore } from "react";
import { commandId } from "../../api/client";
import { serverNow } from "../../app/clock";
import { live } from "../../app/live";
import { all, change, remove, write } from "./idb";
import { kept } from "./kept";
import type { Item } from "./queue";
import { CHANNEL, sendAll, SYNC_TAG } from "./sender";

/** Something a person did, before it has an id and a place in the queue. */
export interface Deed extends Pick<Item, "kind" | "about" | "title" | "path" | "body" | "ifMatch"> {
  photos?: Blob[];
}

/** The queue as the pages see it: every command of the phone goes through it, with a line or without. */
class Outbox {
  items: Item[] = [];
  private listeners = new Set<() => void>();
  private person: string | null = null;
  private timer: number | undefined;
  private last = 0;

  start(): void {
    new BroadcastChannel(CHANNEL).onmessage = () => void this.load();
    window.addEventListener("online", () => void this.hurry());
    document.addEventListener("visibilitychange", () => !document.hidden && void this.hurry());
    let wasAlive = false;
    live.subscribe(["connection"], () => {
      const { alive } = live.connection;
      if (alive && !wasAlive) void this.hurry();
      wasAlive = alive;
    });
    void this.load().then(() => this.flush());
  }

  setPerson(person: string | null): void {
    this.person = person;
    void kept.put("person", person);
    void this.flush();
  }

  /** Resolves when it is safe on this phone; rejects when it could not be kept: then nothing was done. */
  async add(deed: Deed): Promise<string> {
    if (this.person === null) throw new Error("nobody is signed in");
    const now = Date.now();
    this.last = Math.max(this.last + 1, now, ...this.items.map((item) => item.seq + 1));
    const item: Item = {
      ...deed, id: commandId(), seq: this.last, person: this.person, photos: (deed.photos ?? []).map((data) => ({ data })),
      made: serverNow(), state: "waiting", tries: 0, after: 0, problem: null, sent: null,
    };
    await write("queue", item);
    await this.load();
    void this.flush();
    return item.id;
  }

  /** Try a refused entry again, as it is. */
  async again(id: string): Promise<void> {
    await change<Item>("queue", id, (item) => ({ ...item, state: "waiting", tries: 0, after: 0, problem: null }));
    await this.load();
    void this.flush();
  }

  async drop(id: string): Promise<void> {
    await remove("queue", id);
    await this.load();
  }

  /** The line is back: nobody waits out a pause that was meant for a dead line. */
  async hurry(): Promise<void> {
    for (const item of this.items)
      if (item.state === "waiting" && item.after > 0) await change<Item>("queue", item.id, (i) => ({ ...i, after: 0 }));
    await this.flush();
  }

  async flush(): Promise<void> {
    window.clearTimeout(this.timer);
    let empty = false;
    try {
      empty = await sendAll(this.person);
    } catch (error) {
      console.warn("queue", error);
    }
    await this.load();
    if (empty) return;
    const due = Math.min(...this.items.filter((i) => i.state === "waiting" && i.person === this.person).map((i) => i.after));
    if (!Number.isFinite(due)) return;
    this.timer = window.setTimeout(() => void this.flush(), Math.max(1000, due - Date.now()));
    await askForSync();
  }

  async load(): Promise<void> {
    try {
      this.items = (await all<Item>("queue")).sort((a, b) => a.seq - b.seq);
    } catch {
      return; // a phone that keeps nothing has nothing to show; `add` says so when it matters
    }
    this.listeners.forEach((listener) => listener());
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

/** Where the browser has it (Chromium): the worker is woken when the line is back, also after the page was closed. */
async function askForSync(): Promise<void> {
  const registration = (await navigator.serviceWorker?.getRegistration("/m")) as
    | (ServiceWorkerRegistration & { sync?: { register(tag: string): Promise<void> } })
    | undefined;
  try {
    await registration?.sync?.register(SYNC_TAG);
  } catch {
    // refused by the person or the browser: it is sent when the page is opened next
  }
}

export const outbox = new Outbox();

export function useOutbox(): Item[] {
  return useSyncExternalStore(outbox.subscribe, () => outbox.items);
}
