import type { Text } from "../../api/types";

// What a safety engineer draws, as src/fangwei/flows/cards.py says it. Durations are seconds.

export const NOUNS = ["permit", "inspection", "hazard", "entry", "alarm_response", "emergency", "handover", "drill", "other"] as const;
export type Noun = (typeof NOUNS)[number];

export const WORKS = ["confined_space", "hot_work", "blind", "height", "lifting", "temp_power", "earth", "road"] as const;

/** Exactly one of the three is set. */
export interface Who {
  post?: string;
  role?: string;
  field?: string;
}

export interface Clause {
  standard: string;
  number: string;
}

export interface Quantity {
  key: string;
  name: Text;
  unit: string;
  substance?: string;
  low?: number;
  high?: number;
  clause?: Clause;
}

interface Base {
  key: string;
  name: Text;
  help?: Text;
  clauses?: Clause[];
}

export interface FormPart {
  type: string;
  key?: string;
  id?: string;
  label?: string;
  text?: string;
  components?: FormPart[];
  values?: { label: string; value: string }[];
  [more: string]: unknown;
}

export interface FormSchema {
  type?: string;
  components?: FormPart[];
  [more: string]: unknown;
}

export interface FormCard extends Base {
  card: "form";
  who: Who;
  form: FormSchema;
}

export interface IsolateCard extends Base {
  card: "isolate";
  who: Who;
  confirm: Who;
  energies: { key: string; name: Text }[];
}

export interface MeasureCard extends Base {
  card: "measure";
  who: Who;
  quantities: Quantity[];
  fresh?: number;
  tries?: number;
}

export interface Approver {
  key: string;
  name: Text;
  who: Who;
  on_site?: boolean;
  when?: string;
}

export interface ApproveCard extends Base {
  card: "approve";
  mode: "all" | "any" | "in_order";
  by: Approver[];
  back_to?: string;
  within?: number;
}

export interface WorkCard extends Base {
  card: "work";
  who: Who;
  guardian?: Who;
  quantities?: Quantity[];
  every?: number;
  longest?: number;
  stops?: { signal: string; within?: number }[];
}

export interface BranchCard extends Base {
  card: "branch";
  when: string;
  then?: Card[];
  otherwise?: Card[];
}

export interface NotifyCard extends Base {
  card: "notify";
  to?: Who[];
  text?: Text;
  priority?: number;
  actions?: { kind: string; target: string; value: string }[];
}

export interface WaitCard extends Base {
  card: "wait";
  signal?: string;
  duration?: number;
  within?: number;
}

export interface SubFlowCard extends Base {
  card: "sub_flow";
  flow: string;
  takes?: Record<string, string>;
}

export interface CloseCard extends Base {
  card: "close";
  who: Who;
  lines?: Text[];
}

export interface ExpertCard extends Base {
  card: "expert";
  xml: string;
}

export type Card =
  | FormCard | IsolateCard | MeasureCard | ApproveCard | WorkCard | BranchCard | NotifyCard | WaitCard | SubFlowCard
  | CloseCard | ExpertCard;
export type Kind = Card["card"];
export type Drawn = Exclude<Kind, "expert">;

/** The palette, in the order in which a permit runs. */
export const KINDS: readonly Drawn[] = ["form", "isolate", "measure", "approve", "work", "branch", "notify", "wait", "sub_flow", "close"];

export interface Flow {
  id: string;
  name: Text;
  noun: Noun;
  work?: string;
  about?: Text;
  standard?: string;
  cards?: Card[];
}

export interface Draft {
  id: string;
  revision: number;
  base: number | null;
  by: string;
  time: number;
  flow: Flow;
}

export interface FlowRow {
  id: string;
  name: Text;
  noun: Noun;
  work: string | null;
  standard: string | null;
  draft: number | null;
  version: number | null;
  time: number;
  by: string;
  cards: number;
}

export interface FlowsPage {
  total: number;
  offset: number;
  items: FlowRow[];
}
