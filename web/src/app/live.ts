import { useEffect, useSyncExternalStore } from "react";
import type {
  AlarmStatus, Confirmed, Frame, Incident, Latest, Notice, Process, Source, TimelineEntry,
} from "../api/types";
import { session } from "./session";

/** Three beats: the server sends one each second. */
export const DEAD_AFTER_MS = 3000;

/** The door's close code for a session that is over. */
const SESSION_OVER = 4401;

export interface Picture {
  incidents: Map<string, Incident>;
  alarms: Map<string, AlarmStatus>;
  sources: Map<string, Source>;
  processes: Map<string, Process>;
  latest: Map<string, Latest>;
  notices: Map<string, Notice>;
  lines: Map<string, TimelineEntry[]>;
  confirmed: Confirmed;
  bus: boolean;
  /** How many changes of limits were heard: a page that shows limits asks anew. */
  limits: number;
  /** Run -> its newest revision heard since the page opened: a page that shows runs asks anew. */
  flows: Map<string, number>;
}

export type Part = keyof Picture | "connection";

export function emptyPicture(): Picture {
  return {
    incidents: new Map(), alarms: new Map(), sources: new Map(), processes: new Map(), latest: new Map(),
    notices: new Map(), lines: new Map(),
    confirmed: { incidents: null, alarms: null, sources: null, latest: null },
    bus: true,
    limits: 0,
    flows: new Map(),
  };
}

/** The picture after one frame, and which parts of it changed. Pure but for the big map of latest values. */
export function take(picture: Picture, frame: Frame): [Picture, Part[]] {
  switch (frame.type) {
    case "snapshot":
      return [
        {
          ...picture,
          incidents: new Map(frame.incidents.map((i) => [i.id, i])),
          alarms: new Map(frame.alarms.map((a) => [a.alarm, a])),
          sources: new Map(frame.sources.map((s) => [s.source, s])),
          processes: new Map(frame.processes.map((p) => [p.process, p])),
          latest: new Map(Object.entries(frame.latest)),
          confirmed: frame.confirmed,
        },
        ["incidents", "alarms", "sources", "processes", "latest", "confirmed"],
      ];
    case "incident": {
      const known = picture.incidents.get(frame.incident.id);
      if (known && known.revision >= frame.incident.revision) return [picture, []];
      const incidents = new Map(picture.incidents).set(frame.incident.id, frame.incident);
      return [{ ...picture, incidents }, ["incidents"]];
    }
    case "gone": {
      const incidents = new Map(picture.incidents);
      frame.incidents.forEach((id) => incidents.delete(id));
      return [{ ...picture, incidents }, ["incidents"]];
    }
    case "timeline": {
      const before = picture.lines.get(frame.incident) ?? [];
      const lines = new Map(picture.lines).set(frame.incident, [...before, ...frame.entries].slice(-500));
      return [{ ...picture, lines }, ["lines"]];
    }
    case "notice":
      return [{ ...picture, notices: new Map(picture.notices).set(frame.notice.id, frame.notice) }, ["notices"]];
    case "alarms": {
      const alarms = new Map(picture.alarms);
      for (const alarm of frame.alarms) {
        if (alarm.state === "normal") alarms.delete(alarm.alarm);
        else alarms.set(alarm.alarm, alarm);
      }
      return [{ ...picture, alarms }, ["alarms"]];
    }
    case "all_alarms":
      return [{ ...picture, alarms: new Map(frame.alarms.map((a) => [a.alarm, a])) }, ["alarms"]];
    case "latest": {
      const latest = new Map(picture.latest);
      for (const [point, value] of Object.entries(frame.latest)) latest.set(point, value);
      return [{ ...picture, latest }, ["latest"]];
    }
    case "source":
      return [{ ...picture, sources: new Map(picture.sources).set(frame.source.source, frame.source) }, ["sources"]];
    case "process":
      return [
        { ...picture, processes: new Map(picture.processes).set(frame.process.process, frame.process) },
        ["processes"],
      ];
    case "limit":
      return [{ ...picture, limits: picture.limits + 1 }, ["limits"]];
    case "flow": {
      const { run, revision } = frame.flow;
      if ((picture.flows.get(run) ?? 0) >= revision) return [picture, []];
      return [{ ...picture, flows: new Map(picture.flows).set(run, revision) }, ["flows"]];
    }
    case "beat":
      return [{ ...picture, confirmed: frame.confirmed, bus: frame.bus }, ["confirmed", "bus"]];
    default:
      // A page that is older than the platform passes over what it does not know.
      return [picture, []];
  }
}

/** The picture of a line that died: it stays to be looked at, but nothing in it is known to be so now. */
export function unconfirmed(picture: Picture): Picture {
  return { ...picture, confirmed: { incidents: null, alarms: null, sources: null, latest: null } };
}

export interface Connection {
  /** A frame came within the last 3 s. */
  alive: boolean;
  /** The first snapshot has come. */
  started: boolean;
  /** Date.now() of the last frame. */
  heard: number | null;
}

