import { useSay } from "../../app/language";
import { setQuery, useAddress } from "../../app/router";
import { useSite } from "../../app/site";
import { fromLocal, localText, SPANS, type Range } from "./range";
import { alarmTexts } from "./texts";

const NAMES: Record<string, { zh: string; en: string }> = {
  "1h": alarmTexts.h1, "8h": alarmTexts.h8, "24h": alarmTexts.h24, "7d": alarmTexts.d7, "30d": alarmTexts.d30,
};

/** From when to when, in the site's time; kept in the address. */
export function RangeChooser({ range, usual, spans }: { range: Range; usual: string; spans: string[] }) {
  const t = useSay();
  const { site } = useSite();
  const { query } = useAddress();
  const chosen = range.moving ? (query.get("span") ?? usual) : "";
  const set = (name: "from" | "to", text: string) => {
    const ms = fromLocal(text, site.timezone);
    if (Number.isNaN(ms)) return;
    const next = { from: range.start, to: range.end, [name]: ms };
    if (next.to > next.from) setQuery({ span: null, from: String(next.from), to: String(next.to) });
  };
  return (
    <>
      <div className="choices" role="group" aria-label={t(alarmTexts.range)}>
        {SPANS.filter(([n]) => spans.includes(n)).map(([n]) => (
          <button key={n} className="button" aria-pressed={n === chosen} onClick={() => setQuery({ span: n === usual ? null : n, from: null, to: null })}>{t(NAMES[n]!)}</button>
        ))}
      </div>
      <input className="field" type="datetime-local" value={localText(range.start, site.timezone)} onChange={(e) => set("from", e.target.value)} aria-label={t(alarmTexts.from)} />
      <span aria-hidden>–</span>
      <input className="field" type="datetime-local" value={localText(range.end, site.timezone)} onChange={(e) => set("to", e.target.value)} aria-label={t(alarmTexts.to)} />
    </>
  );
}
