import { useEffect, useMemo, useState } from "react";
import { ns } from "../../api/client";
import type { AlarmEvent, Page } from "../../api/types";
import { serverNow } from "../../app/clock";
import { useAll } from "../../app/ask";
import { useLanguage, useSay } from "../../app/language";
import { useLive } from "../../app/live";
import { Link, setQuery, useAddress } from "../../app/router";
import { useSite } from "../../app/site";
import { PriorityMark } from "../../parts/priority";
import { Empty, Failed, Loading } from "../../parts/states";
import { valueText } from "../../parts/value";
import { VirtualRows } from "../../parts/virtual";
import { When } from "../../parts/when";
import { Choice } from "./CurrentAlarms";
import { rangeOf } from "./range";
import { RangeChooser } from "./RangeChooser";
import { alarmTexts, changeNames } from "./texts";

const MOST = 5000;

/** What happened to alarms, newest first: by time, zone, alarm and words, all of it as CSV. */
export function Journal() {
  const t = useSay();
  const language = useLanguage();
  const { query } = useAddress();
  const { site } = useSite();
  const alarms = useLive("alarms");
  const q = query.get("q") ?? "";
  const zone = query.get("zone") ?? "";
  const alarm = query.get("alarm") ?? "";
  const [typed, setTyped] = useState(q);
  useEffect(() => setTyped(q), [q]);
  useEffect(() => {
    const timer = window.setTimeout(() => typed !== q && setQuery({ q: typed }), 250);
    return () => window.clearTimeout(timer);
  }, [typed]);
  const address = query.toString();
  // Asked anew when an alarm changed, at most every five seconds.
  const range = useMemo(() => rangeOf(query, Math.ceil(serverNow() / 5000) * 5000, "24h"), [address, alarms]);
  const where = `start=${ns(range.start)}&end=${ns(range.end)}${q ? `&q=${encodeURIComponent(q)}` : ""}${zone ? `&zone=${zone}` : ""}${alarm ? `&alarm=${encodeURIComponent(alarm)}` : ""}`;
  const asked = useAll<AlarmEvent>(`/alarms/journal?${where}`, MOST);
  const kept = useMemo<{ data: Page<AlarmEvent> | null }>(() => ({ data: null }), [address]);
  if (asked.data) kept.data = asked.data;
  const rows = kept.data?.items ?? [];
  const total = kept.data?.total ?? 0;
  const narrow = window.innerWidth < 760;
  return (
    <>
      <div className="toolbar filters">
        <RangeChooser range={range} usual="24h" spans={["1h", "8h", "24h", "7d", "30d"]} />
        <input className="field grow" type="search" value={typed} onChange={(e) => setTyped(e.target.value)} placeholder={t(alarmTexts.searchJournal)} aria-label={t(alarmTexts.searchJournal)} />
        <Choice name="zone" value={zone} any={t(alarmTexts.anyZone)} label={t(alarmTexts.zone)} options={site.zones.map((z) => [z.id, t(z.name)])} />
        {alarm && <button className="button" onClick={() => setQuery({ alarm: null })}>{alarm} ✕</button>}
        <span className="soft" role="status">{total > rows.length ? t(alarmTexts.truncated, { n: rows.length }) : kept.data && t(alarmTexts.entries, { n: rows.length })}</span>
        <a className="button as-link" href={`/api/alarms/journal.csv?${where}&language=${language}`} download>{t(alarmTexts.csv)}</a>
      </div>
      <section className="panel journal-table" role={rows.length > 0 ? "table" : undefined} aria-rowcount={rows.length > 0 ? rows.length : undefined} aria-label={t(alarmTexts.journal)}>
        {kept.data === null ? (
          asked.error ? <Failed error={asked.error} retry={asked.again} /> : <Loading lines={8} />
        ) : rows.length === 0 ? (
          <Empty title={t(alarmTexts.noJournal)}>{t(alarmTexts.noJournalHow)}</Empty>
        ) : (
          <>
            {!narrow && (
              <div className="journal-row head" role="row">
                <span role="columnheader">{t(alarmTexts.time)}</span>
                <span />
                <span role="columnheader">{t(alarmTexts.alarm)}</span>
                <span role="columnheader">{t(alarmTexts.change)}</span>
                <span role="columnheader" className="num">{t(alarmTexts.value)}</span>
                <span role="columnheader">{t(alarmTexts.by)}</span>
                <span role="columnheader">{t(alarmTexts.reason)}</span>
              </div>
            )}
            <VirtualRows count={rows.length} rowHeight={narrow ? 104 : 56} label={t(alarmTexts.journal)} row={(i) => <JournalRow key={rows[i]!.id} event={rows[i]!} />} />
          </>
        )}
      </section>
    </>
  );
}

function JournalRow({ event: e }: { event: AlarmEvent }) {
  const t = useSay();
  const language = useLanguage();
  const { zones, people, points } = useSite();
  const who = people.get(e.by ?? "");
  const states = points.get(e.point)?.states;
  const source = e.by?.startsWith("source:") ? e.by.slice(7) : null;
  const said = e.why ? t(e.why) : e.reason;
  return (
    <div className="journal-row" role="row">
      <span role="cell"><When ns={e.decided_time} /></span>
      <span role="cell"><PriorityMark priority={e.priority} hollow={!e.active} /></span>
      <span role="cell" className="name">
        <Link to={`/points/${encodeURIComponent(e.point)}`}>{t(e.message)}</Link>
        <small className="muted">{t(zones.get(e.zone)?.name ?? { zh: e.zone, en: e.zone })} · {points.has(e.point) ? t(points.get(e.point)!.name) : e.alarm}</small>
      </span>
      <span role="cell" className="change">{t(changeNames[e.change] ?? { zh: e.change, en: e.change })}</span>
      <span role="cell" className="num">{valueText(e.value, e.unit, language, states)}{e.limit !== null && <span className="muted"> / {valueText(e.limit, e.unit, language, states)}</span>}</span>
      <span role="cell">{who ? t(who.name) : source ? t(alarmTexts.bySource, { source }) : e.by}</span>
      <span role="cell" className="why" title={said ?? ""}>{source ? "" : said}</span>
    </div>
  );
}
