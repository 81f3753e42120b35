import { createContext, useContext } from "react";
import type { Text } from "../../api/types";
import type { ClauseBook } from "./clauses";
import { postNames } from "./cardTexts";
import type { Card, Flow } from "./types";

/** What the editors of single cards need of the whole. */
export interface Desk {
  flow: Flow;
  posts: Record<string, Text>;
  clauses: ClauseBook;
  /** Puts a changed card in the place of the one with its key; `what` names the field. */
  replace: (card: Card, what?: string) => void;
  openForm: (key: string) => void;
}

const nowhere: Desk = { flow: { id: "", name: { zh: "", en: "" }, noun: "other" }, posts: postNames, clauses: new Map(), replace: () => undefined, openForm: () => undefined };

export const DeskContext = createContext<Desk>(nowhere);

export function useDesk(): Desk {
  return useContext(DeskContext);
}
