import { useCallback, useEffect, useMemo, useState } from "react";
import { useSay } from "../../app/language";
import { Link } from "../../app/router";
import { Board } from "./Board";
import type { Rows } from "./CardList";
import { postNames } from "./cardTexts";
import type { ClauseBook } from "./clauses";
import { DeskContext, type Desk } from "./desk";
import { CardEditor } from "./editors/CardEditor";
import { FlowSettings } from "./FlowSettings";
import { freshCard } from "./fresh";
import { Conflict, SaveState } from "./SaveState";
import { flowTexts } from "./texts";
import { copyOf, findCard, insertCard, listOf, moveCard, placeOf, removeCard, replaceCard, type Place } from "./tree";
import type { Card, Draft, Drawn } from "./types";
import { useDraft } from "./useDraft";

const NO_CARDS: readonly Card[] = [];
const NO_CLAUSES: ClauseBook = new Map();

/** A flow as one draws it: palette, list, and the selected card. */
export function Designer({ draft, mayDraw }: { draft: Draft; mayDraw: boolean }) {
  const t = useSay();
  const drawing = useDraft(draft, mayDraw);
  const { flow, change, undo, redo } = drawing;
  const cards = flow.cards ?? NO_CARDS;
  const [selected, setSelected] = useState<string | null>(null);
  const card = selected === null ? undefined : findCard(cards, selected);
  const setCards = useCallback((next: (cards: readonly Card[]) => readonly Card[], what = "") => {
    change((now) => {
      const before = now.cards ?? NO_CARDS;
      const after = next(before);
      return after === before ? now : { ...now, cards: [...after] };
    }, what);
  }, [change]);
  const onSelect = useCallback((key: string) => setSelected((before) => (before === key ? null : key)), []);
  const onAdd = useCallback((kind: Drawn, place?: Place) => {
    const made = freshCard(flow, kind);
    const after = selected === null ? undefined : placeOf(cards, selected);
    const at = place ?? (after ? { list: after.list, index: after.index + 1 } : { list: "", index: cards.length });
    setCards((now) => insertCard(now, at, made));
    setSelected(made.key);
  }, [flow, cards, selected, setCards]);
  const onMove = useCallback((key: string, to: Place) => setCards((now) => moveCard(now, key, to)), [setCards]);
  useKeys(undo, redo);
  const wrong = useMemo(() => new Map<string, number>(), []);
  const rows: Rows = { all: cards, mayDraw, selected, wrong, posts: postNames, onSelect };
  const desk: Desk = {
    flow, posts: postNames, clauses: NO_CLAUSES, openForm: () => undefined,
    replace: (next, what) => setCards((now) => replaceCard(now, next.key, next), what),
  };
  const place = card && placeOf(cards, card.key);
  const list = place && listOf(cards, place.list);
  const acts = card && place && list && {
    onUp: place.index > 0 ? () => onMove(card.key, { list: place.list, index: place.index - 1 }) : undefined,
    onDown: place.index < list.length - 1 ? () => onMove(card.key, { list: place.list, index: place.index + 2 }) : undefined,
    onCopy: () => setCards((now) => insertCard(now, { list: place.list, index: place.index + 1 }, copyOf(now, card))),
    onRemove: () => {
      setCards((now) => removeCard(now, card.key));
      setSelected(null);
    },
  };
  return (
    <DeskContext value={desk}>
      <div className="designer">
        <div className="toolbar designer-bar">
          <h1><Link to="/flows" className="back" aria-label={t(flowTexts.back)}>←</Link> {t(flow.name) || flow.id}</h1>
          {mayDraw && (
            <>
              <SaveState drawing={drawing} />
              <button type="button" className="tool" disabled={!drawing.mayUndo} onClick={undo} title={t(flowTexts.undoKey)}>{t(flowTexts.undo)}</button>
              <button type="button" className="tool" disabled={!drawing.mayRedo} onClick={redo} title={t(flowTexts.redoKey)}>{t(flowTexts.redo)}</button>
            </>
          )}
        </div>
        {!mayDraw && <p className="read-only">{t(flowTexts.readOnly)}</p>}
        <div className={mayDraw ? "designer-body" : "designer-body reading"}>
          <Board
            cards={cards} rows={rows} onAdd={onAdd} onMove={onMove}
            beside={
              <div className="board-right" inert={!mayDraw}>
                {card && acts ? <CardEditor key={card.key} card={card} acts={acts} /> : <FlowSettings onChange={(next, what) => change(() => next, what)} />}
              </div>
            }
          />
        </div>
        <Conflict drawing={drawing} />
      </div>
    </DeskContext>
  );
}

/** Ctrl-Z and Ctrl-Y, but not while one types: a field takes its own letters back. */
function useKeys(undo: () => void, redo: () => void) {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      const into = event.target as HTMLElement;
      if (into.closest("input, textarea, [contenteditable=true], dialog")) return;
      const key = event.key.toLowerCase();
      if (key !== "z" && key !== "y") return;
      event.preventDefault();
      if (key === "y" || event.shiftKey) redo();
      else undo();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [undo, redo]);
}
