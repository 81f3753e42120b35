import type { Text } from "../../api/types";
import type { FormSchema, Quantity } from "../flows/types";

export type { FormSchema, Quantity };

export interface Energy {
  key: string;
  name: Text;
}

/** Of a card, what is shown to whoever does its steps. */
export interface Card {
  card: string;
  key: string;
  name: Text;
  help?: Text;
  clauses?: { standard: string; number: string }[];
  form?: FormSchema;
  energies?: Energy[];
  quantities?: Quantity[];
  lines?: Text[];
  every?: number;
  longest?: number;
}
