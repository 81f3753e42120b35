import { useEffect, useMemo } from "react";
import type { Incident, IncidentPageData, Notice, TimelineEntry } from "../../api/types";
import { clock, duration, useNow } from "../../app/clock";
import { useAsk } from "../../app/ask";
import { useLanguage, useSay } from "../../app/language";
import { live, useConnection, useLive, useWatch } from "../../app/live";
import { useMe } from "../../app/me";
import { Link } from "../../app/router";
import { useSite } from "../../app/site";
import { PriorityMark } from "../../parts/priority";
import { Empty, Failed, Loading } from "../../parts/states";
import { hazardNames } from "../../parts/texts";
import { valueText } from "../../parts/value";
import { When } from "../../parts/when";
import { SitePlan } from "../plant/SitePlan";
import { CloseButton, NoteForm, TakeButton, useIncidentCommands } from "./actions";
import "./incidents.css";
import { statusText } from "./IncidentRow";
import { MemberTable, useDefinition } from "./MemberTable";
import { incidentTexts } from "./texts";

/** Points of the reached zones whose values are shown on the incident's plan. */
const MOST_AROUND = 500;

/** Fetched lines and pushed lines as one timeline: each once, in order of time. */
export function mergeLines(fetched: TimelineEntry[], pushed: TimelineEntry[]): TimelineEntry[] {
  const all = new Map<string, TimelineEntry>();
  for (const line of [...fetched, ...pushed]) all.set(line.id, line);
  return [...all.values()].sort((a, b) => a.time - b.time || a.recorded - b.recorded);
}

/** When the incident reached each zone: the first line or member that names it. */
export function reachedTimes(incident: Incident): Map<string, number> {
  const times = new Map<string, number>();
  for (const m of incident.members) {
    const before = times.get(m.zone);
    if (incident.zones.includes(m.zone) && (before === undefined || m.since < before)) times.set(m.zone, m.since);
  }
  return times;
}

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
  return <Shown incident={incident} timeline={timeline} told={toldKnown ? told : null} fetched={asked.data !== null} again={again} />;
}

