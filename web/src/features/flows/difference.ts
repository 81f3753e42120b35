import type { Text } from "../../api/types";
import { allCards, placeOf } from "./tree";
import type { Card, Flow } from "./types";

/** How one state of a flow differs from another, card by card. */
export interface Difference {
  what: "added" | "removed" | "moved" | "changed";
  key: string;
  name: Text;
  /** The fields that differ, where the card is in both. */
  fields: string[];
}

function own(card: Card): Record<string, unknown> {
  if (card.card !== "branch") return { ...card };
  const { then: _then, otherwise: _otherwise, ...rest } = card;
  return rest;
}

/** JSON with keys in order, without what is unset: equal texts mean equal things. */
function text(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).filter(([, v]) => v !== undefined).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  ) ?? "null";
}

/** From `before` to `after`; cards that only slid because others came or went have not moved. Pure. */
export function differences(before: Flow, after: Flow): Difference[] {
  const [old, fresh] = [before.cards ?? [], after.cards ?? []];
  const olds = new Map(allCards(old).map((card) => [card.key, card]));
  const news = new Map(allCards(fresh).map((card) => [card.key, card]));
  const found: Difference[] = [];
  const head = (["name", "noun", "work", "standard", "about"] as const).filter((field) => text(before[field]) !== text(after[field]));
  if (head.length) found.push({ what: "changed", key: "", name: after.name, fields: [...head] });
  const followers = (cards: Map<string, Card>, flow: readonly Card[]) => {
    const shared = [...cards.keys()].filter((key) => olds.has(key) && news.has(key));
    const last = new Map<string, string>();
    const result = new Map<string, string>();
    for (const key of shared) {
      const list = placeOf(flow, key)?.list ?? "";
      result.set(key, `${list}>${last.get(list) ?? ""}`);
      last.set(list, key);
    }
    return result;
  };
  const [stood, stands] = [followers(olds, old), followers(news, fresh)];
  for (const [key, card] of news) {
    const was = olds.get(key);
    if (!was) {
      found.push({ what: "added", key, name: card.name, fields: [] });
      continue;
    }
    const [a, b] = [own(was), own(card)];
    const fields = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((field) => text(a[field]) !== text(b[field]));
    if (fields.length) found.push({ what: "changed", key, name: card.name, fields });
    if (stood.get(key) !== stands.get(key)) found.push({ what: "moved", key, name: card.name, fields: [] });
  }
  for (const [key, card] of olds) if (!news.has(key)) found.push({ what: "removed", key, name: card.name, fields: [] });
  return found;
}
