import { useEffect, useState } from "react";
import type { PointRow } from "../../api/types";
import { useAsk } from "../../app/ask";
import { useLanguage, useSay } from "../../app/language";
import { useLive, useWatch } from "../../app/live";
import { Link, setQuery, useAddress } from "../../app/router";
import { useSite } from "../../app/site";
import { Empty, Failed, Loading } from "../../parts/states";
import { kindNames } from "../../parts/texts";
import { unitText, Value, valueText } from "../../parts/value";
import { KindGlyph } from "./glyphs";
import "./points.css";
import { plantTexts } from "./texts";

const PAGE = 60;

/** Every point, found as one types; filters live in the address. */
export default function PointsPage() {
  const t = useSay();
  const { site } = useSite();
  const { query } = useAddress();
  const q = query.get("q") ?? "";
  const zone = query.get("zone") ?? "";
  const kind = query.get("kind") ?? "";
  const [typed, setTyped] = useState(q);
  const [limit, setLimit] = useState(PAGE);
  useEffect(() => setTyped(q), [q]);
  useEffect(() => {
    const timer = window.setTimeout(() => setQuery({ q: typed }), 150);
    return () => window.clearTimeout(timer);
  }, [typed]);
  useEffect(() => setLimit(PAGE), [q, zone, kind]);
  const path = `/points?limit=${Math.min(500, limit)}&q=${encodeURIComponent(q)}${zone ? `&zone=${encodeURIComponent(zone)}` : ""}${kind ? `&kind=${kind}` : ""}`;
  const asked = useAsk<{ total: number; points: PointRow[] }>(path);
  const [kept, setKept] = useState(asked.data);
  useEffect(() => {
    if (asked.data) setKept(asked.data);
  }, [asked.data]);
  const data = asked.data ?? kept;
  return (
    <div>
      <div className="toolbar">
        <h1>{t({ zh: "测点", en: "Points" })}</h1>
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
        <span className="soft" role="status">{data && t(plantTexts.found, { n: data.total })}</span>
      </div>
      <section className="panel">
        {asked.error ? (
          <Failed error={asked.error} retry={asked.again} />
        ) : !data ? (
          <Loading lines={8} />
        ) : data.points.length === 0 ? (
          <Empty title={t(plantTexts.none)}>{t(plantTexts.noneHow)}</Empty>
        ) : (
          <>
            <Rows points={data.points} />
            {data.total > data.points.length && limit < 500 && (
              <p className="state">
                <button className="button" onClick={() => setLimit((n) => n + PAGE)}>
                  {t(plantTexts.more, { n: Math.min(PAGE, data.total - data.points.length) })}
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
    <div className="tablebox">
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
                {p.normal ? `${valueText(p.normal[0], "1", language)}–${valueText(p.normal[1], "1", language)} ${unitText(p.unit, language)}` : "—"}
              </td>
              <td className="num soft wide">{p.limits || "—"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