function Shown(props: { incident: Incident; timeline: TimelineEntry[]; told: Notice[] | null; fetched: boolean; again: () => void }) {
  const { incident, timeline, told, fetched, again } = props;
  const t = useSay();
  const language = useLanguage();
  const { zones, people, points } = useSite();
  const { me } = useMe();
  const doing = useIncidentCommands(incident.id, again);
  const reached = useMemo(() => reachedTimes(incident), [incident]);
  const around = useMemo(() => {
    const reachedZones = new Set(incident.zones);
    return [...points.values()].filter((p) => reachedZones.has(p.zone)).slice(0, MOST_AROUND).map((p) => p.id);
  }, [incident.zones.join(" "), points]);
  useWatch(around);
  const storey = zones.get(incident.first_out.zone)?.storey ?? "";
  const active = incident.members.filter((m) => m.active).length;
  const over = incident.status === "closed" || incident.status === "dissolved";
  const first = incident.first_out;
  const firstPoint = points.get(first.point);
  const owner = people.get(incident.owner ?? "");
  const mine = incident.owner !== null && incident.owner === me?.id;
  const zoneName = (id: string) => t(zones.get(id)?.name ?? { zh: id, en: id });
  const trend = [...new Set(incident.members.map((m) => m.point))].slice(0, 8).map(encodeURIComponent).join(",");
  // What has ended is shown over its own time: an hour up to now would squeeze it or leave it out.
  const itsTime = over ? `&from=${Math.round(incident.started / 1e6) - 60_000}&to=${Math.round(incident.updated / 1e6) + 60_000}` : "";
  const lastZone = incident.zones[incident.zones.length - 1];
  return (
    <article className="incident-page">
      <Link to="/incidents" className="soft">
        ‹ {t(incidentTexts.back)}
      </Link>
      <header className={incident.priority === 1 && incident.status === "open" ? "incident-head unacked-top" : "incident-head"}>
        <PriorityMark priority={incident.priority} size={46} hollow={over || incident.status === "settled"} />
        <div className="words">
          <h1>{t(incident.title)}</h1>
          <p className="soft">
            {t(hazardNames[incident.hazard]!)} · {t(incidentTexts.started)} <When ns={incident.started} />
            {incident.exercise && <> · <span className="tag strong">{t(incidentTexts.exercise)}</span></>}
          </p>
        </div>
        {trend && (
          <Link className="tag" to={`/trend?points=${trend}${itsTime}`}>
            {t(incidentTexts.trendAll)}
          </Link>
        )}
      </header>
      <div className="answers">
        <div className="stack">
          <section className="panel answer">
            <h2>{t(incidentTexts.what)}</h2>
            <p className="lead">
              {firstPoint ? t(firstPoint.name) : first.point} · {valueText(first.value, first.unit, language, firstPoint?.states)}
            </p>
            <p className="soft">
              {t(incidentTexts.firstOut)} · <When ns={first.since} />
            </p>
          </section>
          <section className="panel answer">
            <h2>{t(incidentTexts.where)}</h2>
            <p className="lead">{incident.zones.map(zoneName).join(" → ")}</p>
          </section>
          <section className="panel answer">
            <h2>{t(incidentTexts.howBad)}</h2>
            <p className="lead">
              {t(incidentTexts.activeCount, { n: active })} · {t(incident.growing && !over ? incidentTexts.growing : incidentTexts.steady)}
            </p>
            <p className="soft">
              {t(incidentTexts.alarmsCount, { n: incident.members.length })} · {t(incidentTexts.zonesCount, { n: incident.zones.length })}
              {incident.growing && lastZone && reached.has(lastZone) && (
                <>
                  {" · "}
                  {zoneName(lastZone)} <When ns={reached.get(lastZone)!} />
                </>
              )}
            </p>
          </section>
          <section className="panel answer">
            <h2>{t(incidentTexts.who)}</h2>
            <div className="actions">
              <p className="lead grow">
                {mine ? t(incidentTexts.youHaveIt) : statusText(incident, t, people)}
                {incident.owned_at && owner && (
                  <small className="soft" style={{ display: "block", fontSize: 14, fontWeight: 400 }}>
                    <When ns={incident.owned_at} />
                  </small>
                )}
              </p>
              <span className="desktop-take">
                <TakeButton incident={incident} doing={doing} />
              </span>
              {mine && !over && (
                <button className="button" disabled={doing.busy !== null} onClick={() => void doing.run("release")} title={t(incidentTexts.releaseHint)}>
                  {t(doing.busy === "release" ? incidentTexts.sending : incidentTexts.release)}
                </button>
              )}
            </div>
            {doing.problem && (
              <p role="alert" style={{ marginTop: 8, fontWeight: 600 }}>
                {t(incidentTexts.notSent)}: {t(doing.problem)}
              </p>
            )}
          </section>
          <WhatToDo incident={incident} />
        </div>
        <section className="panel spread">
          <SitePlan storey={storey} incidents={[incident]} focus={incident.zones} reached={reached} />
          <ol>
            {incident.zones.map((id, i) => (
              <li key={id}>
                {t(incidentTexts.order, { n: i + 1, zone: zoneName(id) })}{" "}
                {reached.has(id) && (
                  <span className="soft">
                    <When ns={reached.get(id)!} short />
                  </span>
                )}
              </li>
            ))}
          </ol>
        </section>
      </div>
      <div className="columns">
        <div className="stack" style={{ display: "grid", gap: 14, gridTemplateColumns: "minmax(0,1fr)" }}>
          <section className="panel">
            <header>
              <h2>{t(incidentTexts.members)}</h2>
              <span className="muted">{incident.members.length}</span>
            </header>
            <MemberTable incident={incident} />
          </section>
          <Told notices={told} fetched={fetched} />
        </div>
        <section className="panel">
          <header>
            <h2>{t(incidentTexts.soFar)}</h2>
          </header>
          {timeline.length === 0 ? <Loading /> : <Timeline lines={timeline} />}
          {!over && <NoteForm doing={doing} />}
          {!over && (
            <div style={{ padding: "0 16px 14px" }}>
              <CloseButton incident={incident} doing={doing} />
            </div>
          )}
        </section>
      </div>
      {!over && !mine && (
        <div className="thumb">
          <TakeButton incident={incident} doing={doing} />
        </div>
      )}
    </article>
  );
}

