import { useMemo } from "react";
import { ns } from "../../api/client";
import type { Text } from "../../api/types";
import { dateTime, duration, serverNow } from "../../app/clock";
import { useAsk } from "../../app/ask";
import { useLanguage, useSay } from "../../app/language";
import { Link, setQuery, useAddress } from "../../app/router";
import { useSite } from "../../app/site";
import { downloadCsv } from "../../parts/csv";
import { PriorityMark } from "../../parts/priority";
import { Failed, Loading } from "../../parts/states";
import { Choice } from "./CurrentAlarms";
import { CountBars } from "./CountBars";
import { kpiTexts } from "./kpiTexts";
import { rangeOf } from "./range";
import { RangeChooser } from "./RangeChooser";
import { alarmTexts } from "./texts";

interface Row {
  key: string;
  name: Text;
  value: number;
  unit: Text;
  target: Text;
  good: boolean | null;
  detail: string;
  aim: number | null;
  most: number | null;
}

export interface Report {
  start: number;
  end: number;
  days: number;
  enough: boolean;
  remarks: Text[];
  rows: Row[];
  counts: { start: number; period: number; counts: number[]; limit: number };
  floods: { start: number; end: number; alarms: number }[];
  top: { alarm: string; count: number; share: number }[];
  chattering: string[];
  standing: { alarm: string; since: number }[];
  priorities: { priority: number; count: number; share: number; target: number }[];
}

/** The figures of alarm management with their targets drawn in. */
export default function KpiPage() {
  const t = useSay();
  const { query } = useAddress();
  const { site } = useSite();
  const zone = query.get("zone") ?? "";
  const operators = Math.max(0.1, Number(query.get("operators") ?? 1) || 1);
  const address = query.toString();
  const range = useMemo(() => rangeOf(query, Math.ceil(serverNow() / 60_000) * 60_000, "7d"), [address]);
  const asked = useAsk<Report>(`/alarms/kpi/report?start=${ns(range.start)}&end=${ns(range.end)}&operators=${operators}${zone ? `&zone=${zone}` : ""}`);
  const report = asked.data;
  const download = () =>
    report && downloadCsv("alarm-figures.csv", [["figure", "value", "unit", "target", "met", "detail"], ...report.rows.map((r) => [t(r.name), r.value, t(r.unit), t(r.target), r.good === null ? "" : r.good ? 1 : 0, r.detail])]);
  return (
    <>
      <div className="toolbar filters">
        <RangeChooser range={range} usual="7d" spans={["8h", "24h", "7d", "30d"]} />
        <Choice name="zone" value={zone} any={t(kpiTexts.allZones)} label={t(alarmTexts.zone)} options={site.zones.map((z) => [z.id, t(z.name)])} />
        <label className="operators">
          {t(kpiTexts.operators)} <input className="field num" type="number" min={1} max={50} step={1} value={operators} onChange={(e) => setQuery({ operators: e.target.value === "1" ? null : e.target.value })} />
        </label>
        <button className="button csv" style={{ marginLeft: "auto" }} disabled={!report} onClick={download}>{t(alarmTexts.csv)}</button>
      </div>
      {!report ? (
        <section className="panel">{asked.error ? <Failed error={asked.error} retry={asked.again} /> : <Loading lines={10} />}</section>
      ) : (
        <Shown report={report} />
      )}
    </>
  );
}

