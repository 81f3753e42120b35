import { describe, expect, it } from "vitest";
import { askable, fromFeel, toFeel } from "../src/features/flows/conditions";
import { differences } from "../src/features/flows/difference";
import { partsOf, safeForm } from "../src/features/flows/formParts";
import { freshCard, freshFlow } from "../src/features/flows/fresh";
import * as history from "../src/features/flows/history";
import { freshId } from "../src/features/flows/NewFlow";
import { summary } from "../src/features/flows/summary";
import { allCards, before, copyOf, freshKey, insertCard, mayMove, moveCard, placeOf, removeCard, replaceCard } from "../src/features/flows/tree";
import { KINDS, type BranchCard, type Card, type Flow } from "../src/features/flows/types";

const wait = (key: string): Card => ({ card: "wait", key, name: { zh: key, en: key }, duration: 60 });
const branch = (key: string, then: Card[] = [], otherwise: Card[] = []): BranchCard => ({ card: "branch", key, name: { zh: key, en: key }, when: "true", then, otherwise });
const keys = (cards: readonly Card[]) => allCards(cards).map((card) => card.key).join(" ");
const flow = (cards: Card[]): Flow => ({ id: "f", name: { zh: "流", en: "F" }, noun: "permit", cards });

describe("cards in lists and branches", () => {
  const cards = [wait("a"), branch("b", [wait("c"), branch("d", [wait("e")])], [wait("f")]), wait("g")];

  it("go where they are dropped, counted as one sees it", () => {
    expect(keys(moveCard(cards, "a", { list: "", index: 3 }))).toBe("b c d e f g a");
    expect(keys(moveCard(cards, "g", { list: "", index: 0 }))).toBe("g a b c d e f");
    expect(keys(moveCard(cards, "a", { list: "d/then", index: 1 }))).toBe("b c d e a f g");
    expect(keys(moveCard(cards, "e", { list: "b/otherwise", index: 0 }))).toBe("a b c d e f g");
    expect(placeOf(moveCard(cards, "e", { list: "b/otherwise", index: 0 }), "e")).toEqual({ list: "b/otherwise", index: 0 });
  });

  it("stay where they are when dropped beside themselves, or into themselves", () => {
    expect(moveCard(cards, "b", { list: "", index: 1 })).toBe(cards);
    expect(moveCard(cards, "b", { list: "", index: 2 })).toBe(cards);
    expect(moveCard(cards, "b", { list: "d/then", index: 0 })).toBe(cards);
    expect(mayMove(cards, "b", { list: "b/then", index: 0 })).toBe(false);
    expect(moveCard(cards, "a", { list: "nowhere/then", index: 0 })).toBe(cards);
    expect(moveCard(cards, "nobody", { list: "", index: 0 })).toBe(cards);
  });

  it("leave all other cards the same objects", () => {
    const next = replaceCard(cards, "e", { ...wait("e"), duration: 5 } as Card);
    expect(next[0]).toBe(cards[0]);
    expect(next[2]).toBe(cards[2]);
    expect((next[1] as BranchCard).otherwise![0]).toBe((cards[1] as BranchCard).otherwise![0]);
    expect(next[1]).not.toBe(cards[1]);
  });

  it("never lose or double one, wherever they are moved", () => {
    const all = allCards(cards).map((card) => card.key).sort();
    for (const key of all)
      for (const list of ["", "b/then", "b/otherwise", "d/then", "d/otherwise"])
        for (let index = 0; index <= 3; index++) {
          const moved = moveCard(cards, key, { list, index });
          expect(allCards(moved).map((card) => card.key).sort()).toEqual(all);
        }
  });

  it("come with what is in them, and go with it", () => {
    expect(keys(removeCard(cards, "b"))).toBe("a g");
    const copy = copyOf(cards, cards[1]!);
    expect(keys([copy])).toBe("b_2 c_2 d_2 e_2 f_2");
    expect(keys(insertCard(cards, { list: "b/then", index: 0 }, wait("x")))).toBe("a b x c d e f g");
    expect(freshKey(cards, "a")).toBe("a_2");
  });

  it("know what is surely done before them", () => {
    expect(before(cards, "e").map((card) => card.key)).toEqual(["a", "b", "c", "d"]);
    expect(before(cards, "f").map((card) => card.key)).toEqual(["a", "b"]);
    expect(before(cards, "g").map((card) => card.key)).toEqual(["a", "b"]);
  });
});

