import { useMemo, useState } from "react";
import { ns } from "../../api/client";
import type { Definition, Incident, Member, Series } from "../../api/types";
import { serverNow } from "../../app/clock";
import { useAsk } from "../../app/ask";
import { useLanguage, useSay } from "../../app/language";
import { useLive, useWatch } from "../../app/live";
import { Link } from "../../app/router";
import { useSite } from "../../app/site";
import { PriorityMark } from "../../parts/priority";
import { Sparkline } from "../../parts/sparkline";
import { Value, valueText } from "../../parts/value";
import { When } from "../../parts/when";
import { incidentTexts } from "./texts";

const SHOWN = 10;
const MOST = 400;
const SPARKS = 16;
const MINUTES = 10;

/** Alarms of the incident, most urgent first, each value beside its limit and its last ten minutes. */
export function MemberTable({ incident }: { incident: Incident }) {
  const t = useSay();
  const language = useLanguage();
  const { points, zones } = useSite();
  const latest = useLive("latest");
  const members = useMemo(() => {
    const order = (m: Member) => (m.alarm === incident.first_out.alarm ? -1 : 0) + (m.active ? 0 : 10);
    return [...incident.members].sort((a, b) => order(a) - order(b) || a.priority - b.priority || a.since - b.since);
  }, [incident]);
  const [all, setAll] = useState(false);
  const shown = members.slice(0, all ? MOST : SHOWN);
  const watched = [...new Set(shown.map((m) => m.point))];
  useWatch(watched);
  const key = watched.slice(0, SPARKS).join(" ");
  // The question is fixed to a quarter of a minute, so that it does not change with every drawing.
  const end = Math.floor(serverNow() / 15_000) * 15_000;
  const trend = useAsk<{ series: Record<string, Series> }>(
    key
      ? `/trend?${key.split(" ").map((p) => `point=${encodeURIComponent(p)}`).join("&")}&start=${ns(end - MINUTES * 60_000)}&end=${ns(end)}&buckets=60`
      : null,
  );
  const kept = useKept(trend.data);
  return (
    <div className="tablebox" tabIndex={0}>
      <table className="list members">
        <thead>
          <tr>
            <th></th>
            <th>{t(incidentTexts.alarm)}</th>
            <th className="num">{t(incidentTexts.value)}</th>
            <th className="num">{t(incidentTexts.limitName)}</th>
            <th>{t(incidentTexts.tenMinutes)}</th>
            <th>{t(incidentTexts.since)}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((m) => {
            const point = points.get(m.point);
            const series = kept?.series[m.point];
            const zone = zones.get(m.zone);
            return (
              <tr key={m.occurrence}>
                <td className="mark-cell">
                  <PriorityMark priority={m.priority} hollow={!m.active} />
                </td>
                <td>
                  <Link to={`/points/${encodeURIComponent(m.point)}`}>{point ? t(point.name) : m.point}</Link>
                  <div className="muted">
                    {zone && t(zone.name)}
                    {!m.active && ` · ${t(incidentTexts.over)}`}
                    {m.alarm === incident.first_out.alarm && ` · ${t(incidentTexts.firstOut)}`}
                    {m.certainty < 0.995 && ` · ${t(incidentTexts.sure, { n: Math.round(m.certainty * 100) })}`}
                  </div>
                </td>
                <td className="num">
                  <b>
                    {latest.get(m.point) ? (
                      <Value latest={latest.get(m.point)} unit={m.unit} states={point?.states} staleAfter={point?.stale_after} />
                    ) : (
                      valueText(m.value, m.unit, language, point?.states)
                    )}
                  </b>
                </td>
                <td className="num limit-cell">
                  <LimitOf alarm={m.alarm} />
                </td>
                <td className="spark-cell">{series && <SparkOf alarm={m.alarm} values={series.max} />}</td>
                <td className="since-cell">
                  <When ns={m.since} short />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {members.length > shown.length && (
        <p className="state">
          {all ? t(incidentTexts.more, { n: members.length - shown.length }) : <button className="button" onClick={() => setAll(true)}>{t(incidentTexts.showMore, { n: members.length - shown.length })}</button>}
        </p>
      )}
    </div>
  );
}

/** The last data stays while newer is fetched: nothing on the page jumps. */
function useKept<T>(data: T | null): T | null {
  const kept = useMemo<{ data: T | null }>(() => ({ data: null }), []);
  if (data) kept.data = data;
  return kept.data;
}

const definitions = new Map<string, Definition>();

/** An alarm's definition, asked for once per page: the site does not change while it runs. */
export function useDefinition(alarm: string): { definition: Definition | null; failed: boolean } {
  const known = definitions.get(alarm) ?? null;
  const asked = useAsk<Definition>(known ? null : `/definitions/${encodeURIComponent(alarm)}`);
  if (asked.data) definitions.set(alarm, asked.data);
  return { definition: known ?? asked.data, failed: asked.error !== null };
}

function SparkOf({ alarm, values }: { alarm: string; values: (number | null)[] }) {
  const { definition } = useDefinition(alarm);
  const level = definition?.type === "high" || definition?.type === "low" ? definition.at : null;
  return <Sparkline values={values} limit={level} />;
}

function LimitOf({ alarm }: { alarm: string }) {
  const language = useLanguage();
  const { definition } = useDefinition(alarm);
  if (!definition || definition.at === null) return null;
  const sign = { high: "> ", low: "< ", rate: "Δ ", deviation: "± ", equals: "= ", rule: "", vote: "" }[definition.type];
  return <>{sign + valueText(definition.at, definition.unit, language)}</>;
}