function Shown({ report }: { report: Report }) {
  const t = useSay();
  const language = useLanguage();
  const { site } = useSite();
  const minutes = report.counts.period / 60e9;
  const barsName = minutes === 10 ? kpiTexts.perPeriod10 : minutes === 60 ? kpiTexts.perPeriod60 : kpiTexts.perPeriodDay;
  return (
    <div className="kpi">
      {report.remarks.length > 0 && (
        <section className="panel remarks" role="note">
          <b>{t(kpiTexts.notEnough)}</b>
          {report.remarks.map((r) => <p key={r.en}>{t(r)}</p>)}
        </section>
      )}
      <section className="kpi-cards" aria-label={t(alarmTexts.kpi)}>
        {report.rows.filter((r) => r.key !== "priorities").map((r) => <Figure key={r.key} row={r} />)}
      </section>
      <section className="panel">
        <header><h2>{t(barsName)}</h2><span className="muted">{t(kpiTexts.bearable, { n: report.counts.limit })}</span></header>
        <div className="body"><CountBars counts={report.counts} label={t(barsName)} /></div>
      </section>
      <div className="kpi-lists">
        <section className="panel">
          <header><h2>{t(kpiTexts.top)}</h2></header>
          <ul className="bars">
            {report.top.map((a) => (
              <li key={a.alarm}>
                <AlarmLink alarm={a.alarm} />
                <span className="bar"><span style={{ width: `${(100 * a.count) / (report.top[0]?.count || 1)}%` }} /></span>
                <span className="num">{a.count} · {Math.round(a.share * 10) / 10} %</span>
              </li>
            ))}
            {report.top.length === 0 && <li className="muted">{t(kpiTexts.none)}</li>}
          </ul>
        </section>
        <section className="panel">
          <header><h2>{t(kpiTexts.priorities)}</h2></header>
          <ul className="bars">
            {report.priorities.map((p) => (
              <li key={p.priority}>
                <PriorityMark priority={p.priority} hollow />
                <span className="bar"><span style={{ width: `${p.share}%` }} /><i style={{ left: `${p.target}%` }} title={t(kpiTexts.targetShare, { p: p.target })} /></span>
                <span className="num">{p.count} · {Math.round(p.share * 10) / 10} % <span className="muted">({t(kpiTexts.targetShare, { p: p.target })})</span></span>
              </li>
            ))}
          </ul>
        </section>
        <section className="panel">
          <header><h2>{t(kpiTexts.floods)}</h2></header>
          <ul className="plain">
            {report.floods.map((f) => <li key={f.start}>{dateTime(f.start / 1e6, site.timezone)} · {duration((f.end - f.start) / 1e6, language)} · <b>{t(kpiTexts.alarmsN, { n: f.alarms })}</b></li>)}
            {report.floods.length === 0 && <li className="muted">{t(kpiTexts.noFloods)}</li>}
          </ul>
        </section>
        <section className="panel">
          <header><h2>{t(kpiTexts.standing)}</h2></header>
          <ul className="plain">
            {report.standing.map((s) => <li key={s.alarm}><AlarmLink alarm={s.alarm} /> <span className="muted">{t(kpiTexts.since, { t: dateTime(s.since / 1e6, site.timezone) })}</span></li>)}
            {report.standing.length === 0 && <li className="muted">{t(kpiTexts.none)}</li>}
          </ul>
        </section>
        <section className="panel">
          <header><h2>{t(kpiTexts.chattering)}</h2></header>
          <ul className="plain">
            {report.chattering.map((a) => <li key={a}><AlarmLink alarm={a} /></li>)}
            {report.chattering.length === 0 && <li className="muted">{t(kpiTexts.none)}</li>}
          </ul>
        </section>
      </div>
      <p className="muted">{t(kpiTexts.basis)}</p>
    </div>
  );
}

/** One figure against its target: a bar whose whole length is twice the most that is bearable. */
function Figure({ row: r }: { row: Row }) {
  const t = useSay();
  const most = r.most ?? 0;
  const whole = Math.max(most * 2, r.value, 1);
  return (
    <div className={r.good === false ? "kpi-card bad" : "kpi-card"}>
      <span className="kpi-name">{t(r.name)}</span>
      <span className="kpi-value"><b>{Math.round(r.value * 100) / 100}</b> {t(r.unit)}</span>
      {r.most !== null && (
        <span className="bullet" aria-hidden>
          {r.aim !== null && <i className="aim" style={{ width: `${(100 * r.aim) / whole}%` }} />}
          <span style={{ width: `${Math.min(100, (100 * r.value) / whole)}%` }} />
          <i className="most" style={{ left: `${(100 * most) / whole}%` }} />
        </span>
      )}
      <span className="kpi-target">
        {r.good !== null && <span className="tag">{r.good ? `✓ ${t(kpiTexts.good)}` : `✗ ${t(kpiTexts.bad)}`}</span>} {r.good !== null && <span className="muted">{t(kpiTexts.target, { t: t(r.target) })}</span>}
      </span>
    </div>
  );
}

function AlarmLink({ alarm }: { alarm: string }) {
  const t = useSay();
  const { points } = useSite();
  const point = points.get(alarm.slice(0, alarm.lastIndexOf(".")));
  return <Link className="alarm-link" to={`/alarms?view=journal&alarm=${encodeURIComponent(alarm)}`} title={alarm}>{point ? `${t(point.name)} · ${alarm}` : alarm}</Link>;
}
