import type { Flow } from "./types";

// What was drawn, step by step. Pure: times come from outside.

export interface History {
  past: Flow[];
  now: Flow;
  future: Flow[];
  /** What the last change was to, and when (ms): letters typed into one field are undone together. */
  last: { what: string; at: number } | null;
}

const MOST = 200;
/** A pause in typing that is longer makes another step. */
const TOGETHER_MS = 1500;

export function begin(flow: Flow): History {
  return { past: [], now: flow, future: [], last: null };
}

/** `what` names the thing that is changed (`name of apply`); empty: a step of its own. */
export function change(history: History, next: Flow, what: string, at: number): History {
  if (next === history.now) return history;
  const joined = what !== "" && history.last?.what === what && at - history.last.at < TOGETHER_MS;
  return {
    past: joined ? history.past : [...history.past, history.now].slice(-MOST),
    now: next,
    future: [],
    last: { what, at },
  };
}

export function undo(history: History): History {
  const before = history.past.at(-1);
  if (!before) return history;
  return { past: history.past.slice(0, -1), now: before, future: [history.now, ...history.future], last: null };
}

export function redo(history: History): History {
  const after = history.future[0];
  if (!after) return history;
  return { past: [...history.past, history.now], now: after, future: history.future.slice(1), last: null };
}
