import { useState } from "react";
import { duration, serverNow } from "../../app/clock";
import { useLanguage, useSay } from "../../app/language";
import { clauseText, EMPTY_SAMPLE, limitText, samplesBody, type Typed } from "./permit";
import { permitTexts } from "./texts";
import type { Quantity } from "./types";

const AGO_MIN = [0, 5, 10, 15, 20, 30, 45, 60];

/** Numbers as the instrument shows them, each with its unit, where and when it was drawn. */
export function Samples({ quantities, label, busy, onSubmit }: { quantities: Quantity[]; label: string; busy: boolean; onSubmit: (answers: Record<string, unknown>) => Promise<boolean> }) {
  const t = useSay();
  const language = useLanguage();
  const [typed, setTyped] = useState<Record<string, Typed[]>>({});
  const [lacks, setLacks] = useState(false);
  const rows = (key: string) => typed[key] ?? [EMPTY_SAMPLE];
  const set = (key: string, n: number, changes: Partial<Typed>) => {
    setLacks(false);
    setTyped({ ...typed, [key]: rows(key).map((row, i) => (i === n ? { ...row, ...changes } : row)) });
  };
  const submit = async () => {
    const body = samplesBody(quantities, Object.fromEntries(quantities.map((q) => [q.key, rows(q.key)])), serverNow());
    if (body === null) return setLacks(true);
    if (await onSubmit(body)) setTyped({});
  };
  return (
    <form
      className="permit-samples" noValidate onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {quantities.map((quantity) => (
        <fieldset key={quantity.key}>
          <legend>
            {t(permitTexts.valueOf, { what: t(quantity.name), unit: quantity.unit })}
            <span className="soft">
              {limitText(quantity) && ` ${t(permitTexts.limit, { limit: limitText(quantity) })}`}
              {quantity.clause && ` · ${clauseText({ standard: quantity.clause.standard, edition: "", clause: quantity.clause.number })}`}
            </span>
          </legend>
          {rows(quantity.key).map((row, n) => (
            <div className="permit-sample" key={n}>
              <label className="permit-value">
                <span className="sr">{t(quantity.name)}</span>
                <input className="field" inputMode="decimal" autoComplete="off" maxLength={20} value={row.value} onChange={(e) => set(quantity.key, n, { value: e.target.value })} />
                <b aria-hidden="true">{quantity.unit}</b>
              </label>
              <input className="field" maxLength={60} value={row.place} placeholder={t(permitTexts.placeHolder)} aria-label={t(permitTexts.samplePlace)} onChange={(e) => set(quantity.key, n, { place: e.target.value })} />
              <select className="field" value={row.ago} aria-label={t(permitTexts.sampleTime)} onChange={(e) => set(quantity.key, n, { ago: Number(e.target.value) })}>
                {AGO_MIN.map((ago) => <option key={ago} value={ago}>{ago === 0 ? t(permitTexts.justNow) : t(permitTexts.ago, { age: duration(ago * 60_000, language) })}</option>)}
              </select>
            </div>
          ))}
          <button type="button" className="button permit-more" onClick={() => setTyped({ ...typed, [quantity.key]: [...rows(quantity.key), EMPTY_SAMPLE] })}>＋ {t(permitTexts.anotherSample)}</button>
        </fieldset>
      ))}
      {lacks && <p role="alert">{t(permitTexts.needNumbers)}</p>}
      <button className="button main permit-main" disabled={busy}>{label}</button>
    </form>
  );
}
