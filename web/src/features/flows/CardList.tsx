import { useDndContext, useDraggable, useDroppable } from "@dnd-kit/core";
import { memo } from "react";
import type { Text } from "../../api/types";
import { useLanguage, useSay } from "../../app/language";
import { KindIcon } from "./icons";
import { draggedOf, slotId } from "./drag";
import { summary } from "./summary";
import { flowTexts } from "./texts";
import { listName, mayMove, type Side } from "./tree";
import type { Card } from "./types";

/** What the rows need that is the same for all of them. */
export interface Rows {
  all: readonly Card[];
  mayDraw: boolean;
  selected: string | null;
  /** How much is to be put right, by card. */
  wrong: ReadonlyMap<string, number>;
  posts: Record<string, Text>;
  onSelect: (key: string) => void;
}

/** A list of cards with a slot before, between and behind them. */
export function CardList({ cards, list, rows, label }: { cards: readonly Card[]; list: string; rows: Rows; label: string }) {
  const t = useSay();
  return (
    <ol className="cards" aria-label={label}>
      {rows.mayDraw && <Slot list={list} index={0} rows={rows} big={cards.length === 0} words={cards.length === 0 ? t(list === "" ? flowTexts.empty : flowTexts.emptyBranch) : ""} />}
      {cards.map((card, i) => (
        <li key={card.key} className="card-item">
          <CardBox
            card={card} mayDraw={rows.mayDraw} isSelected={rows.selected === card.key} wrong={rows.wrong.get(card.key) ?? 0} posts={rows.posts}
            onSelect={rows.onSelect}
          />
          {card.card === "branch" && (
            <div className="sides">
              {(["then", "otherwise"] as const).map((side: Side) => (
                <section key={side} className="side">
                  <h3>{t(flowTexts[side])}</h3>
                  <CardList cards={card[side] ?? []} list={listName(card.key, side)} rows={rows} label={`${t(card.name)}: ${t(flowTexts[side])}`} />
                </section>
              ))}
            </div>
          )}
          {rows.mayDraw && <Slot list={list} index={i + 1} rows={rows} />}
        </li>
      ))}
    </ol>
  );
}

/** A gap into which a card may be dropped. Nothing moves while one drags: the gap shows a line. */
function Slot({ list, index, rows, big = false, words = "" }: { list: string; index: number; rows: Rows; big?: boolean; words?: string }) {
  const { active } = useDndContext();
  const dragged = active ? draggedOf(active.id) : null;
  const closed = dragged?.kind === "card" && !mayMove(rows.all, dragged.key, { list, index });
  const { setNodeRef, isOver } = useDroppable({ id: slotId({ list, index }), disabled: closed });
  const look = ["slot", big && "big", active && !closed && "open", isOver && "over"].filter(Boolean).join(" ");
  const Tag = big || index === 0 ? "li" : "div";
  return <Tag ref={setNodeRef as never} className={look} data-slot={`${list}:${index}`}>{words && <span>{words}</span>}</Tag>;
}

interface BoxProps {
  card: Card;
  mayDraw: boolean;
  isSelected: boolean;
  wrong: number;
  posts: Record<string, Text>;
  onSelect: (key: string) => void;
}

/** One card. Drawn anew only when it, or what is said of it, changes. */
const CardBox = memo(function CardBox({ card, mayDraw, isSelected, wrong, posts, onSelect }: BoxProps) {
  const t = useSay();
  const language = useLanguage();
  const { setNodeRef, listeners, attributes, isDragging } = useDraggable({ id: `card:${card.key}`, disabled: !mayDraw });
  const { onMouseDown, onTouchStart, onKeyDown } = (listeners ?? {}) as Record<string, React.EventHandler<React.SyntheticEvent>>;
  const look = ["card-box", isSelected && "selected", isDragging && "lifted", card.card === "expert" && "expert"].filter(Boolean).join(" ");
  return (
    <div ref={setNodeRef} className={look} data-card={card.key} data-kind={card.card} onMouseDown={onMouseDown} onTouchStart={onTouchStart}>
      {mayDraw && (
        <button {...attributes} type="button" className="grip" aria-label={t(flowTexts.drag, { name: t(card.name) })} onKeyDown={onKeyDown}>
          <svg width="12" height="20" viewBox="0 0 12 20" aria-hidden="true" fill="currentColor"><path d="M2 2h2v2H2zm6 0h2v2H8zM2 8h2v2H2zm6 0h2v2H8zM2 14h2v2H2zm6 0h2v2H8z" /></svg>
        </button>
      )}
      <button type="button" className="card-face" aria-pressed={isSelected} onClick={() => onSelect(card.key)}>
        <KindIcon kind={card.card} />
        <span className="card-words">
          <b>{t(card.name) || card.key}</b>
          <small className="soft">{summary(card, language, posts)}</small>
        </span>
        {(card.clauses ?? []).length > 0 && <span className="tag">{card.clauses!.map((c) => `${c.standard} ${c.number}`).join("; ")}</span>}
        {wrong > 0 && <span className="tag strong wrong">{t(flowTexts.findings, { n: wrong })}</span>}
      </button>
    </div>
  );
});
