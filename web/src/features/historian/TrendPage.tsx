import { Select } from "antd";
import { useEffect, useMemo, useRef, useState } from "react";
import { get, ns } from "../../api/client";
import type { AlarmEvent, Incident, Page, PointRow } from "../../api/types";
import { dateTime, serverNow } from "../../app/clock";
import { useAsk } from "../../app/ask";
import { useLanguage, useSay } from "../../app/language";
import { setQuery, useAddress } from "../../app/router";
import { useSite } from "../../app/site";
import { PageHead } from "../../parts/head";
import { Empty, Failed, Loading } from "../../parts/states";
import { partsTexts } from "../../parts/texts";
import { Chart } from "./Chart";
import { bucketsFor, fixedRange, spanOf, SPANS, stepOf } from "./ranges";
import "./historian.css";
import { csv, type IncidentFlag, type Range } from "./trend";
import { trendTexts } from "./texts";
import { useTrend } from "./useTrend";

const MOST = 8;
const DRAWN_INCIDENTS = 12;

/** Any points over any time. The address holds points and range, so a link shows what its sender saw. */
export default function TrendPage() {
  const t = useSay();
  const { site } = useSite();
  const { query } = useAddress();
  const ids = useMemo(() => (query.get("points") ?? "").split(",").filter(Boolean).slice(0, MOST), [query.get("points")]);
  const fixed = fixedRange(query);
  const [spanName, span] = spanOf(query);
  const compare = query.get("compare") === "week";
  const end = useTail(fixed ? null : stepOf(span));
  const from = fixed ? fixed.from : end - span;
  const to = fixed ? fixed.to : end;
  const range = useMemo<Range>(() => ({ from, to }), [from, to]);
  const buckets = bucketsFor(window.innerWidth, ids.length);
  const { drawn, error, loading, unknown, fresh } = useTrend(ids, range, buckets, compare);
  const found = useFlags(ids, range);
  // Flags of the new range are drawn with its lines, not before them.
  const last = useRef(found);
  if (fresh) last.current = found;
  const { flags, incidents } = last.current;
  const trail = useRef<Range[]>([]);
  const [told, setTold] = useState("");
  const copy = (text: string) =>
    navigator.clipboard.writeText(text).then(
      () => setTold(t(partsTexts.copied)),
      () => setTold(t(partsTexts.notCopied)),
    );
  useEffect(() => {
    if (!told) return;
    const timer = window.setTimeout(() => setTold(""), 2500);
    return () => window.clearTimeout(timer);
  }, [told]);
  const zoom = (next: Range) => {
    if (fixed) trail.current.push(range);
    setQuery({ from: String(Math.round(next.from)), to: String(Math.max(Math.round(next.from) + 1, Math.round(next.to))) });
  };
  const back = () => {
    const before = trail.current.pop();
    setQuery(before ? { from: String(Math.round(before.from)), to: String(Math.round(before.to)) } : { from: null, to: null });
  };
  const choose = (name: string) => {
    trail.current = [];
    setQuery({ span: name === "1h" ? null : name, from: null, to: null });
  };
  const units = new Set(drawn.map((d) => d.point.unit)).size;
  const height = Math.max(340, Math.min(window.innerHeight - 290, 900), units * 170);
  const shareLink = () => {
    const link = new URL(location.href);
    link.searchParams.set("from", String(Math.round(from)));
    link.searchParams.set("to", String(Math.round(to)));
    link.searchParams.delete("span");
    void copy(link.toString());
  };
  const save = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff", csv(drawn, site.timezone)], { type: "text/csv" }));
    link.download = `trend-${new Date(from).toISOString().slice(0, 16).replace(/[:T]/g, "")}.csv`;
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  const empty = drawn.length > 0 && drawn.every((d) => !d.series || d.series.count.every((n) => n === 0));
  return (
    <div className="trend-page">
      <PageHead title={t(trendTexts.title)}>
        <div className="choices" role="group" aria-label={t(trendTexts.range)}>
          {SPANS.map(([name, , text]) => (
            <button key={name} className="button" aria-pressed={!fixed && spanName === name} onClick={() => choose(name)}>
              {t(text)}
            </button>
          ))}
        </div>
        {fixed && (
          <>
            <button className="button" onClick={back}>{t(trendTexts.back)}</button>
            <button className="button" onClick={() => choose(spanName)}>{t(trendTexts.live)}</button>
          </>
        )}
      </PageHead>
      <div className="trend-points">
        <PointPicker ids={ids} />
        <button className="button" aria-pressed={compare} onClick={() => setQuery({ compare: compare ? null : "week" })}>{t(trendTexts.compare)}</button>
        <button className="button" disabled={drawn.length === 0} onClick={() => void copy(csv(drawn, site.timezone))}>{t(trendTexts.copyCsv)}</button>
        <button className="button" disabled={drawn.length === 0} onClick={save}>{t(trendTexts.download)}</button>
        <button className="button" disabled={ids.length === 0} onClick={shareLink}>{t(trendTexts.share)}</button>
      </div>
      <section className="panel trend-panel" aria-busy={loading}>
        {ids.length === 0 ? (
          <Empty title={t(trendTexts.nothing)}>{t(trendTexts.nothingHow)}</Empty>
        ) : drawn.length > 0 ? (
          <>
            {error !== null && <p className="trend-fault" role="alert">{t(trendTexts.staleRange)}</p>}
            {empty && <p className="trend-fault" role="status">{t(trendTexts.noData)}</p>}
            {unknown.length > 0 && <p className="trend-fault" role="status">{t(trendTexts.noPoint, { p: unknown.join(", ") })}</p>}
            <Chart drawn={drawn} range={range} flags={flags} incidents={incidents} waiting={!fresh && error === null} height={height} onZoom={zoom} onBack={back} />
            <p className="muted trend-hint">
              {dateTime(from, site.timezone)} – {dateTime(to, site.timezone)} · {site.timezone} · {t(trendTexts.hint)} {t(trendTexts.doubtHint)}{compare && ` ${t(trendTexts.compareHint)}`}
              <span className="keys"> {t(trendTexts.keysHint)}</span>
            </p>
          </>
        ) : error !== null ? (
          <Failed error={error} />
        ) : loading ? (
          <Loading lines={8} />
        ) : (
          <Empty title={t(trendTexts.noPoint, { p: unknown.join(", ") })}>{t(trendTexts.noPointHow)}</Empty>
        )}
      </section>
      <span role="status" className={told ? "trend-told" : "sr"}>{told}</span>
    </div>
  );
}

