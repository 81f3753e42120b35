import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import { ns } from "../../api/client";
import type { Definition, Point } from "../../api/types";
import { dateTime, duration, serverNow } from "../../app/clock";
import { useAsk } from "../../app/ask";
import { useLanguage, useSay } from "../../app/language";
import { useLive, useWatch } from "../../app/live";
import { useMe } from "../../app/me";
import { Link } from "../../app/router";
import { useSite } from "../../app/site";
import { PriorityMark } from "../../parts/priority";
import { Failed, Loading } from "../../parts/states";
import { kindNames } from "../../parts/texts";
import { digits, doubtsOf, unitText, Value } from "../../parts/value";
import { When } from "../../parts/when";
import { LimitEditor } from "../alarms/LimitEditor";
import { LimitHistory } from "../alarms/LimitHistory";
import type { Proposal } from "../alarms/limits";
import { limitTexts } from "../alarms/limitTexts";
import { alarmTexts } from "../alarms/texts";
import "../alarms/alarms.css";
import { condition } from "./condition";
import { KindGlyph } from "./glyphs";
import "./points.css";
import { plantTexts } from "./texts";

const PointTrend = lazy(() => import("../historian/PointTrend"));

/** One point: what it shows now, its last hour, its limits and why they exist. */
export default function PointPage({ id }: { id: string }) {
  const asked = useAsk<Point>(`/points/${encodeURIComponent(id)}`);
  useWatch([id]);
  const heard = useLive("limits");
  useEffect(() => {
    if (heard) asked.again();
  }, [heard]);
  if (asked.error) return <section className="panel"><Failed error={asked.error} retry={asked.again} /></section>;
  if (!asked.data) return <Loading lines={8} />;
  return <Shown point={asked.data} />;
}

function Shown({ point }: { point: Point }) {
  const t = useSay();
  const language = useLanguage();
  const { zones } = useSite();
  const { may } = useMe();
  const [editing, setEditing] = useState<string | null>(null);
  const [history, setHistory] = useState<string | null>(null);
  const [sent, setSent] = useState(false);
  const proposals = useAsk<{ items: Proposal[] }>(point.limits.length ? "/alarms/proposals?state=open&kind=limit&limit=500" : null, 10_000);
  const open = (proposals.data?.items ?? []).filter((p) => p.point === point.id);
  const { again } = proposals;
  const heard = useLive("limits");
  // What came in force was decided: what waited may wait no longer.
  useEffect(() => {
    if (heard) again();
  }, [heard, again]);
  const today = dateTime(serverNow(), useSite().site.timezone).slice(0, 10);
  const overdue = point.calibration_due !== null && point.calibration_due < today;
  const latest = useLive("latest").get(point.id) ?? point.latest;
  const doubts = latest ? doubtsOf(latest[2], language) : [];
  const unit = unitText(point.unit, language);
  const download = useMemo(() => {
    const end = serverNow();
    return `/api/points/${encodeURIComponent(point.id)}/readings.csv?start=${ns(end - 3_600_000)}&end=${ns(end)}`;
  }, [point.id]);
  const between = (pair: [number, number]) => `${digits(pair[0])}–${digits(pair[1])} ${unit}`;
  const gas = point.gas;
  return (
    <div className="point-page">
      <header className="point-head">
        <h1>
          <KindGlyph kind={point.kind} size={24} /> {t(point.name)}
        </h1>
        <Value latest={latest} unit={point.unit} states={point.states} staleAfter={point.stale_after} big />
        {latest && <span className="soft"><When ns={latest[0] * 1e6} /></span>}
        <span style={{ marginLeft: "auto" }} className="toolbar">
          <Link className="button" style={{ display: "inline-flex", alignItems: "center", textDecoration: "none" }} to={`/trend?points=${encodeURIComponent(point.id)}`}>
            {t(plantTexts.openTrend)}
          </Link>
        </span>
      </header>
      {doubts.length > 0 && (
        <p className="panel" style={{ padding: "10px 16px" }} role="status">
          <b>{t(plantTexts.doubts)}</b>: {doubts.join(language === "zh" ? "、" : ", ")}
        </p>
      )}
      <section className="panel">
        <header>
          <h2>{t(plantTexts.lastHour)}</h2>
          <a href={download} download className="soft">{t(plantTexts.download)}</a>
        </header>
        <Suspense fallback={<Loading lines={6} />}>
          <PointTrend id={point.id} />
        </Suspense>
      </section>
      <div className="two">
        <section className="panel">
          <header><h2>{t(plantTexts.limits)}</h2>{sent && open.length > 0 && <span role="status"><b>{t(limitTexts.sent)}</b></span>}</header>
          {!point.limits_known && <p className="limits-unknown" role="alert">{t(limitTexts.notKnown)}</p>}
          {point.limits.length + point.rules.length === 0 ? (
            <div className="state"><b>{t(plantTexts.noLimits)}</b><p>{t(plantTexts.noLimitsHow)}</p></div>
          ) : (
            [...point.limits, ...point.rules].map((l) => (
              <LimitCard
                key={l.alarm} limit={l} waiting={open.filter((p) => p.alarm === l.alarm).length}
                onEdit={may("alarms.propose_limit") ? () => setEditing(l.alarm) : null} onHistory={() => setHistory(l.alarm)}
              />
            ))
          )}
        </section>
        <section className="panel">
          <header><h2>{t(plantTexts.point)}</h2></header>
          <dl className="facts body">
            <dt>{t(plantTexts.id)}</dt><dd>{point.id}</dd>
            <dt>{t(plantTexts.kind)}</dt><dd>{t(kindNames[point.kind] ?? { zh: point.kind, en: point.kind })}</dd>
            <dt>{t(plantTexts.zone)}</dt><dd><Link to={`/?zone=${encodeURIComponent(point.zone)}`}>{t(zones.get(point.zone)?.name ?? { zh: point.zone, en: point.zone })}</Link></dd>
            <dt>{t(plantTexts.place)}</dt><dd>{t(plantTexts.placeText, { e: digits(point.place[0]), n: digits(point.place[1]), u: digits(point.place[2]) })}</dd>
            {gas && (
              <>
                <dt>{t(plantTexts.gas)}</dt>
                <dd>
                  {gas.substance}
                  {gas.lel !== null && ` · ${t(plantTexts.lel, { n: gas.lel })}`}
                  {gas.oel !== null && ` · ${t(plantTexts.oel, { n: `${gas.oel} ${unit}` })}`}
                </dd>
              </>
            )}
            {point.range && (<><dt>{t(plantTexts.range)}</dt><dd>{between(point.range)}</dd></>)}
            {point.normal && (<><dt>{t(plantTexts.normal)}</dt><dd>{between(point.normal)}</dd></>)}
            {(point.stale_after !== null || point.frozen_after !== null) && (
              <>
                <dt>{t(plantTexts.freshness)}</dt>
                <dd>
                  {[point.stale_after !== null && t(plantTexts.staleAfter, { n: point.stale_after }), point.frozen_after !== null && t(plantTexts.frozenAfter, { n: point.frozen_after })].filter(Boolean).join(language === "zh" ? "；" : "; ")}
                </dd>
              </>
            )}
            {point.calibration && (<><dt>{t(plantTexts.calibration)}</dt><dd>{t(plantTexts.calibrationText, { last: point.calibration.last, days: point.calibration.every_days })}{overdue && <> <span className="tag strong">{t(plantTexts.calibrationOverdue)}</span></>}{point.calibration_due && !overdue && <span className="muted"> · {t(plantTexts.calibrationDue, { d: point.calibration_due })}</span>}</dd></>)}
            {point.sources.length > 0 && (<><dt>{t(plantTexts.source)}</dt><dd>{point.sources.join(", ")}</dd></>)}
          </dl>
        </section>
      </div>
      {editing && (
        <LimitEditor
          alarm={editing} onClose={() => setEditing(null)}
          onSent={() => {
            setEditing(null);
            setSent(true);
            proposals.again();
          }}
        />
      )}
      {history && <LimitHistory alarm={history} onClose={() => setHistory(null)} />}
    </div>
  );
}

