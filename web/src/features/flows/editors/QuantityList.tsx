import { useSay } from "../../../app/language";
import { ClausePick, ClauseTag } from "./ClauseList";
import { useDesk } from "../desk";
import { editorTexts } from "../editorTexts";
import { NumberField, Row, TextPair } from "../fields";
import { QUANTITIES } from "../fresh";
import { Pick } from "../Pick";
import type { Quantity } from "../types";

const UNITS = ["%vol", "%LEL", "ppm", "mg/m3", "degC", "kPa", "m/s", "%"].map((unit) => ({ value: unit, label: unit }));

/** What is measured: each with its unit, and the clause that limits it or limits of its own. */
export function QuantityList({ quantities, onChange }: { quantities: Quantity[]; onChange: (quantities: Quantity[], what?: string) => void }) {
  const t = useSay();
  const { clauses } = useDesk();
  const set = (at: number, part: Partial<Quantity>) => onChange(quantities.map((q, i) => (i === at ? { ...q, ...part } : q)), `quantity ${at}`);
  const taken = new Set(quantities.map((q) => q.key));
  const offered = Object.values(QUANTITIES).filter((q) => !taken.has(q.key));
  const own = () => {
    let n = 1;
    while (taken.has(`q${n}`)) n++;
    return { key: `q${n}`, name: { zh: "", en: "" }, unit: "ppm" };
  };
  return (
    <div className="labelled" role="group" aria-label={t(editorTexts.quantities)}>
      <span className="label">{t(editorTexts.quantities)}</span>
      <ul className="editor-rows">
        {quantities.map((q, i) => (
          <Row key={q.key} name={t(q.name)} onRemove={() => onChange(quantities.filter((_, n) => n !== i))}>
            {q.key in QUANTITIES ? <b className="row-name">{t(q.name)}</b> : <TextPair zh={t(editorTexts.cardZh)} en={t(editorTexts.cardEn)} value={q.name} onChange={(name) => set(i, { name })} />}
            <Pick label={t(editorTexts.unit)} value={q.unit} options={UNITS} onChange={(unit) => set(i, { unit })} />
            <ClausePick value={q.clause} onChange={(clause) => set(i, clause ? { clause, low: undefined, high: undefined } : { clause: undefined })} />
            {q.clause ? (
              <span className="soft"><ClauseTag clause={q.clause} book={clauses} /> {t(editorTexts.byClause)}</span>
            ) : (
              <span className="limits">
                <NumberField label={t(editorTexts.low)} value={q.low} onChange={(low) => set(i, { low })} />
                <span aria-hidden="true">–</span>
                <NumberField label={t(editorTexts.high)} value={q.high} onChange={(high) => set(i, { high })} />
              </span>
            )}
          </Row>
        ))}
      </ul>
      <div className="acts-row">
        {offered.map((q) => <button key={q.key} type="button" className="button" onClick={() => onChange([...quantities, q])}>+ {t(q.name)}</button>)}
        <button type="button" className="button" onClick={() => onChange([...quantities, own()])}>+ {t(editorTexts.ownQuantity)}</button>
      </div>
    </div>
  );
}
