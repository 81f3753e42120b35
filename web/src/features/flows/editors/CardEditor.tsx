import { useSay } from "../../../app/language";
import { cardHelp, cardTexts } from "../cardTexts";
import { useDesk } from "../desk";
import { editorTexts } from "../editorTexts";
import { TextPair } from "../fields";
import { KindIcon } from "../icons";
import { flowTexts } from "../texts";
import type { Card } from "../types";
import { ApproveFields } from "./ApproveFields";
import { ClauseList } from "./ClauseList";
import { BranchFields, SubFlowFields, WaitFields } from "./FlowFields";
import { CloseFields, FormFields, IsolateFields } from "./PeopleFields";
import { MeasureFields, WorkFields } from "./MeasureFields";
import { NotifyFields } from "./NotifyFields";

export interface CardActs {
  onUp?: () => void;
  onDown?: () => void;
  onCopy: () => void;
  onRemove: () => void;
}

/** The selected card, field by field. */
export function CardEditor({ card, acts }: { card: Card; acts: CardActs }) {
  const t = useSay();
  const { replace } = useDesk();
  const part = (what: string) => (next: Partial<Card>) => replace({ ...card, ...next } as Card, `${what} of ${card.key}`);
  return (
    <section className="panel card-editor" aria-label={t(card.name)}>
      <header>
        <span className="editor-head">
          <KindIcon kind={card.card} />
          <span><h2>{t(cardTexts[card.card])}</h2><small className="muted">{t(cardHelp[card.card])}</small></span>
        </span>
        <span className="acts-row">
          <button type="button" className="tool" disabled={!acts.onUp} onClick={acts.onUp} title={t(flowTexts.up)} aria-label={t(flowTexts.up)}>↑</button>
          <button type="button" className="tool" disabled={!acts.onDown} onClick={acts.onDown} title={t(flowTexts.down)} aria-label={t(flowTexts.down)}>↓</button>
          <button type="button" className="tool" onClick={acts.onCopy}>{t(flowTexts.copyCard)}</button>
          <button type="button" className="tool" onClick={acts.onRemove}>{t(flowTexts.removeCard)}</button>
        </span>
      </header>
      <div className="body editor-body">
        <TextPair zh={t(editorTexts.cardZh)} en={t(editorTexts.cardEn)} value={card.name} onChange={(name) => part("name")({ name })} />
        <KindFields card={card} />
        {card.card !== "expert" && (
          <>
            <ClauseList value={card.clauses ?? []} onChange={(clauses) => part("")({ clauses: clauses.length ? clauses : undefined })} />
            <details>
              <summary>{t(editorTexts.helpZh)}</summary>
              <TextPair
                long most={500} zh={t(editorTexts.helpZh)} en={t(editorTexts.helpEn)} value={card.help ?? { zh: "", en: "" }}
                onChange={(help) => part("help")({ help: help.zh || help.en ? help : undefined })}
              />
            </details>
          </>
        )}
      </div>
    </section>
  );
}

function KindFields({ card }: { card: Card }) {
  const t = useSay();
  switch (card.card) {
    case "form": return <FormFields card={card} />;
    case "isolate": return <IsolateFields card={card} />;
    case "measure": return <MeasureFields card={card} />;
    case "approve": return <ApproveFields card={card} />;
    case "work": return <WorkFields card={card} />;
    case "branch": return <BranchFields card={card} />;
    case "notify": return <NotifyFields card={card} />;
    case "wait": return <WaitFields card={card} />;
    case "sub_flow": return <SubFlowFields card={card} />;
    case "close": return <CloseFields card={card} />;
    case "expert":
      return (
        <>
          <p className="soft">{t(editorTexts.expertWhat)}</p>
          <textarea className="field mono" rows={12} readOnly value={card.xml} aria-label="BPMN" />
        </>
      );
  }
}
