import { useSay } from "../../../app/language";
import { signalNames } from "../cardTexts";
import { useDesk } from "../desk";
import { editorTexts } from "../editorTexts";
import { DurationField, Labelled, NumberField, Row, WhoField } from "../fields";
import { Choices, Pick } from "../Pick";
import type { MeasureCard, WorkCard } from "../types";
import { QuantityList } from "./QuantityList";

export function MeasureFields({ card }: { card: MeasureCard }) {
  const t = useSay();
  const { replace } = useDesk();
  return (
    <>
      <WhoField label={t(editorTexts.who)} card={card.key} value={card.who} onChange={(who) => replace({ ...card, who })} />
      <QuantityList quantities={card.quantities} onChange={(quantities, what) => replace({ ...card, quantities }, what && `${what} of ${card.key}`)} />
      <DurationField label={t(editorTexts.fresh)} help={t(editorTexts.freshHelp)} value={card.fresh} onChange={(fresh) => replace({ ...card, fresh }, `fresh of ${card.key}`)} />
      <Labelled label={t(editorTexts.tries)} help={t(editorTexts.triesHelp)}>
        <NumberField label={t(editorTexts.tries)} step="1" value={card.tries ?? 0} onChange={(tries) => replace({ ...card, tries: Math.max(0, Math.floor(tries ?? 0)) || undefined }, `tries of ${card.key}`)} />
      </Labelled>
    </>
  );
}

export function WorkFields({ card }: { card: WorkCard }) {
  const t = useSay();
  const { replace } = useDesk();
  const stops = card.stops ?? [];
  const setStops = (next: WorkCard["stops"], what = "") => replace({ ...card, stops: next }, what && `${what} of ${card.key}`);
  return (
    <>
      <WhoField label={t(editorTexts.who)} card={card.key} value={card.who} onChange={(who) => replace({ ...card, who })} />
      {card.guardian ? (
        <WhoField label={t(editorTexts.guardian)} card={card.key} value={card.guardian} onChange={(guardian) => replace({ ...card, guardian })} />
      ) : null}
      <Choices
        label={t(editorTexts.guardian)} value={card.guardian ? "yes" : "no"}
        onChange={(value) => replace({ ...card, guardian: value === "yes" ? (card.guardian ?? { post: "guardian" }) : undefined })}
        options={[{ value: "yes", label: t(editorTexts.guardian) }, { value: "no", label: t(editorTexts.noGuardian) }]}
      />
      <DurationField label={t(editorTexts.every)} help={t(editorTexts.everyHelp)} value={card.every} onChange={(every) => replace({ ...card, every }, `every of ${card.key}`)} />
      <DurationField label={t(editorTexts.longest)} help={t(editorTexts.longestHelp)} value={card.longest} onChange={(longest) => replace({ ...card, longest }, `longest of ${card.key}`)} />
      <QuantityList quantities={card.quantities ?? []} onChange={(quantities, what) => replace({ ...card, quantities }, what && `${what} of ${card.key}`)} />
      <div className="labelled" role="group" aria-label={t(editorTexts.stops)}>
        <span className="label">{t(editorTexts.stops)}</span>
        <ul className="editor-rows">
          {stops.map((stop, i) => (
            <Row key={i} name={stop.signal} onRemove={() => setStops(stops.filter((_, n) => n !== i))}>
              <SignalPick value={stop.signal} onChange={(signal) => setStops(stops.map((s, n) => (n === i ? { ...s, signal } : s)), `stop ${i}`)} />
              <span className="limits">
                <NumberField label={t(editorTexts.within_m)} value={stop.within} onChange={(within) => setStops(stops.map((s, n) => (n === i ? { ...s, within } : s)), `within ${i}`)} />
                <span className="muted">{stop.within === undefined ? t(editorTexts.inZones) : t(editorTexts.metres, { n: stop.within })}</span>
              </span>
            </Row>
          ))}
        </ul>
        <button type="button" className="button" onClick={() => setStops([...stops, { signal: Object.keys(signalNames).find((s) => !stops.some((one) => one.signal === s)) ?? "gas_alarm" }])}>+ {t(editorTexts.addStop)}</button>
      </div>
    </>
  );
}

/** A signal of the house, or the name of one that a rule gives. */
export function SignalPick({ value, onChange }: { value: string; onChange: (signal: string) => void }) {
  const t = useSay();
  const known = value in signalNames;
  return (
    <>
      <Pick
        label={t(editorTexts.signal)} value={known ? value : "own"} onChange={(next) => onChange(next === "own" ? "" : next)}
        options={[...Object.entries(signalNames).map(([id, name]) => ({ value: id, label: t(name) })), { value: "own", label: t(editorTexts.ownSignal) }]}
      />
      {!known && <input className="field" aria-label={t(editorTexts.ownSignal)} placeholder={t(editorTexts.ownSignal)} maxLength={40} value={value} onChange={(e) => onChange(e.target.value.toLowerCase().replace(/[^a-z0-9_]/g, "_"))} />}
    </>
  );
}
