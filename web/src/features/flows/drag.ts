import type { ClientRect, CollisionDetection, DroppableContainer, KeyboardCoordinateGetter, UniqueIdentifier } from "@dnd-kit/core";
import { KINDS, type Drawn } from "./types";
import type { Place } from "./tree";

// Cards are dropped between cards: each gap is a slot. Ids of what is dragged and of slots are words.

export function slotId(place: Place): string {
  return `slot:${place.list}:${place.index}`;
}

export function placeOfSlot(id: UniqueIdentifier): Place | null {
  const [word, list, index] = String(id).split(":");
  return word === "slot" && list !== undefined && index !== undefined ? { list, index: Number(index) } : null;
}

export type Dragged = { kind: "card"; key: string } | { kind: "new"; card: Drawn };

export function draggedOf(id: UniqueIdentifier): Dragged | null {
  const [word, rest = ""] = String(id).split(":");
  if (word === "card") return { kind: "card", key: rest };
  const card = KINDS.find((kind) => kind === rest);
  return word === "new" && card ? { kind: "new", card } : null;
}

/** How far a point is from a slot: up and down counts, beside it counts double, so that inner lists win over outer ones
 * only where the pointer is inside them. */
export function distance(rect: ClientRect, x: number, y: number): number {
  const dy = Math.abs(rect.top + rect.height / 2 - y);
  const dx = Math.max(rect.left - x, 0, x - rect.right);
  // Of two slots that begin at one height the narrower is the inner one.
  return dy + 2 * dx + rect.width / 10_000;
}

/** The slot nearest to the pointer; by keyboard, nearest to the card's upper edge. */
export const nearestSlot: CollisionDetection = ({ droppableContainers, droppableRects, pointerCoordinates, collisionRect }) => {
  const x = pointerCoordinates?.x ?? collisionRect.left + 24;
  const y = pointerCoordinates?.y ?? collisionRect.top;
  const found = droppableContainers.flatMap((slot) => {
    const rect = droppableRects.get(slot.id);
    return rect && !slot.disabled ? [{ id: slot.id, data: { droppableContainer: slot, value: distance(rect, x, y) } }] : [];
  });
  return found.sort((a, b) => a.data.value - b.data.value);
};

/** Up and down arrows go from slot to slot, as one reads them. */
export const fromSlotToSlot: KeyboardCoordinateGetter = (event, { context }) => {
  const { droppableContainers, droppableRects, over } = context;
  const step = event.code === "ArrowDown" ? 1 : event.code === "ArrowUp" ? -1 : 0;
  if (step === 0) return undefined;
  event.preventDefault();
  const slots = (droppableContainers.getEnabled() as DroppableContainer[])
    .flatMap((slot) => {
      const rect = droppableRects.get(slot.id);
      return rect ? [{ id: slot.id, rect }] : [];
    })
    .sort((a, b) => a.rect.top - b.rect.top || b.rect.width - a.rect.width);
  const at = slots.findIndex((slot) => slot.id === over?.id);
  const next = slots[Math.min(slots.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
  return next && { x: next.rect.left, y: next.rect.top + next.rect.height / 2 };
};