class Live {
  picture = emptyPicture();
  connection: Connection = { alive: false, started: false, heard: null };
  /** Server clock less ours, ms: ages are counted by the server's clock. */
  skew = 0;
  /** Set before the start on a slow line: nothing about how sources and processes are, each second. */
  plantOnly = false;
  private listeners = new Map<Part, Set<() => void>>();
  private socket: WebSocket | null = null;
  private failures = 0;
  private person: string | null = null;
  private watchers = new Map<object, string[] | "all">();
  private opened: string | null = null;
  private started = false;
  private timed = false;

  start(): void {
    this.started = true;
    this.connect();
    if (this.timed) return;
    this.timed = true;
    window.setInterval(() => this.look(), 500);
    window.addEventListener("online", () => this.connect());
  }

  /** Nobody is signed in: hang up and forget the picture. */
  stop(): void {
    if (!this.started) return;
    this.started = false;
    const socket = this.socket;
    this.socket = null;
    socket?.close();
    this.picture = emptyPicture();
    this.connection = { alive: false, started: false, heard: null };
    this.tell([...this.listeners.keys()]);
  }

  /** Who sits here: notices to them are confirmed as arrived. */
  setPerson(person: string | null): void {
    this.person = person;
    this.send({ type: "me", person });
  }

  /** This incident is on the screen: its notices to us are read. */
  setOpened(incident: string | null): void {
    this.opened = incident;
    if (incident) this.send({ type: "opened", incident });
  }

  watch(owner: object, points: string[] | "all" | null): void {
    if (points === null) this.watchers.delete(owner);
    else this.watchers.set(owner, points);
    this.sendWatch();
  }

  subscribe(parts: readonly Part[], listener: () => void): () => void {
    for (const part of parts) {
      if (!this.listeners.has(part)) this.listeners.set(part, new Set());
      this.listeners.get(part)!.add(listener);
    }
    return () => parts.forEach((part) => this.listeners.get(part)!.delete(listener));
  }

  private tell(parts: readonly Part[]): void {
    const told = new Set<() => void>();
    for (const part of parts) this.listeners.get(part)?.forEach((listener) => told.add(listener));
    told.forEach((listener) => listener());
  }

  private connect(): void {
    if (!this.started || (this.socket && this.socket.readyState <= WebSocket.OPEN)) return;
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/live`);
    this.socket = socket;
    socket.onopen = () => {
      if (this.person) this.send({ type: "me", person: this.person });
      if (this.opened) this.send({ type: "opened", incident: this.opened });
      if (this.plantOnly) this.send({ type: "plant_only" });
      this.sendWatch();
    };
    socket.onmessage = (event: MessageEvent<string>) => this.hear(JSON.parse(event.data) as Frame);
    socket.onclose = (event) => {
      if (this.socket !== socket) return;
      this.socket = null;
      this.failures += 1;
      // A refused handshake has no code that a page may read: whether the session is over is asked for.
      if (event.code === SESSION_OVER || this.failures % 4 === 1) void session.ask();
      // Full jitter up to 5 s: after a restart a hundred pages do not knock in the same instant.
      window.setTimeout(() => this.connect(), 300 + Math.random() * Math.min(5000, 400 * 2 ** this.failures));
    };
  }

  private hear(frame: Frame): void {
    if (frame.type === "snapshot" || frame.type === "beat") this.skew = frame.time / 1e6 - Date.now();
    const [picture, parts] = take(this.picture, frame);
    this.picture = picture;
    if (frame.type === "notice" && frame.notice.person === this.person && frame.notice.channel === "websocket") {
      if (frame.notice.state === "sent") this.send({ type: "arrived", notice: frame.notice.id });
      if (frame.notice.incident === this.opened && frame.notice.state !== "read" && !document.hidden)
        this.send({ type: "read", notice: frame.notice.id });
    }
    this.failures = 0;
    const wasAlive = this.connection.alive;
    const started = this.connection.started || frame.type === "snapshot";
    this.connection = { alive: true, started, heard: Date.now() };
    this.tell(wasAlive && frame.type !== "snapshot" ? parts : [...parts, "connection"]);
  }

  private look(): void {
    const { alive, heard } = this.connection;
    if (alive && heard !== null && Date.now() - heard > DEAD_AFTER_MS) {
      this.connection = { ...this.connection, alive: false };
      this.picture = unconfirmed(this.picture);
      this.tell(["connection", "confirmed"]);
      // A half-open line never closes by itself: let it go and dial again.
      const socket = this.socket;
      this.socket = null;
      socket?.close();
      this.connect();
    }
  }

  private send(message: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private sendWatch(): void {
    const all = [...this.watchers.values()];
    const points = all.includes("all") ? null : [...new Set(all.flat())];
    this.send({ type: "watch", points });
  }
}

export const live = new Live();

export function useLive<P extends keyof Picture>(part: P): Picture[P] {
  return useSyncExternalStore(
    (listener) => live.subscribe([part], listener),
    () => live.picture[part],
  );
}

export function useConnection(): Connection {
  return useSyncExternalStore(
    (listener) => live.subscribe(["connection"], listener),
    () => live.connection,
  );
}

/** Ask for live values of these points while the component is on screen. */
export function useWatch(points: string[] | "all"): void {
  const key = points === "all" ? "all" : points.join(" ");
  useEffect(() => {
    const owner = {};
    live.watch(owner, key === "all" ? "all" : key ? key.split(" ") : []);
    return () => live.watch(owner, null);
  }, [key]);
}