/** What the first alarm's rationalisation says to do, and how long there is. */
function WhatToDo({ incident }: { incident: Incident }) {
  const t = useSay();
  const language = useLanguage();
  const now = useNow();
  const { definition, failed } = useDefinition(incident.first_out.alarm);
  const why = definition?.rationalisation ?? null;
  const over = incident.status === "closed" || incident.status === "dissolved" || incident.status === "settled";
  const left = why ? why.time_to_respond * 1000 - (now - incident.started / 1e6) : 0;
  // What has ended asks for nothing any more; only what was written down is worth reading afterwards.
  if (!why && (incident.status === "closed" || incident.status === "dissolved")) return null;
  return (
    <section className="panel answer do">
      <h2>{t(incidentTexts.doNow)}</h2>
      {why ? (
        <>
          <p className="lead">{t(why.action)}</p>
          <p className="soft" style={{ marginTop: 6 }}>
            {t(incidentTexts.consequence)}: {t(why.consequence)}
          </p>
          {!over && (
            <p style={{ marginTop: 6 }}>
              <b>{t(incidentTexts.within, { t: duration(why.time_to_respond * 1000, language) })}</b>
              {" · "}
              {left >= 0
                ? t(incidentTexts.left, { t: duration(left, language) })
                : t(incidentTexts.overdue, { t: duration(-left, language) })}
            </p>
          )}
        </>
      ) : (
        <p className={definition || failed ? "lead" : "soft"}>
          {t(definition || failed ? incidentTexts.noAction : incidentTexts.noActionLoading)}
        </p>
      )}
    </section>
  );
}

const PERSONS = new Set(["taken", "released", "note", "closed", "acknowledged"]);
const SPREADS = new Set(["opened", "grew", "merged", "split"]);

function Timeline({ lines }: { lines: TimelineEntry[] }) {
  const t = useSay();
  const language = useLanguage();
  const { site, people, points, zones } = useSite();
  const now = useNow();
  return (
    <ol className="timeline" reversed>
      {[...lines].reverse().map((line) => {
        const who = people.get(line.by ?? "");
        const point = points.get(line.point ?? line.alarm?.split(".")[0] ?? "");
        const zone = zones.get(line.zone ?? "");
        const more = [
          who ? t(who.name) : line.by,
          line.value !== null ? valueText(line.value, line.unit, language, point?.states) : null,
          zone ? t(zone.name) : null,
          line.certainty !== null ? t(incidentTexts.sure, { n: Math.round(line.certainty * 100) }) : null,
        ].filter(Boolean);
        return (
          <li key={line.id}>
            <span className="nowrap">{clock(line.time / 1e6, now, site.timezone)}</span>
            <span className={PERSONS.has(line.kind) ? "dot person" : SPREADS.has(line.kind) ? "dot spread-dot" : "dot"} />
            <div>
              <p>{t(line.text)}</p>
              {more.length > 0 && <p className="muted">{more.join(" · ")}</p>}
            </div>
          </li>
        );
      })}
    </ol>
  );
}

function Told({ notices, fetched }: { notices: Notice[] | null; fetched: boolean }) {
  const t = useSay();
  const states = { sent: incidentTexts.sent, arrived: incidentTexts.arrived, read: incidentTexts.read, failed: incidentTexts.failed };
  return (
    <section className="panel">
      <header>
        <h2>{t(incidentTexts.told)}</h2>
      </header>
      {notices === null ? (
        fetched ? <Empty title={t(incidentTexts.toldUnknown)} /> : <Loading lines={2} />
      ) : notices.length === 0 ? (
        <Empty title={t(incidentTexts.toldNobody)} />
      ) : (
        <div className="tablebox">
          <table className="list">
            <thead>
              <tr>
                <th>{t(incidentTexts.person)}</th>
                <th>{t(incidentTexts.channel)}</th>
                <th>{t(incidentTexts.sent)}</th>
                <th>{t(incidentTexts.arrived)}</th>
                <th>{t(incidentTexts.read)}</th>
              </tr>
            </thead>
            <tbody>
              {notices.map((n) => (
                <tr key={n.id}>
                  <td className="nowrap">
                    {t(n.person_name)}
                    {n.step > 0 && <span className="muted"> · {t(incidentTexts.step, { n: n.step + 1 })}</span>}
                  </td>
                  <td>{n.channel === "websocket" ? t(incidentTexts.websocket) : n.channel}</td>
                  <td>
                    <When ns={n.sent} short />
                  </td>
                  <td>
                    {n.state === "failed" ? (
                      <b title={n.error ?? undefined}>{t(states.failed)}</b>
                    ) : n.arrived ? (
                      <When ns={n.arrived} short />
                    ) : (
                      <span className="muted">—</span>
                    )}
                  </td>
                  <td>{n.read ? <When ns={n.read} short /> : <span className="muted">—</span>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
