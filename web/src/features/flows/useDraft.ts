import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { ApiProblem, edit } from "../../api/client";
import type { Text } from "../../api/types";
import { wordsOf } from "../../parts/doing";
import * as history from "./history";
import type { Draft, Flow } from "./types";

/** How the page and what is kept stand to each other. */
export type Saving =
  | { state: "saved" | "unsaved" | "saving" }
  | { state: "failed"; why: Text }
  | { state: "conflict"; theirs: Draft };

/** A pause in drawing after which it is saved. */
const AFTER_MS = 900;
/** How soon a save that the line swallowed is tried again. */
const AGAIN_MS = 5000;

type Act =
  | { kind: "change"; flow: (now: Flow) => Flow; what: string; at: number }
  | { kind: "undo" | "redo" }
  | { kind: "take"; flow: Flow };

function step(state: history.History, act: Act): history.History {
  switch (act.kind) {
    case "change":
      return history.change(state, act.flow(state.now), act.what, act.at);
    case "undo":
      return history.undo(state);
    case "redo":
      return history.redo(state);
    case "take":
      return history.change(state, act.flow, "", 0);
  }
}

export interface Drawing {
  flow: Flow;
  revision: number;
  saving: Saving;
  mayUndo: boolean;
  mayRedo: boolean;
  /** A change; `what` names the field, so that letters typed in a row are one step back. */
  change: (change: (now: Flow) => Flow, what?: string) => void;
  undo: () => void;
  redo: () => void;
  save: () => void;
  takeTheirs: () => void;
  keepMine: () => void;
}

/** A draft as it is drawn on this page: every step can be taken back, and it saves itself. */
export function useDraft(draft: Draft, mayDraw: boolean): Drawing {
  const [drawn, act] = useReducer(step, draft.flow, history.begin);
  const [kept, setKept] = useState({ flow: draft.flow, revision: draft.revision });
  const [saving, setSaving] = useState<Saving>({ state: "saved" });
  const [round, again] = useReducer((n: number) => n + 1, 0);
  const busy = useRef(false);
  const latest = useRef({ flow: drawn.now, revision: kept.revision });
  latest.current = { flow: drawn.now, revision: kept.revision };
  const dirty = drawn.now !== kept.flow;
  const stuck = saving.state === "conflict";

  const save = useCallback(async () => {
    if (busy.current) return;
    const { flow, revision } = latest.current;
    busy.current = true;
    setSaving({ state: "saving" });
    try {
      const saved = await edit<Draft>(`/flows/${flow.id}/draft`, revision, { flow });
      setKept({ flow, revision: saved.revision });
      setSaving({ state: latest.current.flow === flow ? "saved" : "unsaved" });
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 412 && error.current) setSaving({ state: "conflict", theirs: error.current as Draft });
      else setSaving({ state: "failed", why: wordsOf(error) });
      // No line: it will be there again. A refusal stays until something is changed.
      if (error instanceof ApiProblem && (error.status === 0 || error.status >= 500)) window.setTimeout(again, AGAIN_MS);
    } finally {
      busy.current = false;
    }
  }, []);

  useEffect(() => {
    if (!mayDraw || !dirty || stuck) return;
    setSaving((before) => (before.state === "failed" ? before : { state: "unsaved" }));
    const timer = window.setTimeout(() => void save(), AFTER_MS);
    return () => window.clearTimeout(timer);
  }, [drawn.now, kept, dirty, stuck, mayDraw, save, round]);

  useEffect(() => {
    if (!dirty || !mayDraw) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [dirty, mayDraw]);

  // Leaving by a link of the page: what is not saved yet goes out now.
  useEffect(() => () => {
    if (mayDraw && latest.current.flow !== keptFlow.current) void save();
  }, [mayDraw, save]);
  const keptFlow = useRef(kept.flow);
  keptFlow.current = kept.flow;

  return {
    flow: drawn.now, revision: kept.revision, saving: !dirty && saving.state === "unsaved" ? { state: "saved" } : saving,
    mayUndo: drawn.past.length > 0, mayRedo: drawn.future.length > 0,
    change: useCallback((flow, what = "") => act({ kind: "change", flow, what, at: Date.now() }), []),
    undo: useCallback(() => act({ kind: "undo" }), []),
    redo: useCallback(() => act({ kind: "redo" }), []),
    save: () => void save(),
    takeTheirs: () => {
      if (saving.state !== "conflict") return;
      act({ kind: "take", flow: saving.theirs.flow });
      setKept({ flow: saving.theirs.flow, revision: saving.theirs.revision });
      setSaving({ state: "saved" });
    },
    keepMine: () => {
      if (saving.state !== "conflict") return;
      // What they made is in the record of changes; mine goes on top of it, knowingly.
      setKept({ flow: saving.theirs.flow, revision: saving.theirs.revision });
      setSaving({ state: "unsaved" });
    },
  };
}
