import { Select } from "antd";
import { useEffect, useMemo, useRef, useState } from "react";
import { get, ns } from "../../api/client";
import type { AlarmEvent, PointRow } from "../../api/types";
import { dateTime, serverNow } from "../../app/clock";
import { useAsk } from "../../app/ask";
import { useSay } from "../../app/language";
import { setQuery, useAddress } from "../../app/router";
import { useSite } from "../../app/site";
import { Empty, Failed, Loading } from "../../parts/states";
import { partsTexts } from "../../parts/texts";
import { Chart } from "./Chart";
import { csv, type Range } from "./trend";
import { trendTexts } from "./texts";
import { useTrend } from "./useTrend";

const SPANS: [string, number, { zh: string; en: string }][] = [
  ["10m", 600_000, trendTexts.m10],
  ["1h", 3_600_000, trendTexts.h1],
  ["8h", 8 * 3_600_000, trendTexts.h8],
  ["1d", 86_400_000, trendTexts.d1],
  ["7d", 7 * 86_400_000, trendTexts.d7],
];
const MOST = 8;

/** How often a live range moves on: a two-hundredth of it, at least each second. */
function stepOf(span: number): number {
  return Math.max(1000, Math.round(span / 200 / 1000) * 1000);
}

/** Any points over any time. The address holds points and range, so a link shows what its sender saw. */
export default function TrendPage() {
  const t = useSay();
  const { site } = useSite();
  const { query } = useAddress();
  const ids = useMemo(() => (query.get("points") ?? "").split(",").filter(Boolean).slice(0, MOST), [query]);
  const fixed = query.get("from") && query.get("to") ? { from: Number(query.get("from")), to: Number(query.get("to")) } : null;
  const valid = fixed !== null && Number.isFinite(fixed.from) && Number.isFinite(fixed.to) && fixed.from < fixed.to ? fixed : null;
  const spanName = query.get("span") ?? "1h";
  const span = (SPANS.find(([name]) => name === spanName) ?? SPANS[1]!)[1];
  const end = useTail(valid ? null : stepOf(span));
  const from = valid ? valid.from : end - span;
  const to = valid ? valid.to : end;
  const range = useMemo<Range>(() => ({ from, to }), [from, to]);
  const buckets = Math.min(900, Math.max(120, Math.round(window.innerWidth / 2.4)));
  const { drawn, error, loading, unknown } = useTrend(ids, range, buckets);
  const flagRound = Math.floor(to / 30_000) * 30_000 + 30_000;
  const journal = useAsk<AlarmEvent[]>(
    ids.length ? `/alarms/journal?start=${ns(Math.floor(from / 30_000) * 30_000)}&end=${ns(flagRound)}&limit=500` : null,
  );
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
    trail.current.push(range);
    setQuery({ from: String(Math.round(next.from)), to: String(Math.round(next.to)), span: null });
  };
  const back = () => {
    trail.current.pop();
    const before = trail.current[trail.current.length - 1];
    if (before && trail.current.length > 0) setQuery({ from: String(before.from), to: String(before.to) });
    else setQuery({ from: null, to: null });
  };
  const units = new Set(drawn.map((d) => d.point.unit)).size;
  const height = Math.max(340, Math.min(window.innerHeight - 250, 900), units * 190);
  const shareLink = () => {
    const link = new URL(location.href);
    link.searchParams.set("from", String(Math.round(from)));
    link.searchParams.set("to", String(Math.round(to)));
    void copy(link.toString());
  };
  const empty = drawn.length > 0 && drawn.every((d) => !d.series || d.series.count.every((n) => n === 0));
  return (
    <div>
      <div className="toolbar">
        <h1>{t(trendTexts.title)}</h1>
        <div className="choices" role="group" aria-label={t(trendTexts.range)}>
          {SPANS.map(([name, , text]) => (
            <button key={name} className="button" aria-pressed={!valid && spanName === name} onClick={() => setQuery({ span: name === "1h" ? null : name, from: null, to: null })}>
              {t(text)}
            </button>
          ))}
        </div>
        {valid && (
          <>
            <button className="button" onClick={back}>{t(trendTexts.back)}</button>
            <button className="button" onClick={() => setQuery({ from: null, to: null })}>{t(trendTexts.live)}</button>
          </>
        )}
        <button className="button" disabled={drawn.length === 0} onClick={() => void copy(csv(drawn, site.timezone))}>{t(trendTexts.copyCsv)}</button>
        <button className="button" onClick={shareLink}>{t(trendTexts.share)}</button>
        <span role="status" className="soft">{told}</span>
      </div>
      <div style={{ marginBottom: 12 }}>
        <PointPicker ids={ids} />
      </div>
      <section className="panel" style={{ padding: "10px 8px 4px" }}>
        {ids.length === 0 ? (
          <Empty title={t(trendTexts.nothing)}>{t(trendTexts.nothingHow)}</Empty>
        ) : drawn.length > 0 ? (
          <>
            {error !== null && <Failed error={error} />}
            {empty && <p className="soft" style={{ padding: "4px 12px" }}>{t(trendTexts.noData)}</p>}
            <Chart drawn={drawn} range={range} flags={journal.data ?? undefined} height={height} onZoom={zoom} onBack={back} />
            <p className="muted" style={{ padding: "4px 12px 8px" }}>
              {dateTime(from, site.timezone)} – {dateTime(to, site.timezone)} · {site.timezone} · {t(trendTexts.hint)}
            </p>
          </>
        ) : error !== null ? (
          <Failed error={error} />
        ) : loading ? (
          <Loading lines={8} />
        ) : (
          <Empty title={t({ zh: "没有测点 {p}", en: "There is no point {p}" }, { p: unknown.join(", ") })} />
        )}
      </section>
    </div>
  );
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
      get<{ points: PointRow[] }>(`/points?limit=30&q=${encodeURIComponent(text)}`).then(
        (answer) => setFound(answer.points),
        () => setFound([]),
      );
    }, 120);
  };
  useEffect(() => search(""), []);
  const options = new Map(found.map((p) => [p.id, `${t(p.name)} (${p.id})`]));
  for (const id of ids) if (!options.has(id)) options.set(id, points.has(id) ? `${t(points.get(id)!.name)} (${id})` : id);
  return (
    <Select
      mode="multiple" style={{ width: "100%" }} value={ids} maxCount={MOST} placeholder={t(trendTexts.choose)} aria-label={t(trendTexts.choose)}
      showSearch={{ filterOption: false, onSearch: search }} onChange={(next: string[]) => setQuery({ points: next.join(",") })}
      options={[...options].map(([value, label]) => ({ value, label }))}
    />
  );
}
