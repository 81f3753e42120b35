import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { get } from "../../api/client";
import { serverNow } from "../../app/clock";
import { live, useConnection, useLive } from "../../app/live";
import type { Me } from "../../app/session";
import { all, empty, read, remove, write } from "./idb";
import { shown, shrink, surplus, type Picture, type Shown } from "./picture";

const MOST_ANSWERS = 80;
const KEEP_EVERY_MS = 5000;

interface Entry<T> {
  key: string;
  at: number;
  data: T;
}

/** What was last known, on this phone. Failing to keep is no reason to fail: the page then works as far as the line. */
class Kept {
  picture: Picture | null = null;
  /** Whom the platform knew last on this phone. */
  me: Me | null = null;
  /** The phone's memory has been read. */
  ready = false;
  private listeners = new Set<() => void>();
  private changed = false;

  async start(): Promise<void> {
    this.picture = (await this.get<Picture>("picture"))?.data ?? null;
    this.me ??= (await this.get<Me>("me"))?.data ?? null;
    this.ready = true;
    this.listeners.forEach((listener) => listener());
    live.subscribe(["incidents", "alarms"], () => (this.changed = true));
    window.setInterval(() => void this.keepPicture(), KEEP_EVERY_MS);
    document.addEventListener("visibilitychange", () => document.hidden && void this.keepPicture());
    const entries = await all<Entry<unknown>>("kept").catch(() => []);
    for (const key of surplus(entries, MOST_ANSWERS)) await remove("kept", key).catch(() => undefined);
  }

  async get<T>(key: string): Promise<Entry<T> | undefined> {
    return read<Entry<T>>("kept", key).catch(() => undefined);
  }

  async put(key: string, data: unknown): Promise<void> {
    await write("kept", { key, at: serverNow(), data }).catch(() => undefined);
  }

  async forget(key: string): Promise<void> {
    await remove("kept", key).catch(() => undefined);
  }

  /** Somebody is signed in. What was kept for another person is not theirs to see; what that one has yet to send stays. */
  async setMe(me: Me): Promise<void> {
    const before = (await this.get<Me>("me"))?.data;
    if (before && before.id !== me.id) {
      this.picture = null;
      await empty("kept").catch(() => undefined);
    }
    this.me = me;
    await this.put("me", me);
    this.listeners.forEach((listener) => listener());
  }

  /** Sign-out: nothing of the plant and nothing of the person stays on the phone. */
  async clear(): Promise<void> {
    this.picture = null;
    this.me = null;
    await empty("kept");
    await empty("queue");
  }

  private async keepPicture(): Promise<void> {
    if (!live.connection.alive || !live.connection.started) return;
    if (!this.changed && this.picture !== null && serverNow() - this.picture.at < 60_000) return;
    this.changed = false;
    this.picture = shrink(live.picture.incidents.values(), live.picture.alarms.values(), serverNow());
    await this.put("picture", this.picture);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

export const kept = new Kept();

export function usePicture(): Shown {
  const connection = useConnection();
  const incidents = useLive("incidents");
  const alarms = useLive("alarms");
  const confirmed = useLive("confirmed");
  const before = useSyncExternalStore(kept.subscribe, () => kept.picture);
  return shown(
    connection, live.skew,
    { incidents: incidents.values(), alarms: alarms.values(), confirmed: confirmed.incidents !== null && confirmed.alarms !== null },
    before,
  );
}

export interface Answer<T> {
  data: T | null;
  /** Server time in ms of the answer shown; null: none yet. */
  at: number | null;
  /** From this visit, not from memory. */
  fresh: boolean;
  error: unknown;
  again: () => void;
}

/** A question to the API whose last answer the phone keeps: shown at once with its age, replaced when the line gives
 * a new one, asked again when the line comes back. */
export function useKept<T>(path: string | null, everyMs?: number): Answer<T> {
  const [answer, setAnswer] = useState<{ path: string | null } & Omit<Answer<T>, "again">>({
    path: null, data: null, at: null, fresh: false, error: null,
  });
  const [round, setRound] = useState(0);
  const { alive } = useConnection();
  const again = useCallback(() => setRound((n) => n + 1), []);
  useEffect(() => {
    if (path === null) return;
    let wanted = true;
    void kept.get<T>(path).then((entry) => {
      if (!wanted || !entry) return;
      setAnswer((now) => (now.path === path && now.data !== null ? now : { path, data: entry.data, at: entry.at, fresh: false, error: now.path === path ? now.error : null }));
    });
    return () => {
      wanted = false;
    };
  }, [path]);
  useEffect(() => {
    if (path === null) return;
    const abort = new AbortController();
    get<T>(path, abort.signal)
      .then((data) => {
        setAnswer({ path, data, at: serverNow(), fresh: true, error: null });
        void kept.put(path, data);
      })
      .catch((error: unknown) => {
        if (abort.signal.aborted) return;
        setAnswer((now) => (now.path === path ? { ...now, fresh: false, error } : { path, data: null, at: null, fresh: false, error }));
      });
    return () => abort.abort();
  }, [path, round, alive]);
  useEffect(() => {
    if (!everyMs || path === null || !alive) return;
    const timer = window.setInterval(again, everyMs);
    return () => window.clearInterval(timer);
  }, [everyMs, path, alive, again]);
  const fits = answer.path === path;
  return fits ? { ...answer, again } : { data: null, at: null, fresh: false, error: null, again };
}
