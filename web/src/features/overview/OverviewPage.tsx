import { useMemo } from "react";
import { useSay } from "../../app/language";
import { useLive, useWatch } from "../../app/live";
import { go, Link, setQuery, useAddress } from "../../app/router";
import { useSite } from "../../app/site";
import { Empty } from "../../parts/states";
import { byUrgency, IncidentRow } from "../incidents/IncidentRow";
import { incidentTexts } from "../incidents/texts";
import { SitePlan } from "../plant/SitePlan";
import { DutyPanel } from "./DutyPanel";
import { FloorTabs } from "./FloorTabs";
import "./overview.css";
import { PeoplePanel } from "./PeoplePanel";
import { SourceStrip } from "./SourceStrip";
import { overviewTexts } from "./texts";
import { ZonePanel } from "./ZonePanel";

/** A plan of more points than this draws values for what the phone and eye can follow only. */
const MANY_POINTS = 2000;

/** The whole site on one screen: what is wrong, where, who has it, whether we can see. */
export function OverviewPage() {
  const t = useSay();
  const { site, zones, points } = useSite();
  const { query } = useAddress();
  const incidents = useLive("incidents");
  const alarms = useLive("alarms");
  const confirmed = useLive("confirmed");
  const narrow = window.innerWidth < 760;
  const wanted = useMemo(() => {
    if (!narrow && points.size <= MANY_POINTS) return "all" as const;
    return [...points.values()].filter((p) => p.kind === "weather" || p.kind === "people_position").map((p) => p.id);
  }, [points, narrow]);
  useWatch(wanted);
  const open = useMemo(() => [...incidents.values()].filter((i) => i.status !== "closed" && i.status !== "dissolved").sort(byUrgency), [incidents]);
  const active = useMemo(() => [...alarms.values()].filter((a) => a.state === "unack_active" || a.state === "ack_active"), [alarms]);
  const unacked = useMemo(() => [...alarms.values()].filter((a) => a.state === "unack_active" || a.state === "return_unack").length, [alarms]);
  const zone = zones.get(query.get("zone") ?? "");
  const worst = open.find((i) => i.status !== "settled");
  const alone = open.filter((i) => i.status === "open").length;
  const floor =
    zone?.storey ?? query.get("floor") ?? zones.get(worst?.first_out.zone ?? "")?.storey ?? site.storeys.find((s) => site.zones.some((z) => z.storey === s.id))?.id ?? "";
  return (
    <div className="overview">
      <h1 className="sr">{t(overviewTexts.title)}</h1>
      <section className="panel map">
        <header>
          <FloorTabs floor={floor} incidents={open} active={active} />
          <Link to="/alarms" className="soft">
            {confirmed.alarms === null
              ? t(overviewTexts.alarmsUnknown)
              : `${t(overviewTexts.activeAlarms, { n: active.length })} · ${t(overviewTexts.unacked, { n: unacked })}`}
          </Link>
        </header>
        <div className="map-body">
          <SitePlan
            storey={floor} incidents={open} focus={zone ? [zone.id] : undefined} wind zoom
            onZone={(id) => setQuery({ zone: id === zone?.id ? null : id }, false)} onIncident={(id) => go(`/incidents/${encodeURIComponent(id)}`)}
          />
        </div>
      </section>
      <div className="side">
        {zone ? (
          <ZonePanel zone={zone.id} />
        ) : (
          <section className="panel scroll first">
            <header>
              <h2>{t(overviewTexts.incidents)}</h2>
              <span className="soft">
                {open.length > 0 && (alone > 0 ? <b>{t(overviewTexts.alone, { n: alone })}</b> : t(overviewTexts.allTaken))}
              </span>
            </header>
            {open.length > 0 ? (
              <ul className="incident-list">
                {open.map((incident) => (
                  <IncidentRow key={incident.id} incident={incident} />
                ))}
              </ul>
            ) : confirmed.incidents === null ? (
              <Empty title={t(incidentTexts.notKnown)}>{t(incidentTexts.notKnownHow)}</Empty>
            ) : (
              <Empty title={t(incidentTexts.allWell)}>{t(incidentTexts.allWellHow)}</Empty>
            )}
          </section>
        )}
        <DutyPanel zone={zone?.id ?? worst?.first_out.zone ?? null} />
        {!zone && <PeoplePanel incidents={open} />}
        <SourceStrip />
      </div>
    </div>
  );
}
