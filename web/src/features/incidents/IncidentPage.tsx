import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import type { Incident, IncidentPageData, Notice, TimelineEntry } from "../../api/types";
import { useAsk } from "../../app/ask";
import { useLanguage, useSay } from "../../app/language";
import { live, useConnection, useLive, useWatch } from "../../app/live";
import { useMe } from "../../app/me";
import { Link } from "../../app/router";
import { useSite } from "../../app/site";
import { PriorityMark } from "../../parts/priority";
import { Empty, Failed, Loading } from "../../parts/states";
import { hazardNames } from "../../parts/texts";
import { When } from "../../parts/when";
import { CloseIncident, NoteForm, TakeButton, useIncidentCommands } from "./actions";
import { Answers, isOver } from "./Answers";
import "./incidents.css";
import { mergeLines } from "./lines";
import { MemberTable } from "./MemberTable";
import { Photos } from "./Photos";
import { Spread } from "./Spread";
import { incidentTexts } from "./texts";
import { Timeline } from "./Timeline";
import { Told } from "./Told";
import { trendAddress, trendPoints, trendRange } from "./trends";

const IncidentTrends = lazy(() => import("./IncidentTrends"));

/** Points of the reached zones whose values are shown on the incident's plan. */
const MOST_AROUND = 500;

export function IncidentPage({ id }: { id: string }) {
  const t = useSay();
  const asked = useAsk<IncidentPageData>(`/incidents/${encodeURIComponent(id)}`);
  const incidents = useLive("incidents");
  const lines = useLive("lines");
  const notices = useLive("notices");
  const { alive } = useConnection();
  const { me } = useMe();
  const again = asked.again;
  useEffect(() => {
    live.setOpened(id);
    return () => live.setOpened(null);
  }, [id, me?.id]);
  // What was said while the line was dead is only known to the rooms: ask again when it is back.
  useEffect(() => {
    if (alive) again();
  }, [alive, again]);
  const pushed = incidents.get(id);
  const incident =
    pushed && (!asked.data || pushed.revision >= asked.data.incident.revision) ? pushed : (asked.data?.incident ?? null);
  const timeline = useMemo(() => mergeLines(asked.data?.timeline ?? [], lines.get(id) ?? []), [asked.data, lines, id]);
  const told = useMemo(() => {
    const all = new Map<string, Notice>((asked.data?.notices ?? []).map((n) => [n.id, n]));
    for (const n of notices.values()) if (n.incident === id) all.set(n.id, n);
    return [...all.values()].sort((a, b) => a.sent - b.sent);
  }, [asked.data, notices, id]);
  if (!incident) {
    if (asked.error) return <Failed error={asked.error} retry={again} />;
    if (asked.loading) return <Loading lines={8} />;
    return <Empty title={t(incidentTexts.unknownIncident)} />;
  }
  const toldKnown = asked.data?.notices != null || told.length > 0;
  return <Shown incident={incident} timeline={timeline} told={toldKnown ? told : null} fetched={asked.data !== null} error={asked.error} again={again} />;
}

function Shown(props: { incident: Incident; timeline: TimelineEntry[]; told: Notice[] | null; fetched: boolean; error: unknown; again: () => void }) {
  const { incident, timeline, told, fetched, error, again } = props;
  const t = useSay();
  const { points } = useSite();
  const { me, may } = useMe();
  const doing = useIncidentCommands(incident.id, again);
  const [round, setRound] = useState(0);
  const around = useMemo(() => {
    const reachedZones = new Set(incident.zones);
    return [...points.values()].filter((p) => reachedZones.has(p.zone)).slice(0, MOST_AROUND).map((p) => p.id);
  }, [incident.zones.join(" "), points]);
  useWatch(around);
  const photoLines = timeline.filter((l) => l.photo).length;
  useEffect(() => setRound((n) => n + 1), [photoLines]);
  const over = isOver(incident);
  const mine = incident.owner !== null && incident.owner === me?.id;
  return (
    <article className="incident-page">
      <Link to="/incidents" className="soft">
        ‹ {t(incidentTexts.back)}
      </Link>
      <Head incident={incident} over={over} />
      <div className="answers">
        <Answers incident={incident} told={told} doing={doing} />
        <Spread incident={incident} lines={timeline} />
      </div>
      <section className="panel incident-trends">
        <header>
          <h2>{t(incidentTexts.trends)}</h2>
          <Link className="tag" to={trendAddress(trendPoints(incident), trendRange(incident, incident.updated / 1e6))}>
            {t(incidentTexts.trendAll)}
          </Link>
        </header>
        <Suspense fallback={<Loading lines={6} />}>
          <IncidentTrends incident={incident} over={over} />
        </Suspense>
      </section>
      <div className="columns">
        <div className="stack">
          <section className="panel">
            <header>
              <h2>{t(incidentTexts.members)}</h2>
              <span className="muted">{incident.members.length}</span>
            </header>
            <MemberTable incident={incident} />
          </section>
          <Told notices={told} fetched={fetched || error !== null} />
          <Photos incident={incident.id} round={round} after={again} />
        </div>
        <section className="panel">
          <header>
            <h2>{t(incidentTexts.soFar)}</h2>
          </header>
          {!over && <NoteForm doing={doing} />}
          {timeline.length === 0 ? error ? <Failed error={error} retry={again} /> : <Loading /> : <Timeline incident={incident.id} lines={timeline} />}
          <CloseIncident incident={incident} doing={doing} />
        </section>
      </div>
      {!over && !mine && may("incidents.take") && (
        <div className="thumb">
          <TakeButton incident={incident} doing={doing} />
        </div>
      )}
    </article>
  );
}

function Head({ incident, over }: { incident: Incident; over: boolean }) {
  const t = useSay();
  const language = useLanguage();
  const { may } = useMe();
  const settled = over || incident.status === "settled";
  const pdf = `/api/incidents/${encodeURIComponent(incident.id)}/report.pdf?language=${language}`;
  return (
    <header className={incident.priority === 1 && incident.status === "open" ? "incident-head unacked-top" : "incident-head"}>
      <PriorityMark priority={incident.priority} size={46} hollow={settled} />
      <div className="words">
        <h1>{t(incident.title)}</h1>
        <p className="soft">
          {t(hazardNames[incident.hazard]!)} · {t(incidentTexts.started)} <When ns={incident.started} />
          {incident.exercise && <> · <span className="tag strong">{t(incidentTexts.exercise)}</span></>}
          {over && <> · <span className="tag strong">{t(incident.merged_into ? incidentTexts.merged : incident.status === "closed" ? incidentTexts.statusClosed : incidentTexts.statusDissolved)}</span></>}
        </p>
      </div>
      {incident.merged_into && (
        <Link className="button as-link" to={`/incidents/${encodeURIComponent(incident.merged_into)}`}>{t(incidentTexts.mergedOpen)}</Link>
      )}
      {may("incidents.export") && <a className="button as-link" href={pdf} download={`incident-${incident.id}.pdf`}>{t(incidentTexts.exportPdf)}</a>}
    </header>
  );
}
