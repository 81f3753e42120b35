import { useDraggable } from "@dnd-kit/core";
import { memo } from "react";
import { useSay } from "../../app/language";
import { cardHelp, cardTexts } from "./cardTexts";
import { KindIcon } from "./icons";
import { flowTexts } from "./texts";
import { KINDS, type Drawn } from "./types";

/** The ten cards: dragged into the list, or clicked to be put behind the selected one. */
export const Palette = memo(function Palette({ onAdd }: { onAdd: (kind: Drawn) => void }) {
  const t = useSay();
  return (
    <section className="panel palette" aria-label={t(flowTexts.palette)}>
      <header>
        <h2>{t(flowTexts.palette)}</h2>
        <span className="muted">{t(flowTexts.paletteHow)}</span>
      </header>
      <ul>
        {KINDS.map((kind) => <PaletteCard key={kind} kind={kind} onAdd={onAdd} />)}
      </ul>
    </section>
  );
});

function PaletteCard({ kind, onAdd }: { kind: Drawn; onAdd: (kind: Drawn) => void }) {
  const t = useSay();
  const { setNodeRef, listeners, isDragging } = useDraggable({ id: `new:${kind}` });
  // By keyboard a click adds it; lifting with the space bar would take the button's own meaning away.
  const { onMouseDown, onTouchStart } = (listeners ?? {}) as Record<string, React.EventHandler<React.SyntheticEvent>>;
  return (
    <li>
      <button
        ref={setNodeRef} type="button" className={isDragging ? "palette-card lifted" : "palette-card"} data-kind={kind} onClick={() => onAdd(kind)}
        onMouseDown={onMouseDown} onTouchStart={onTouchStart}
      >
        <KindIcon kind={kind} />
        <span>
          <b>{t(cardTexts[kind])}</b>
          <small className="soft">{t(cardHelp[kind])}</small>
        </span>
      </button>
    </li>
  );
}
