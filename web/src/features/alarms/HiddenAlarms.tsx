import { useState } from "react";
import { command } from "../../api/client";
import type { AlarmStatus } from "../../api/types";
import { dateTime, serverNow } from "../../app/clock";
import { useLanguage, useSay } from "../../app/language";
import { useLive } from "../../app/live";
import { Link, setQuery, useAddress } from "../../app/router";
import { useSite } from "../../app/site";
import { downloadCsv } from "../../parts/csv";
import { useAct } from "../../parts/doing";
import { PriorityMark } from "../../parts/priority";
import { Empty } from "../../parts/states";
import { VirtualRows } from "../../parts/virtual";
import { When } from "../../parts/when";
import { WayBack } from "./AlarmRow";
import { listed } from "./list";
import { alarmTexts } from "./texts";

const LISTS = [
  ["shelved", alarmTexts.shelvedList],
  ["suppressed", alarmTexts.suppressedList],
  ["out_of_service", alarmTexts.outList],
] as const;

/** What people or design keep from annunciating: who, why, until when, and the way back. */
export function HiddenAlarms() {
  const t = useSay();
  const language = useLanguage();
  const { query } = useAddress();
  const { site, zones } = useSite();
  const alarms = useLive("alarms");
  const confirmed = useLive("confirmed");
  const act = useAct();
  const [doing, setDoing] = useState("");
  const chosen = LISTS.find(([s]) => s === query.get("state"))?.[0] ?? "shelved";
  const zoneName = (id: string) => zones.get(id)?.name[language] ?? id;
  const counts = Object.fromEntries(LISTS.map(([s]) => [s, [...alarms.values()].filter((a) => a.state === s).length]));
  const rows = listed(alarms.values(), { q: query.get("q") ?? "", zone: "", state: chosen, priority: "", sort: "priority" }, language, zoneName);
  const narrow = window.innerWidth < 760;
  const back = (verb: string, a: AlarmStatus) => {
    setDoing(a.alarm);
    void act.run(() => command(`/alarms/${verb}`, { alarm: a.alarm })).then(() => setDoing(""));
  };
  const download = () =>
    downloadCsv(`alarms-${chosen}.csv`, [
      ["alarm", "zone", "active", "by", "reason", "until", "message"],
      ...rows.map((a) => [a.alarm, zoneName(a.zone), a.active ? 1 : 0, a.by, a.why ? t(a.why) : a.reason, a.until === null ? "" : dateTime(a.until / 1e6, site.timezone), t(a.message)]),
    ]);
  return (
    <>
      <div className="toolbar">
        <div className="choices" role="group" aria-label={t(alarmTexts.hidden)}>
          {LISTS.map(([s, name]) => (
            <button key={s} className="button" aria-pressed={chosen === s} onClick={() => setQuery({ state: s === "shelved" ? null : s })}>
              {t(name)} <span className="count">{counts[s]}</span>
            </button>
          ))}
        </div>
        <input className="field grow" type="search" value={query.get("q") ?? ""} onChange={(e) => setQuery({ q: e.target.value })} placeholder={t(alarmTexts.search)} aria-label={t(alarmTexts.search)} />
        {act.problem && <span role="alert" className="fault">{t(act.problem)}</span>}
        <button className="button csv" style={{ marginLeft: "auto" }} onClick={download} disabled={rows.length === 0}>{t(alarmTexts.csv)}</button>
      </div>
      <section className="panel hidden-table" role={rows.length > 0 ? "table" : undefined} aria-rowcount={rows.length > 0 ? rows.length : undefined} aria-label={t(alarmTexts.hidden)}>
        {rows.length === 0 ? (
          confirmed.alarms === null ? <Empty title={t(alarmTexts.unknown)}>{t(alarmTexts.unknownHow)}</Empty> : <Empty title={t(alarmTexts.noneHidden)}>{t(alarmTexts.noneHiddenHow)}</Empty>
        ) : (
          <>
            {!narrow && (
              <div className="hidden-row head" role="row">
                <span />
                <span role="columnheader">{t(alarmTexts.alarm)}</span>
                <span role="columnheader">{t(alarmTexts.who)}</span>
                <span role="columnheader">{t(alarmTexts.reason)}</span>
                <span role="columnheader">{t(alarmTexts.untilWhen)}</span>
                <span role="columnheader">{t(alarmTexts.wayBack)}</span>
              </div>
            )}
            <VirtualRows
              count={rows.length} rowHeight={narrow ? 150 : 60} label={t(alarmTexts.hidden)}
              row={(i) => <HiddenRow key={rows[i]!.alarm} alarm={rows[i]!} busy={act.busy && doing === rows[i]!.alarm} onOne={(verb) => back(verb, rows[i]!)} />}
            />
          </>
        )}
      </section>
    </>
  );
}

function HiddenRow({ alarm: a, busy, onOne }: { alarm: AlarmStatus; busy: boolean; onOne: (verb: string) => void }) {
  const t = useSay();
  const { people, points, zones } = useSite();
  const point = points.get(a.point);
  const who = people.get(a.by ?? "");
  const source = a.by?.startsWith("source:") ? a.by.slice(7) : null;
  const suppressed = a.state === "suppressed";
  const said = a.why ? t(a.why) : a.reason;
  const late = a.state === "out_of_service" && a.until !== null && a.until / 1e6 < serverNow();
  return (
    <div className="hidden-row" role="row">
      <span role="cell"><PriorityMark priority={a.priority} size={24} hollow={!a.active} /></span>
      <span role="cell" className="name">
        <Link to={`/points/${encodeURIComponent(a.point)}`}><b>{t(a.message)}</b></Link>
        <small className="muted">{point ? t(point.name) : a.point} · {t(zones.get(a.zone)?.name ?? { zh: a.zone, en: a.zone })}{a.active && ` · ${t(alarmTexts.activeNow)}`}</small>
      </span>
      <span role="cell">{who ? t(who.name) : source ? t(alarmTexts.bySource, { source }) : a.by}</span>
      <span role="cell" className="why" title={said ?? ""}>{suppressed && source ? "" : said}</span>
      <span role="cell">
        {suppressed ? <span className="muted">{t(alarmTexts.byDesign)}</span> : a.until === null ? <span className="muted">{t(alarmTexts.open)}</span> : <When ns={a.until} />}
        {late && <small><b>{t(alarmTexts.overdue)}</b></small>}
      </span>
      <span role="cell" className="buttons"><WayBack alarm={a} busy={busy} onOne={onOne} /></span>
    </div>
  );
}
