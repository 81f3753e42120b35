import type { Text } from "../../api/types";
import type { Card, Energy, FormSchema, Quantity } from "./cards";

// Runs of flows as src/fangwei/flows/commands.py tells them. Times are UTC ns.

export type TaskKind =
  | "form" | "isolate" | "confirm" | "measure" | "approve" | "start" | "work" | "check" | "resume" | "overtime" | "decide"
  | "accept";

export interface OpenTask {
  task: string;
  key: string;
  card: string;
  kind: TaskKind;
  name: Text;
  doers: string[];
  who: Text;
  opened: number;
  due: number | null;
}

export interface RunView {
  id: string;
  flow: string;
  name: Text;
  version: number;
  revision: number;
  noun: string;
  work: string | null;
  title: string;
  zones: string[];
  place: [number, number, number] | null;
  status: number;
  status_since: number;
  applicant: string;
  started: number;
  updated: number;
  ended: number | null;
  outcome: string | null;
  due: number | null;
  hold: { signal: string; why: string; by: string; time: number } | null;
  packs: string[];
  tasks: OpenTask[];
}

export interface Found {
  standard: string;
  edition: string;
  clause: string;
  rule: string;
  refuse: boolean;
  action: string;
  alarm: string | null;
  certainty: string;
  text: Text;
  facts: Record<string, unknown>;
  missing: string[];
}

export interface JudgedLine {
  key: string;
  moment: string;
  passed: boolean;
  findings: Found[];
}

export interface Line {
  id: string;
  time: number;
  by: string;
  action: "start" | "submit" | "tick" | "signal" | "pause" | "resume" | "withdraw" | "cancel" | "move";
  revision: number;
  status: number;
  task: string | null;
  name: Text | null;
  fired: string[];
  judged: JudgedLine[];
  dropped: Text[];
  answers: Record<string, unknown> | null;
  why: string;
}

export interface Finding {
  id: string;
  run: string;
  zone: string;
  time: number;
  ended: number | null;
  key: string;
  found: Found;
}

/** What the dialect says of a step (docs/flows.md), and its card. */
export interface Asks {
  kind: TaskKind;
  key: string;
  on_site?: boolean;
  anyone?: { on_site?: boolean }[];
  when?: string;
  as?: Card;
}

export interface Shown {
  run: RunView;
  data: Record<string, unknown>;
  history: Line[];
  findings: Finding[];
  asks: Record<string, Asks>;
  cards: Card[];
}

export interface TaskOf {
  run: RunView;
  task: OpenTask;
}

export interface Offer {
  flow: string;
  version: number;
  name: Text;
  about: Text | null;
  noun: string;
  work: string | null;
  standard: string | null;
  first: Asks | null;
  mine: boolean;
  who: Text;
}

export type { Card, Energy, FormSchema, Quantity };