function LimitCard({ limit, waiting, onEdit, onHistory }: { limit: Definition; waiting: number; onEdit: (() => void) | null; onHistory: () => void }) {
  const t = useSay();
  const language = useLanguage();
  const why = limit.rationalisation;
  const isLimit = limit.type !== "rule" && limit.type !== "vote";
  const values = (n: number) => `${digits(n)} ${unitText(limit.unit, language)}`.trim();
  return (
    <div className="limit-card">
      <PriorityMark priority={limit.priority} size={26} hollow />
      <div>
        <b>{limit.message ? t(limit.message) : condition(limit, language)}</b>
        {limit.message && <p className="soft">{condition(limit, language)}</p>}
        {(limit.overridden || waiting > 0) && (
          <p>
            {limit.overridden && limit.file && <span className="tag strong">{t(limitTexts.overridden, { file: values(limit.file.at) })}</span>}{" "}
            {limit.file_changed && <span className="tag strong">{t(limitTexts.fileChangedShort)}</span>}{" "}
            {waiting > 0 && <Link className="tag strong" to="/alarms?view=reviews">{t(limitTexts.openProposals, { n: waiting })}</Link>}
          </p>
        )}
        {why ? (
          <dl className="facts">
            <dt>{t(plantTexts.cause)}</dt><dd>{t(why.cause)}</dd>
            <dt>{t(plantTexts.consequence)}</dt><dd>{t(why.consequence)}</dd>
            <dt>{t(plantTexts.action)}</dt>
            <dd><b>{t(why.action)}</b><span className="muted"> · {t(plantTexts.timeToRespond, { t: duration(why.time_to_respond * 1000, language) })}</span></dd>
          </dl>
        ) : (
          <p className="muted">{t(plantTexts.noWhy)}</p>
        )}
        {isLimit && (
          <div className="limit-acts">
            {onEdit && <button className="button" onClick={onEdit}>{t(limitTexts.edit)}</button>}
            <button className="button" onClick={onHistory}>{t(limitTexts.history)}</button>
            <Link className="button as-link" to={`/alarms?view=journal&span=7d&alarm=${encodeURIComponent(limit.alarm)}`}>{t(alarmTexts.journal)}</Link>
          </div>
        )}
      </div>
    </div>
  );
}