describe("steps taken back", () => {
  it("join what is typed in a row and nothing else", () => {
    let h = history.begin(flow([]));
    h = history.change(h, flow([wait("a")]), "", 0);
    h = history.change(h, flow([wait("b")]), "name", 100);
    h = history.change(h, flow([wait("c")]), "name", 200);
    h = history.change(h, flow([wait("d")]), "name", 5000);
    h = history.undo(h);
    expect(keys(h.now.cards!)).toBe("c");
    h = history.undo(h);
    expect(keys(h.now.cards!)).toBe("a");
    h = history.redo(h);
    expect(keys(h.now.cards!)).toBe("c");
    h = history.change(h, flow([]), "", 6000);
    expect(history.redo(h)).toBe(h);
    expect(history.undo(history.begin(flow([])))).toEqual(history.begin(flow([])));
  });
});

describe("conditions", () => {
  it("are the same sentence after being FEEL", () => {
    for (const feel of ['apply.level = "special"', "measure.oxygen >= 19.5", "apply.rain = true", '(apply.a = "x") and (m.o < -1.5)', '(a.b != "say \\"hi\\"") or (a.c = "(no)")'])
      expect(toFeel(fromFeel(feel)!)).toBe(feel);
  });

  it("that say more stay FEEL", () => {
    for (const feel of ["x in [1..2]", "not(a.b)", "a.b = c.d", '(a.b = 1) and (c.d = 2) or (e.f = 3)', "(a.b = 1)", "(a.b = 1) and", "((a.b = 1)) and (c = 1)", 'a.b = "open'])
      expect(fromFeel(feel)).toBeNull();
  });

  it("ask only what earlier steps give", () => {
    const apply = freshCard(flow([]), "form");
    const measure = freshCard(flow([]), "measure");
    expect(askable([apply, measure]).map((one) => one.path)).toContain("measure.oxygen");
    expect(askable([apply]).map((one) => one.path)).toContain("apply.guardian");
    expect(askable([freshCard(flow([]), "approve")])).toEqual([]);
  });
});

describe("what changed", () => {
  const old = flow([wait("a"), branch("b", [wait("c")]), wait("d")]);
  it("is told by card and field, and sliding is no move", () => {
    expect(differences(old, old)).toEqual([]);
    const fresh = flow([wait("x"), wait("a"), branch("b", [], [wait("c")]), { ...wait("d"), duration: 90 } as Card]);
    expect(differences(old, fresh).map((one) => `${one.what} ${one.key} ${one.fields}`)).toEqual(["added x ", "moved c ", "changed d duration"]);
    expect(differences(fresh, old).map((one) => one.what)).toContain("removed");
    expect(differences(old, { ...old, name: { zh: "新", en: "New" } })[0]).toMatchObject({ key: "", fields: ["name"] });
  });
});

describe("new cards", () => {
  it("have words in both languages and a line in the list", () => {
    const start = freshFlow("f", { zh: "流", en: "F" }, "permit", "confined_space");
    for (const kind of KINDS) {
      const card = freshCard(start, kind);
      expect(card.name.zh && card.name.en, kind).toBeTruthy();
      if (!["branch", "sub_flow"].includes(kind)) expect(summary(card, "zh"), kind).not.toBe("");
    }
    expect(freshCard(flow([wait("measure")]), "measure").key).toBe("measure_2");
    expect(freshId(["confined_space"], "permit", "confined_space")).toBe("confined_space_2");
  });
});

describe("forms", () => {
  it("are drawn without parts that could show or run foreign content", () => {
    const form = { components: [{ type: "html", content: "<b>x</b>" }, { type: "group", components: [{ type: "iframe", url: "x" }, { type: "number", key: "n" }] }, { type: "textfield", key: "a" }] };
    expect(JSON.stringify(safeForm(form))).not.toMatch(/html|iframe/);
    expect(partsOf(safeForm(form)).map((part) => part.key)).toEqual(["n", "a"]);
  });
});
