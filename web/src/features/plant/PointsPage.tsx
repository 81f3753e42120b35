import { useEffect, useState } from "react";
import { get } from "../../api/client";
import type { Page, PointRow, Text } from "../../api/types";
import { useAsk } from "../../app/ask";
import { dateTime } from "../../app/clock";
import { useLanguage, useSay } from "../../app/language";
import { useLive, useWatch } from "../../app/live";
import { Link, setQuery, useAddress } from "../../app/router";
import { useSite } from "../../app/site";
import { downloadCsv } from "../../parts/csv";
import { wordsOf } from "../../parts/doing";
import { PageHead } from "../../parts/head";
import { Empty, Failed, Loading } from "../../parts/states";
import { kindNames } from "../../parts/texts";
import { unitText, Value, valueText } from "../../parts/value";
import { KindGlyph } from "./glyphs";
import "./points.css";
import { alarmTexts } from "../alarms/texts";
import { plantTexts, sourceStates } from "./texts";

const PAGE = 60;
const MOST_CSV = 50_000;

/** Every point, found as one types; filters live in the address. */
export default function PointsPage() {
  const t = useSay();
  const { site } = useSite();
  const { query } = useAddress();
  const q = query.get("q") ?? "";
  const zone = query.get("zone") ?? "";
  const kind = query.get("kind") ?? "";
  const source = query.get("source") ?? "";
  const calibration = query.get("calibration") ?? "";
  const sources = useLive("sources");
  const [typed, setTyped] = useState(q);
  const [limit, setLimit] = useState(PAGE);
  useEffect(() => setTyped(q), [q]);
  useEffect(() => {
    const timer = window.setTimeout(() => setQuery({ q: typed }), 100);
    return () => window.clearTimeout(timer);
  }, [typed]);
  useEffect(() => setLimit(PAGE), [q, zone, kind, source, calibration]);
  const path = `/points?limit=${Math.min(500, limit)}&q=${encodeURIComponent(q)}${zone ? `&zone=${encodeURIComponent(zone)}` : ""}${kind ? `&kind=${kind}` : ""}${source ? `&source=${encodeURIComponent(source)}` : ""}${calibration ? `&calibration=${calibration}` : ""}`;
  const asked = useAsk<Page<PointRow>>(path);
  const [kept, setKept] = useState(asked.data);
  useEffect(() => {
    if (asked.data) setKept(asked.data);
  }, [asked.data]);
  const data = asked.data ?? kept;
  const language = useLanguage();
  const { zones } = useSite();
  const [failed, setFailed] = useState<Text | null>(null);
  const download = async () => {
    setFailed(null);
    try {
      const rows: PointRow[] = [];
      for (let from = 0; from < MOST_CSV; from += 500) {
        const part = await get<Page<PointRow>>(path.replace(/limit=\d+/, `limit=500&offset=${from}`));
        rows.push(...part.items);
        if (rows.length >= part.total) break;
      }
      downloadCsv("points.csv", [
        ["id", "name", "kind", "zone", "unit", "value", "time", "quality", "normal_low", "normal_high", "limits", "changed", "sources", "calibration_due"],
        ...rows.map((p) => [p.id, t(p.name), p.kind, zones.get(p.zone)?.name[language] ?? p.zone, p.unit, p.latest?.[1] ?? null, p.latest ? dateTime(p.latest[0], site.timezone) : "", p.latest?.[2] ?? null, p.normal?.[0] ?? null, p.normal?.[1] ?? null, p.limits, p.changed, p.sources.join(" "), p.calibration_due]),
      ]);
    } catch (error) {
      setFailed(wordsOf(error));
    }
  };
  return (
    <div>
      <PageHead title={t({ zh: "测点", en: "Points" })}>
        <input className="field search" type="search" value={typed} onChange={(e) => setTyped(e.target.value)} placeholder={t(plantTexts.search)} aria-label={t(plantTexts.searchLabel)} autoFocus={window.innerWidth > 760} />
        <select className="field" value={zone} onChange={(e) => setQuery({ zone: e.target.value })} aria-label={t(plantTexts.zone)}>
          <option value="">{t(plantTexts.anyZone)}</option>
          {site.zones.map((z) => (
            <option key={z.id} value={z.id}>{t(z.name)}</option>
          ))}
        </select>
        <select className="field" value={kind} onChange={(e) => setQuery({ kind: e.target.value })} aria-label={t(plantTexts.kind)}>
          <option value="">{t(plantTexts.anyKind)}</option>
          {Object.entries(kindNames).map(([id, name]) => (
            <option key={id} value={id}>{t(name)}</option>
          ))}
        </select>
        <select className="field" value={source} onChange={(e) => setQuery({ source: e.target.value })} aria-label={t(plantTexts.source)}>
          <option value="">{t(plantTexts.anySource)}</option>
          {site.sources.map((one) => {
            const state = sources.get(one.id)?.state ?? (one.enabled ? "unknown" : "disabled");
            return <option key={one.id} value={one.id}>{one.id} · {t(sourceStates[state] ?? { zh: state, en: state })}</option>;
          })}
        </select>
        <select className="field" value={calibration} onChange={(e) => setQuery({ calibration: e.target.value })} aria-label={t(plantTexts.calibration)}>
          <option value="">{t(plantTexts.anyCalibration)}</option>
          <option value="overdue">{t(plantTexts.calibrationOverdue)}</option>
          <option value="soon">{t(plantTexts.calibrationSoon)}</option>
        </select>
        <button className="button" disabled={!data?.total} onClick={() => void download()}>{t(alarmTexts.csv)}</button>
        <span className="soft" role="status">{failed ? t(failed) : data && t(plantTexts.found, { n: data.total })}</span>
      </PageHead>
      <section className="panel">
        {asked.error ? (
          <Failed error={asked.error} retry={asked.again} />
        ) : !data ? (
          <Loading lines={8} />
        ) : data.items.length === 0 ? (
          <Empty title={t(plantTexts.none)}>{t(plantTexts.noneHow)}</Empty>
        ) : (
          <>
            <Rows points={data.items} />
            {data.total > data.items.length && limit < 500 && (
              <p className="state">
                <button className="button" onClick={() => setLimit((n) => n + PAGE)}>
                  {t(plantTexts.more, { n: Math.min(PAGE, data.total - data.items.length) })}
                </button>
              </p>
            )}
          </>
        )}
      </section>
    </div>
  );
}

