import { useSay } from "../../../app/language";
import { useDesk } from "../desk";
import { editorTexts } from "../editorTexts";
import { DurationField, Labelled, Row, TextPair, WhoField } from "../fields";
import { Choices, Pick } from "../Pick";
import { listOf, placeOf } from "../tree";
import type { ApproveCard, Approver } from "../types";
import { ConditionField } from "./ConditionField";

export function ApproveFields({ card }: { card: ApproveCard }) {
  const t = useSay();
  const { flow, replace } = useDesk();
  const cards = flow.cards ?? [];
  const place = placeOf(cards, card.key);
  const earlier = place ? (listOf(cards, place.list) ?? []).slice(0, place.index) : [];
  const set = (at: number, part: Partial<Approver>, what = "") => replace({ ...card, by: card.by.map((a, i) => (i === at ? { ...a, ...part } : a)) }, what && `${what} ${at} of ${card.key}`);
  const add = () => {
    const taken = new Set(card.by.map((a) => a.key));
    let n = card.by.length + 1;
    while (taken.has(`signer_${n}`)) n++;
    replace({ ...card, by: [...card.by, { key: `signer_${n}`, name: { zh: "审批人", en: "Approver" }, who: { post: "approver" } }] });
  };
  return (
    <>
      <Labelled label={t(editorTexts.mode)}>
        <Choices label={t(editorTexts.mode)} value={card.mode} options={(["in_order", "all", "any"] as const).map((mode) => ({ value: mode, label: t(editorTexts[mode]) }))} onChange={(mode) => replace({ ...card, mode })} />
      </Labelled>
      <div className="labelled" role="group" aria-label={t(editorTexts.approvers)}>
        <span className="label">{t(editorTexts.approvers)}</span>
        <ul className="editor-rows">
          {card.by.map((approver, i) => (
            <Row key={approver.key} name={t(approver.name)} onRemove={() => replace({ ...card, by: card.by.filter((_, n) => n !== i) })}>
              <TextPair zh={t(editorTexts.zh)} en={t(editorTexts.en)} value={approver.name} onChange={(name) => set(i, { name }, "name")} />
              <WhoField label={t(editorTexts.who)} card={card.key} value={approver.who} onChange={(who) => set(i, { who })} />
              <label className="check"><input type="checkbox" checked={approver.on_site ?? false} onChange={(e) => set(i, { on_site: e.target.checked || undefined })} /> {t(editorTexts.onSite)}</label>
              {approver.when === undefined ? (
                <button type="button" className="button" onClick={() => set(i, { when: "" })}>{t(editorTexts.signWhen)} …</button>
              ) : (
                <>
                  <ConditionField label={t(editorTexts.signWhen)} card={card.key} value={approver.when} onChange={(when) => set(i, { when }, "when")} />
                  <button type="button" className="button" onClick={() => set(i, { when: undefined })}>{t(editorTexts.always)}</button>
                </>
              )}
            </Row>
          ))}
        </ul>
        <button type="button" className="button" onClick={add}>+ {t(editorTexts.addApprover)}</button>
      </div>
      <Labelled label={t(editorTexts.backTo)}>
        <Pick label={t(editorTexts.backTo)} value={card.back_to} none={t(editorTexts.backNowhere)} options={earlier.map((one) => ({ value: one.key, label: t(one.name) }))} onChange={(back) => replace({ ...card, back_to: back || undefined })} />
      </Labelled>
      <DurationField label={t(editorTexts.within)} help={t(editorTexts.withinHelp)} value={card.within} onChange={(within) => replace({ ...card, within }, `within of ${card.key}`)} />
    </>
  );
}
