import type { Text } from "../../../api/types";
import { useSay } from "../../../app/language";
import { useDesk } from "../desk";
import { editorTexts } from "../editorTexts";
import { Row, TextPair, WhoField } from "../fields";
import { partsOf } from "../formParts";
import type { CloseCard, FormCard, IsolateCard } from "../types";

/** A form: who fills it in, and its fields in short. */
export function FormFields({ card }: { card: FormCard }) {
  const t = useSay();
  const { replace, openForm } = useDesk();
  const parts = partsOf(card.form);
  return (
    <>
      <WhoField label={t(editorTexts.who)} card={card.key} value={card.who} onChange={(who) => replace({ ...card, who })} />
      <div className="labelled" role="group" aria-label={t(editorTexts.form)}>
        <span className="label">{t(editorTexts.form)} · {t(editorTexts.formParts, { n: parts.length })}</span>
        {parts.length === 0 ? <span className="muted">{t(editorTexts.formNone)}</span> : (
          <ul className="form-short">{parts.map((part) => <li key={part.key}>{part.label || part.key}</li>)}</ul>
        )}
        <button type="button" className="button" onClick={() => openForm(card.key)}>{t(editorTexts.editForm)}</button>
      </div>
    </>
  );
}

export function IsolateFields({ card }: { card: IsolateCard }) {
  const t = useSay();
  const { replace } = useDesk();
  const set = (energies: IsolateCard["energies"], what = "") => replace({ ...card, energies }, what && `${what} of ${card.key}`);
  const add = () => {
    const taken = new Set(card.energies.map((e) => e.key));
    let n = 1;
    while (taken.has(`energy_${n}`)) n++;
    set([...card.energies, { key: `energy_${n}`, name: { zh: "", en: "" } }]);
  };
  return (
    <>
      <WhoField label={t(editorTexts.who)} card={card.key} value={card.who} onChange={(who) => replace({ ...card, who })} />
      <WhoField label={t(editorTexts.confirmWho)} card={card.key} value={card.confirm} onChange={(confirm) => replace({ ...card, confirm })} />
      <div className="labelled" role="group" aria-label={t(editorTexts.energies)}>
        <span className="label">{t(editorTexts.energies)}</span>
        <ul className="editor-rows">
          {card.energies.map((energy, i) => (
            <Row key={energy.key} name={t(energy.name)} onRemove={() => set(card.energies.filter((_, n) => n !== i))}>
              <TextPair zh={t(editorTexts.zh)} en={t(editorTexts.en)} value={energy.name} onChange={(name) => set(card.energies.map((e, n) => (n === i ? { ...e, name } : e)), `energy ${i}`)} />
            </Row>
          ))}
        </ul>
        <button type="button" className="button" onClick={add}>+ {t(editorTexts.addEnergy)}</button>
      </div>
    </>
  );
}

export function CloseFields({ card }: { card: CloseCard }) {
  const t = useSay();
  const { replace } = useDesk();
  const lines = card.lines ?? [];
  const set = (next: Text[], what = "") => replace({ ...card, lines: next }, what && `${what} of ${card.key}`);
  return (
    <>
      <WhoField label={t(editorTexts.who)} card={card.key} value={card.who} onChange={(who) => replace({ ...card, who })} />
      <div className="labelled" role="group" aria-label={t(editorTexts.lines)}>
        <span className="label">{t(editorTexts.lines)}</span>
        <ul className="editor-rows">
          {lines.map((line, i) => (
            <Row key={i} name={t(line)} onRemove={() => set(lines.filter((_, n) => n !== i))}>
              <TextPair most={300} zh={t(editorTexts.zh)} en={t(editorTexts.en)} value={line} onChange={(next) => set(lines.map((one, n) => (n === i ? next : one)), `line ${i}`)} />
            </Row>
          ))}
        </ul>
        <button type="button" className="button" onClick={() => set([...lines, { zh: "", en: "" }])}>+ {t(editorTexts.addLine)}</button>
      </div>
    </>
  );
}
