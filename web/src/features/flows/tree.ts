import type { BranchCard, Card } from "./types";

// Where cards stand and how they move. A list of cards is named by what holds it: "" is the flow's own, "<key>/then"
// and "<key>/otherwise" are the two of a branch. Everything here is pure and leaves untouched cards the same objects.

export type Side = "then" | "otherwise";

export interface Place {
  list: string;
  index: number;
}

export function listName(branch: string, side: Side): string {
  return `${branch}/${side}`;
}

/** Every card as one reads them, those inside branches after the branch. */
export function allCards(cards: readonly Card[]): Card[] {
  return cards.flatMap((card) => (card.card === "branch" ? [card, ...allCards(card.then ?? []), ...allCards(card.otherwise ?? [])] : [card]));
}

export function findCard(cards: readonly Card[], key: string): Card | undefined {
  return allCards(cards).find((card) => card.key === key);
}

/** The cards of a list; undefined where there is no such list. */
export function listOf(cards: readonly Card[], list: string): readonly Card[] | undefined {
  if (list === "") return cards;
  const [key = "", side] = list.split("/");
  const branch = findCard(cards, key);
  return branch?.card === "branch" && (side === "then" || side === "otherwise") ? (branch[side] ?? []) : undefined;
}

export function placeOf(cards: readonly Card[], key: string, list = ""): Place | undefined {
  for (const [index, card] of cards.entries()) {
    if (card.key === key) return { list, index };
    if (card.card !== "branch") continue;
    const inside = placeOf(card.then ?? [], key, listName(card.key, "then")) ?? placeOf(card.otherwise ?? [], key, listName(card.key, "otherwise"));
    if (inside) return inside;
  }
  return undefined;
}

function inList(cards: readonly Card[], list: string, change: (cards: readonly Card[]) => Card[]): Card[] {
  if (list === "") return change(cards);
  return cards.map((card) => {
    if (card.card !== "branch") return card;
    let next: BranchCard = card;
    for (const side of ["then", "otherwise"] as const) {
      const before = card[side] ?? [];
      const after = listName(card.key, side) === list ? change(before) : inList(before, list, change);
      if (after.length !== before.length || after.some((one, i) => one !== before[i])) next = { ...next, [side]: after };
    }
    return next;
  });
}

export function insertCard(cards: readonly Card[], place: Place, card: Card): Card[] {
  return inList(cards, place.list, (list) => [...list.slice(0, place.index), card, ...list.slice(place.index)]);
}

export function removeCard(cards: readonly Card[], key: string): Card[] {
  const place = placeOf(cards, key);
  if (!place) return [...cards];
  return inList(cards, place.list, (list) => list.filter((card) => card.key !== key));
}

export function replaceCard(cards: readonly Card[], key: string, next: Card): Card[] {
  const place = placeOf(cards, key);
  if (!place) return [...cards];
  return inList(cards, place.list, (list) => list.map((card) => (card.key === key ? next : card)));
}

/** Whether a card may stand there: a branch cannot be moved into itself. */
export function mayMove(cards: readonly Card[], key: string, to: Place): boolean {
  const card = findCard(cards, key);
  if (!card || !listOf(cards, to.list)) return false;
  const holder = to.list.split("/")[0];
  return !allCards([card]).some((one) => one.key === holder);
}

/** A card taken from where it is and put at `to`, counted before it was taken; the same cards where nothing moves. */
export function moveCard(cards: readonly Card[], key: string, to: Place): readonly Card[] {
  const from = placeOf(cards, key);
  const card = findCard(cards, key);
  if (!from || !card || !mayMove(cards, key, to)) return cards;
  const same = from.list === to.list;
  if (same && (to.index === from.index || to.index === from.index + 1)) return cards;
  const index = same && to.index > from.index ? to.index - 1 : to.index;
  return insertCard(removeCard(cards, key), { list: to.list, index }, card);
}

/** The cards that are surely done before `key`: those above it, and those above the branches that hold it. */
export function before(cards: readonly Card[], key: string): Card[] {
  const found: Card[] = [];
  for (const card of cards) {
    if (card.key === key) return found;
    if (card.card === "branch") {
      for (const side of [card.then ?? [], card.otherwise ?? []]) {
        if (allCards(side).some((one) => one.key === key)) return [...found, card, ...before(side, key)];
      }
    }
    found.push(card);
  }
  return found;
}

/** A key that no card of the flow has: the word itself, else with a number. */
export function freshKey(cards: readonly Card[], word: string): string {
  const taken = new Set(allCards(cards).map((card) => card.key));
  if (!taken.has(word)) return word;
  for (let n = 2; ; n++) if (!taken.has(`${word}_${n}`)) return `${word}_${n}`;
}

/** A copy of a card, and of what is inside it, with keys of its own. */
export function copyOf(cards: readonly Card[], card: Card): Card {
  const taken: Card[] = [...cards];
  const copy = (one: Card): Card => {
    const key = freshKey(taken, one.key.replace(/_\d+$/, ""));
    taken.push({ ...one, key } as Card);
    if (one.card !== "branch") return { ...one, key };
    return { ...one, key, then: (one.then ?? []).map(copy), otherwise: (one.otherwise ?? []).map(copy) };
  };
  return copy(card);
}
