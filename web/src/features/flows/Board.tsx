import {
  DndContext, DragOverlay, KeyboardSensor, MouseSensor, TouchSensor, useSensor, useSensors,
  type Announcements, type DragEndEvent, type UniqueIdentifier,
} from "@dnd-kit/core";
import { useMemo, useState, type ReactNode } from "react";
import { useSay } from "../../app/language";
import { cardTexts } from "./cardTexts";
import { CardList, type Rows } from "./CardList";
import { draggedOf, fromSlotToSlot, nearestSlot, placeOfSlot } from "./drag";
import { KindIcon } from "./icons";
import { Palette } from "./Palette";
import { flowTexts } from "./texts";
import { findCard, type Place } from "./tree";
import type { Card, Drawn } from "./types";

/** Palette and list, and the hand that drags between them: mouse, finger or keyboard. */
export function Board(props: {
  cards: readonly Card[]; rows: Rows; onAdd: (kind: Drawn, place?: Place) => void; onMove: (key: string, to: Place) => void; beside: ReactNode;
}) {
  const { cards, rows, onAdd, onMove, beside } = props;
  const t = useSay();
  const [lifted, setLifted] = useState<UniqueIdentifier | null>(null);
  const sensors = useSensors(
    // A click is no drag: a hand in a glove moves a few pixels.
    useSensor(MouseSensor, { activationConstraint: { distance: 6 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 220, tolerance: 8 } }),
    useSensor(KeyboardSensor, { coordinateGetter: fromSlotToSlot }),
  );
  const nameOf = (id: UniqueIdentifier) => {
    const dragged = draggedOf(id);
    if (dragged?.kind === "new") return t(cardTexts[dragged.card]);
    const card = dragged && findCard(cards, dragged.key);
    return card ? t(card.name) : "";
  };
  const announcements: Announcements = useMemo(() => ({
    onDragStart: ({ active }) => t(flowTexts.lifted, { name: nameOf(active.id) }),
    onDragOver: ({ active, over }) => {
      const place = over && placeOfSlot(over.id);
      if (!place) return undefined;
      const values = { name: nameOf(active.id), n: place.index + 1 };
      if (place.list === "") return t(flowTexts.over, values);
      const [branch = "", side] = place.list.split("/");
      const holder = findCard(cards, branch);
      return t(flowTexts.overSide, { ...values, branch: holder ? t(holder.name) : "", side: t(side === "then" ? flowTexts.then : flowTexts.otherwise) });
    },
    onDragEnd: ({ active }) => t(flowTexts.dropped, { name: nameOf(active.id) }),
    onDragCancel: () => t(flowTexts.cancelled),
  }), [cards, t]);
  const drop = ({ active, over }: DragEndEvent) => {
    setLifted(null);
    const dragged = draggedOf(active.id);
    const place = over && placeOfSlot(over.id);
    if (!dragged || !place) return;
    if (dragged.kind === "new") onAdd(dragged.card, place);
    else onMove(dragged.key, place);
  };
  const dragged = lifted === null ? null : draggedOf(lifted);
  const kind = dragged?.kind === "new" ? dragged.card : dragged && findCard(cards, dragged.key)?.card;
  return (
    <DndContext
      sensors={sensors} collisionDetection={nearestSlot} onDragStart={({ active }) => setLifted(active.id)} onDragEnd={drop} onDragCancel={() => setLifted(null)}
      accessibility={{ announcements, screenReaderInstructions: { draggable: t(flowTexts.dragHow) } }}
    >
      {rows.mayDraw && <div className="board-left"><Palette onAdd={onAdd} /></div>}
      <section className="panel board" aria-label={t(flowTexts.list)}>
        <div className="flow-end">{t(flowTexts.start)}</div>
        <CardList cards={cards} list="" rows={rows} label={t(flowTexts.list)} />
        {cards.length === 0 && rows.mayDraw && <p className="muted hint">{t(flowTexts.emptyHow)}</p>}
        <div className="flow-end">{t(flowTexts.end)}</div>
      </section>
      {beside}
      <DragOverlay dropAnimation={null}>
        {lifted !== null && kind && (
          <div className="card-box flying"><span className="card-face"><KindIcon kind={kind} /><b>{nameOf(lifted)}</b></span></div>
        )}
      </DragOverlay>
    </DndContext>
  );
}
