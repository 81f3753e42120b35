import type { Text } from "../../api/types";
import type { Clause } from "./types";

/** A clause as a rule pack has it. */
export interface ClauseShown {
  standard: string;
  number: string;
  /** What it asks, in our own words. */
  text: Text;
  unverified: boolean;
}

/** Every clause of the packs, by `standard number`. */
export type ClauseBook = ReadonlyMap<string, ClauseShown>;

export function clauseId(clause: Clause): string {
  return `${clause.standard} ${clause.number}`;
}