/** Alarms of the points and incidents with them, as flags; asked for in steps, so that a live range asks seldom. */
function useFlags(ids: string[], range: Range): { flags: AlarmEvent[] | undefined; incidents: IncidentFlag[] } {
  const language = useLanguage();
  const step = Math.max(30_000, (range.to - range.from) / 50);
  const from = Math.floor(range.from / step) * step;
  const to = Math.ceil(range.to / step) * step;
  const journal = useAsk<Page<AlarmEvent>>(ids.length ? `/alarms/journal?start=${ns(from)}&end=${ns(to)}&limit=500` : null);
  const past = useAsk<Page<Incident>>(ids.length ? "/incidents?status=open&status=owned&status=settled&status=closed&sort=-started&limit=500" : null);
  const incidents = useMemo(() => {
    const wanted = new Set(ids);
    return (past.data?.items ?? [])
      .filter((i) => i.started / 1e6 >= range.from && i.started / 1e6 <= range.to && i.members.some((m) => wanted.has(m.point)))
      .sort((a, b) => a.priority - b.priority || b.started - a.started)
      .slice(0, DRAWN_INCIDENTS)
      .map((i) => ({ id: i.id, started: i.started, priority: i.priority, title: i.title[language] }));
  }, [past.data, ids, range.from, range.to, language]);
  return { flags: journal.data?.items, incidents };
}

/** The end of a live range: moves on in steps, stands still for a fixed one. */
function useTail(stepMs: number | null): number {
  const [end, setEnd] = useState(() => serverNow());
  useEffect(() => {
    if (stepMs === null) return;
    setEnd(serverNow());
    const timer = window.setInterval(() => !document.hidden && setEnd(serverNow()), stepMs);
    return () => window.clearInterval(timer);
  }, [stepMs]);
  return end;
}

function PointPicker({ ids }: { ids: string[] }) {
  const t = useSay();
  const { points } = useSite();
  const [found, setFound] = useState<{ id: string; name: { zh: string; en: string } }[]>([]);
  const timer = useRef<number | undefined>(undefined);
  const search = (text: string) => {
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => {
      get<Page<PointRow>>(`/points?limit=30&q=${encodeURIComponent(text)}`).then(
        (answer) => setFound(answer.items),
        () => setFound([]),
      );
    }, 120);
  };
  useEffect(() => search(""), []);
  const options = new Map(found.map((p) => [p.id, `${t(p.name)} (${p.id})`]));
  for (const id of ids) if (!options.has(id)) options.set(id, points.has(id) ? `${t(points.get(id)!.name)} (${id})` : id);
  return (
    <Select
      mode="multiple" className="trend-picker" value={ids} maxCount={MOST} placeholder={t(trendTexts.choose)} aria-label={t(trendTexts.choose)}
      showSearch={{ filterOption: false, onSearch: search }} onChange={(next: string[]) => setQuery({ points: next.join(",") })}
      options={[...options].map(([value, label]) => ({ value, label }))}
    />
  );
}
