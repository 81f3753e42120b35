import { useMemo } from "react";
import type { AlarmEvent, Incident } from "../../api/types";
import { serverNow } from "../../app/clock";
import { useSay } from "../../app/language";
import { go } from "../../app/router";
import { Empty, Failed, Loading } from "../../parts/states";
import { Chart } from "../historian/Chart";
import { trendTexts } from "../historian/texts";
import { useTrend } from "../historian/useTrend";
import { incidentTexts } from "./texts";
import { trendAddress, trendPoints, trendRange } from "./trends";

const BUCKETS = 420;
const STEP_MS = 15_000;

/** The incident's points on one time axis, from before its first alarm, with limits and its alarms as flags. */
export default function IncidentTrends({ incident, over }: { incident: Incident; over: boolean }) {
  const t = useSay();
  const points = useMemo(() => trendPoints(incident), [incident]);
  // In steps, so that the question does not change with every drawing.
  const until = over ? incident.updated / 1e6 : Math.ceil(serverNow() / STEP_MS) * STEP_MS;
  const range = useMemo(() => trendRange(incident, until), [incident.started, until]);
  const { drawn, error, loading } = useTrend(points, range, BUCKETS);
  const flags = useMemo(
    () => incident.members.map((m) => ({ point: m.point, priority: m.priority, change: "raised", source_time: m.since }) as AlarmEvent),
    [incident],
  );
  const units = new Set(drawn.map((d) => d.point.unit)).size;
  if (drawn.length === 0) {
    if (error) return <Failed error={error} />;
    return loading ? <Loading lines={6} /> : <Empty title={t(trendTexts.noData)} />;
  }
  return (
    <>
      <Chart
        drawn={drawn} range={range} flags={flags} height={Math.max(300, units * 150)}
        onZoom={(r) => go(trendAddress(points, r))} onBack={() => go(trendAddress(points, range))}
      />
      <p className="muted trend-hint">{t(incidentTexts.trendHint)}</p>
    </>
  );
}
