import { useAsk } from "../../app/ask";
import type { Page, PointRow } from "../../api/types";
import { useLanguage, useSay } from "../../app/language";
import { useLive } from "../../app/live";
import { Link, setQuery } from "../../app/router";
import { useSite } from "../../app/site";
import { PriorityMark } from "../../parts/priority";
import { Failed, Loading } from "../../parts/states";
import { Value, valueText } from "../../parts/value";
import { When } from "../../parts/when";
import { KindGlyph } from "../plant/glyphs";
import { overviewTexts } from "./texts";

/** One area: its alarms, then its points with their values. */
export function ZonePanel({ zone }: { zone: string }) {
  const t = useSay();
  const language = useLanguage();
  const { zones, points } = useSite();
  const alarms = useLive("alarms");
  const confirmed = useLive("confirmed");
  const latest = useLive("latest");
  const asked = useAsk<Page<PointRow>>(`/points?zone=${encodeURIComponent(zone)}&limit=200`);
  const here = [...alarms.values()]
    .filter((a) => a.zone === zone && (a.state === "unack_active" || a.state === "ack_active" || a.state === "return_unack"))
    .sort((a, b) => a.priority - b.priority || b.since - a.since);
  return (
    <>
      <section className="panel scroll zone-top">
        <header>
          <b style={{ fontSize: 16 }}>{t(zones.get(zone)?.name ?? { zh: zone, en: zone })}</b>
          <button className="tool" onClick={() => setQuery({ zone: null }, false)}>
            {t(overviewTexts.wholeSite)}
          </button>
        </header>
        {here.length === 0 ? (
          <p className="body soft">{t(confirmed.alarms === null ? overviewTexts.alarmsUnknown : overviewTexts.noZoneAlarms)}</p>
        ) : (
          <ul className="zone-alarms">
            {here.slice(0, 30).map((a) => (
              <li key={a.alarm}>
                <PriorityMark priority={a.priority} hollow={a.state !== "unack_active"} />
                <Link to={`/points/${encodeURIComponent(a.point)}`}>{t(a.message)}</Link>
                <span className="num">{valueText(a.value, a.unit, language, points.get(a.point)?.states)}</span>
                <span className="muted">
                  {points.has(a.point) && `${t(points.get(a.point)!.name)} · `}
                  <When ns={a.since} />
                </span>
              </li>
            ))}
          </ul>
        )}
      </section>
      <section className="panel scroll">
        <header>
          <h2>{t(overviewTexts.zonePoints)}</h2>
          <span className="muted">{asked.data?.total}</span>
        </header>
        {asked.error ? (
          <Failed error={asked.error} retry={asked.again} />
        ) : !asked.data ? (
          <Loading />
        ) : (
          <ul className="zone-points">
            {asked.data.items.map((p) => (
              <li key={p.id}>
                <KindGlyph kind={p.kind} size={16} />
                <Link to={`/points/${encodeURIComponent(p.id)}`}>{t(p.name)}</Link>
                <Value latest={latest.get(p.id) ?? p.latest} unit={p.unit} states={p.states} staleAfter={p.stale_after} />
              </li>
            ))}
          </ul>
        )}
      </section>
    </>
  );
}
