import type { Notice, Text } from "../../api/types";

export interface ShiftSpec {
  person: string;
  zones: string[];
  days: string[];
  start: string;
  end: string;
  step: number;
}

export type ChangeBody =
  | { type: "add"; shift: ShiftSpec; first: string; last?: string }
  | { type: "change"; key: string; shift: ShiftSpec; first: string; last?: string }
  | { type: "end"; key: string; first: string; last?: string }
  | { type: "swap"; key: string; day: string; giver: string; taker: string; other_key?: string; other_day?: string }
  | { type: "absence"; person: string; start: string; end: string; deputy?: string }
  | { type: "holiday"; day: string; name: Text; as_day?: string; shifts?: ShiftSpec[] }
  | { type: "undo"; change: string };

/** One turn in a row; times in ns. */
export interface Cell {
  key: string;
  day: string;
  person: string | null;
  planned: string;
  start: number;
  end: number;
  cause: string | null;
  whole_site: boolean;
}

export interface Row {
  step: number;
  zones: string[];
  cells: Cell[];
  gaps: { start: number; end: number; text: Text }[];
}

export interface Week {
  first: string;
  days: { date: string; start: number; end: number; holiday: Text | null; change: string | null }[];
  rows: Row[];
  gaps: Text[];
  revision: number;
  timezone: string;
}

export interface ToldChange {
  id: string;
  number: number;
  time: number;
  by: string;
  why: string;
  text: Text;
  body: ChangeBody;
  undone_by: string | null;
}

export interface Preview {
  text: Text;
  gaps: Text[];
  revision: number;
}

export interface Who {
  kind: "step" | "role" | "person" | "everyone";
  id: string;
  step: number;
}

export interface ChainBody {
  name: Text;
  zones: string[];
  hazards: string[];
  priorities: number[];
  steps: { wait_s: number; who: Who[] }[];
  repeat_s?: number | null;
}

export interface Chain {
  id: string;
  revision: number;
  time: number;
  by: string;
  body: ChainBody;
}

export interface Chains {
  default: { escalate_after: number; everyone_after: number; repeat_after: number | null };
  items: Chain[];
}

export interface DryRun {
  chain: string;
  name: Text | null;
  planned: boolean;
  steps: { step: number; after_s: number; time: number; text: Text; people: { id: string; name: Text; channels: string[] }[] }[];
  repeat_s: number | null;
}

export interface Quiet {
  start: string;
  end: string;
  days: string[];
  still: number;
}

export interface Contact {
  id: string;
  name: string;
  type: string;
  shown: string;
  revision: number;
  max_priority: number;
  quiet: Quiet[];
  own: boolean;
  usable: boolean;
  last_test: Notice | null;
}

export interface OpenAlarm {
  alarm: string;
  message: Text;
  zone: string;
  priority: number;
  state: string;
  since: number;
  by: string | null;
  reason: string | null;
  until: number | null;
}

export interface OpenItems {
  time: number;
  incidents: { id: string; title: Text; priority: number; status: string; owner: string | null; zones: string[]; started: number; exercise: boolean }[];
  standing: OpenAlarm[] | null;
  shelved: OpenAlarm[] | null;
  out_of_service: OpenAlarm[] | null;
  sources: { source: string; state: string; since: number; detail: string }[] | null;
  gaps: Text[];
  counts: Record<string, number>;
  unknown: Text[];
}

export interface Handover {
  id: string;
  revision: number;
  time: number;
  by: string;
  to: string;
  text: string;
  open: OpenItems;
  confirmed: number | null;
  answer: string;
}
