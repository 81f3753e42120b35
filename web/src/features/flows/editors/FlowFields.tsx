import { useAsk } from "../../../app/ask";
import { useSay } from "../../../app/language";
import { useDesk } from "../desk";
import { editorTexts } from "../editorTexts";
import { DurationField, Labelled, Row } from "../fields";
import { Choices, Pick } from "../Pick";
import type { BranchCard, FlowsPage, SubFlowCard, WaitCard } from "../types";
import { ConditionField } from "./ConditionField";
import { SignalPick } from "./MeasureFields";

export function BranchFields({ card }: { card: BranchCard }) {
  const t = useSay();
  const { replace } = useDesk();
  return <ConditionField label={t(editorTexts.when)} card={card.key} value={card.when} onChange={(when) => replace({ ...card, when }, `when of ${card.key}`)} />;
}

export function WaitFields({ card }: { card: WaitCard }) {
  const t = useSay();
  const { replace } = useDesk();
  const signal = card.signal !== undefined;
  return (
    <>
      <Labelled label={t(editorTexts.waitFor)}>
        <Choices
          label={t(editorTexts.waitFor)} value={signal ? "signal" : "time"}
          onChange={(kind) => replace(kind === "signal" ? { ...card, signal: "gas_alarm", duration: undefined } : { ...card, signal: undefined, within: undefined, duration: 1800 })}
          options={[{ value: "signal", label: t(editorTexts.forSignal) }, { value: "time", label: t(editorTexts.forTime) }]}
        />
      </Labelled>
      {signal ? (
        <>
          <SignalPick value={card.signal ?? ""} onChange={(next) => replace({ ...card, signal: next }, `signal of ${card.key}`)} />
          <DurationField label={t(editorTexts.waitWithin)} help={t(editorTexts.waitWithinHelp)} value={card.within} onChange={(within) => replace({ ...card, within }, `within of ${card.key}`)} />
        </>
      ) : (
        <DurationField needed label={t(editorTexts.duration)} value={card.duration} onChange={(duration) => replace({ ...card, duration }, `duration of ${card.key}`)} />
      )}
    </>
  );
}

export function SubFlowFields({ card }: { card: SubFlowCard }) {
  const t = useSay();
  const { flow, replace } = useDesk();
  const asked = useAsk<FlowsPage>("/flows?limit=500");
  const others = (asked.data?.items ?? []).filter((one) => one.version !== null && one.id !== flow.id);
  const takes = Object.entries(card.takes ?? {});
  const set = (next: [string, string][], what = "") => replace({ ...card, takes: Object.fromEntries(next) }, what && `${what} of ${card.key}`);
  return (
    <>
      <Labelled label={t(editorTexts.subFlow)}>
        {others.length === 0 && !card.flow ? <span className="muted">{t(editorTexts.subNone)}</span> : (
          <Pick label={t(editorTexts.subFlow)} value={card.flow} options={others.map((one) => ({ value: one.id, label: t(one.name) }))} onChange={(id) => replace({ ...card, flow: id })} />
        )}
      </Labelled>
      <div className="labelled" role="group" aria-label={t(editorTexts.takes)}>
        <span className="label">{t(editorTexts.takes)}</span>
        <ul className="editor-rows">
          {takes.map(([name, feel], i) => (
            <Row key={i} name={name} onRemove={() => set(takes.filter((_, n) => n !== i))}>
              <input className="field" maxLength={40} aria-label={t(editorTexts.takesName)} placeholder={t(editorTexts.takesName)} value={name} onChange={(e) => set(takes.map((one, n) => (n === i ? [e.target.value, one[1]] : one)), `takes ${i}`)} />
              <input className="field mono" maxLength={500} spellCheck={false} aria-label={t(editorTexts.takesFrom)} placeholder={t(editorTexts.takesFrom)} value={feel} onChange={(e) => set(takes.map((one, n) => (n === i ? [one[0], e.target.value] : one)), `takes ${i}`)} />
            </Row>
          ))}
        </ul>
        <button type="button" className="button" onClick={() => set([...takes, [`field_${takes.length + 1}`, ""]])}>+ {t(editorTexts.addTake)}</button>
      </div>
    </>
  );
}