function Rows({ points }: { points: PointRow[] }) {
  const t = useSay();
  const language = useLanguage();
  const { zones } = useSite();
  const latest = useLive("latest");
  useWatch(points.map((p) => p.id));
  return (
    <div className="tablebox" tabIndex={0}>
      <table className="list points-table">
        <thead>
          <tr>
            <th>{t(plantTexts.kind)}</th>
            <th>{t(plantTexts.point)}</th>
            <th>{t(plantTexts.zone)}</th>
            <th className="num">{t(plantTexts.value)}</th>
            <th className="num">{t(plantTexts.normal)}</th>
            <th className="num">{t(plantTexts.limits)}</th>
          </tr>
        </thead>
        <tbody>
          {points.map((p) => (
            <tr key={p.id}>
              <td className="nowrap soft kind">
                <KindGlyph kind={p.kind} size={16} /> <span>{t(kindNames[p.kind] ?? { zh: p.kind, en: p.kind })}</span>
              </td>
              <td>
                <Link to={`/points/${encodeURIComponent(p.id)}`}>{t(p.name)}</Link>
                <div className="muted">{p.id}</div>
              </td>
              <td className="soft zone-cell">{t(zones.get(p.zone)?.name ?? { zh: p.zone, en: p.zone })}</td>
              <td className="num">
                <b><Value latest={latest.get(p.id) ?? p.latest} unit={p.unit} states={p.states} staleAfter={p.stale_after} /></b>
              </td>
              <td className="num soft wide">
                {p.normal && Object.keys(p.states).length === 0 ? `${valueText(p.normal[0], "1", language)}–${valueText(p.normal[1], "1", language)} ${unitText(p.unit, language)}` : "—"}
              </td>
              <td className="num soft wide">{p.limits || "—"}{p.changed > 0 && <div className="muted">{t(plantTexts.changedLimits, { n: p.changed })}</div>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
