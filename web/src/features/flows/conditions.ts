import type { Text } from "../../api/types";
import { editorTexts } from "./editorTexts";
import { partsOf } from "./formParts";
import type { Card } from "./types";

// Plain sentences for FEEL: `<field> <is> <value>`, all or any of them. What is written otherwise stays FEEL. Pure.

export type Kind = "text" | "number" | "yes";

/** What can be asked about, from the steps before. */
export interface Askable {
  path: string;
  step: Text;
  name: Text;
  kind: Kind;
  /** Where only some answers are possible. */
  values?: { value: string; name: Text }[];
}

export const OPERATORS = { "=": editorTexts.is, "!=": editorTexts.isNot, ">": editorTexts.more, ">=": editorTexts.atLeast, "<": editorTexts.less, "<=": editorTexts.atMost } as const;
export type Operator = keyof typeof OPERATORS;

export interface Part {
  path: string;
  operator: Operator;
  value: string | number | boolean;
}

export interface Sentence {
  join: "and" | "or";
  parts: Part[];
}

export function operatorsOf(kind: Kind): Operator[] {
  return kind === "number" ? ["=", "!=", ">", ">=", "<", "<="] : ["=", "!="];
}

function written(value: Part["value"]): string {
  return typeof value === "string" ? `"${value.replace(/\\/g, "\\\\").replace(/"/g, '\\"')}"` : String(value);
}

/** The sentence as FEEL. Each comparison in brackets: `a in [1..2] and b < 1` without them is null in silence. */
export function toFeel(sentence: Sentence): string {
  const parts = sentence.parts.map((part) => `${part.path} ${part.operator} ${written(part.value)}`);
  return parts.length > 1 ? parts.map((part) => `(${part})`).join(` ${sentence.join} `) : (parts[0] ?? "");
}

const PART = /^([a-z][\w]*(?:\.[A-Za-z_]\w*)*)\s*(=|!=|>=|<=|>|<)\s*("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false)$/;

function readPart(words: string): Part | null {
  const found = PART.exec(words.trim());
  if (!found) return null;
  const [, path = "", operator, raw = ""] = found;
  const value = raw.startsWith('"') ? raw.slice(1, -1).replace(/\\(.)/g, "$1") : raw === "true" || raw === "false" ? raw === "true" : Number(raw);
  return { path, operator: operator as Operator, value };
}

/** A sentence that stands for the FEEL, or null where it says more than sentences can. */
export function fromFeel(feel: string): Sentence | null {
  const words = feel.trim();
  if (words === "") return { join: "and", parts: [] };
  const one = readPart(words);
  if (one) return { join: "and", parts: [one] };
  const pieces = brackets(words);
  if (!pieces) return null;
  const joins = new Set(pieces.joins);
  const parts = pieces.parts.map(readPart);
  if (joins.size !== 1 || parts.some((part) => part === null)) return null;
  return { join: pieces.joins[0] === "or" ? "or" : "and", parts: parts as Part[] };
}

/** `(a) and (b)`: what stands in the brackets, and the words between them. */
function brackets(words: string): { parts: string[]; joins: string[] } | null {
  const parts: string[] = [];
  const joins: string[] = [];
  let at = 0;
  while (at < words.length) {
    if (words[at] !== "(") return null;
    let quoted = false;
    let end = at + 1;
    for (; end < words.length && (quoted || words[end] !== ")"); end++) {
      if (words[end] === "\\" && quoted) end++;
      else if (words[end] === '"') quoted = !quoted;
      else if (words[end] === "(" && !quoted) return null;
    }
    if (end >= words.length) return null;
    parts.push(words.slice(at + 1, end));
    const join = /^\s+(and|or)\s+/.exec(words.slice(end + 1));
    if (!join) return words.slice(end + 1).trim() === "" && parts.length > 1 ? { parts, joins } : null;
    joins.push(join[1]!);
    at = end + 1 + join[0].length;
  }
  return null;
}

const KINDS: Record<string, Kind> = { number: "number", checkbox: "yes" };

/** What the cards before a step let one ask. */
export function askable(cards: readonly Card[]): Askable[] {
  return cards.flatMap((card): Askable[] => {
    const step = card.name;
    switch (card.card) {
      case "form":
        return partsOf(card.form)
          .filter((part) => !["checklist", "taglist"].includes(part.type))
          .map((part) => {
            const label = part.label ?? part.key;
            const values = ["radio", "select"].includes(part.type) ? (part.values ?? []).map((v) => ({ value: v.value, name: { zh: v.label, en: v.label } })) : [];
            return { path: `${card.key}.${part.key}`, step, name: { zh: label, en: label }, kind: KINDS[part.type] ?? "text", ...(values.length ? { values } : {}) };
          });
      case "measure":
        return card.quantities.map((q) => ({ path: `${card.key}.${q.key}`, step, name: { zh: `${q.name.zh}（${q.unit}）`, en: `${q.name.en} (${q.unit})` }, kind: "number" as const }));
      case "wait":
        return card.within ? [{ path: `${card.key}.timed_out`, step, name: { zh: "已超时", en: "timed out" }, kind: "yes" as const }] : [];
      default:
        return [];
    }
  });
}
