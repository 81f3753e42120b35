import { useState } from "react";
import { useSay } from "../../../app/language";
import { askable, fromFeel, operatorsOf, OPERATORS, toFeel, type Askable, type Operator, type Part, type Sentence } from "../conditions";
import { useDesk } from "../desk";
import { editorTexts } from "../editorTexts";
import { NumberField, Row } from "../fields";
import { Choices, Pick } from "../Pick";
import { before } from "../tree";

function first(of: Askable): Part {
  if (of.kind === "yes") return { path: of.path, operator: "=", value: true };
  if (of.kind === "number") return { path: of.path, operator: "<=", value: 0 };
  return { path: of.path, operator: "=", value: of.values?.[0]?.value ?? "" };
}

/** A condition as plain sentences, or as FEEL where it says more. */
export function ConditionField({ label, card, value, onChange }: { label: string; card: string; value: string; onChange: (feel: string) => void }) {
  const t = useSay();
  const { flow } = useDesk();
  const sentence = fromFeel(value);
  const [asFeel, setAsFeel] = useState(sentence === null);
  const fields = askable(before(flow.cards ?? [], card));
  return (
    <div className="labelled" role="group" aria-label={label}>
      <span className="label">{label}</span>
      <Choices
        label={label} value={asFeel || !sentence ? "feel" : "sentences"} onChange={(which) => setAsFeel(which === "feel")}
        options={[{ value: "sentences", label: t(editorTexts.sentences) }, { value: "feel", label: "FEEL" }]}
      />
      {asFeel || !sentence ? (
        <>
          <textarea className="field mono" rows={2} maxLength={2000} spellCheck={false} aria-label={t(editorTexts.feel)} value={value} onChange={(e) => onChange(e.target.value)} />
          {!sentence && <span className="muted help">{t(editorTexts.feelOnly)}</span>}
        </>
      ) : (
        <Sentences fields={fields} sentence={sentence} onChange={(next) => onChange(toFeel(next))} />
      )}
      <span className="muted help">{t(editorTexts.whenWhat)}</span>
    </div>
  );
}

function Sentences({ fields, sentence, onChange }: { fields: Askable[]; sentence: Sentence; onChange: (sentence: Sentence) => void }) {
  const t = useSay();
  if (fields.length === 0 && sentence.parts.length === 0) return <span className="muted">{t(editorTexts.nothingBefore)}</span>;
  const set = (at: number, part: Part) => onChange({ ...sentence, parts: sentence.parts.map((one, i) => (i === at ? part : one)) });
  return (
    <>
      {sentence.parts.length > 1 && (
        <Choices
          label={t(editorTexts.when)} value={sentence.join} onChange={(join) => onChange({ ...sentence, join })}
          options={[{ value: "and", label: t(editorTexts.joinAll) }, { value: "or", label: t(editorTexts.joinAny) }]}
        />
      )}
      <ul className="editor-rows">
        {sentence.parts.map((part, i) => {
          const of = fields.find((one) => one.path === part.path);
          const kind = of?.kind ?? (typeof part.value === "number" ? "number" : typeof part.value === "boolean" ? "yes" : "text");
          return (
            <Row key={i} name={part.path} onRemove={() => onChange({ ...sentence, parts: sentence.parts.filter((_, n) => n !== i) })}>
              <Pick
                label={t(editorTexts.when)} value={part.path} options={fields.map((one) => ({ value: one.path, label: `${t(one.step)} · ${t(one.name)}` }))}
                onChange={(path) => {
                  const next = fields.find((one) => one.path === path);
                  if (next) set(i, first(next));
                }}
              />
              <Pick label={t(editorTexts.when)} value={part.operator} options={operatorsOf(kind).map((op) => ({ value: op, label: t(OPERATORS[op]) }))} onChange={(operator) => set(i, { ...part, operator: operator as Operator })} />
              {kind === "yes" ? (
                <Pick label={t(editorTexts.value)} value={String(part.value)} options={[{ value: "true", label: t(editorTexts.yes) }, { value: "false", label: t(editorTexts.no) }]} onChange={(v) => set(i, { ...part, value: v === "true" })} />
              ) : kind === "number" ? (
                <NumberField label={t(editorTexts.value)} value={Number(part.value)} onChange={(v) => set(i, { ...part, value: v ?? 0 })} />
              ) : of?.values ? (
                <Pick label={t(editorTexts.value)} value={String(part.value)} options={of.values.map((v) => ({ value: v.value, label: t(v.name) }))} onChange={(v) => set(i, { ...part, value: v })} />
              ) : (
                <input className="field" aria-label={t(editorTexts.value)} maxLength={200} value={String(part.value)} onChange={(e) => set(i, { ...part, value: e.target.value })} />
              )}
            </Row>
          );
        })}
      </ul>
      {fields[0] && <button type="button" className="button" onClick={() => onChange({ ...sentence, parts: [...sentence.parts, first(fields[0]!)] })}>+ {t(editorTexts.addPart)}</button>}
    </>
  );
}
