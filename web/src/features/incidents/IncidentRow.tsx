import type { Incident } from "../../api/types";
import { useSay, type Say } from "../../app/language";
import { Link } from "../../app/router";
import { useSite, type SiteData } from "../../app/site";
import { PriorityMark } from "../../parts/priority";
import { When } from "../../parts/when";
import "./incidents.css";
import { incidentTexts } from "./texts";

export function statusText(incident: Incident, t: Say, people: SiteData["people"]): string {
  switch (incident.status) {
    case "open":
      return t(incidentTexts.statusOpen);
    case "owned": {
      const owner = people.get(incident.owner ?? "");
      return t(incidentTexts.statusOwned, { who: owner ? t(owner.name) : (incident.owner ?? "") });
    }
    case "settled":
      return t(incidentTexts.statusSettled);
    case "closed":
      return t(incidentTexts.statusClosed);
    case "dissolved":
      return t(incident.merged_into ? incidentTexts.merged : incidentTexts.statusDissolved);
  }
}

/** Most urgent first: nobody has it before owned before settled, then priority, then the newer. */
export function byUrgency(a: Incident, b: Incident): number {
  const rank = { open: 0, owned: 1, settled: 2, closed: 3, dissolved: 3 };
  const over = (i: Incident) => (rank[i.status] >= 2 ? 1 : 0);
  return over(a) - over(b) || a.priority - b.priority || rank[a.status] - rank[b.status] || b.started - a.started;
}

export function IncidentRow({ incident }: { incident: Incident }) {
  const t = useSay();
  const { zones, people } = useSite();
  const over = incident.status === "closed" || incident.status === "dissolved" || incident.status === "settled";
  const top = incident.status === "open" && incident.priority === 1;
  const where = incident.zones.slice(0, 3).map((id) => t(zones.get(id)?.name ?? { zh: id, en: id }));
  const rest = incident.zones.length - where.length;
  return (
    <li>
      <Link to={`/incidents/${encodeURIComponent(incident.id)}`} className={top ? "incident unacked-top" : "incident"}>
        <PriorityMark priority={incident.priority} size={30} hollow={over} />
        <span className="about">
          <b>{t(incident.title)}</b>
          <span className="soft">
            {where.join(" → ")}
            {rest > 0 && ` +${rest}`}
          </span>
          <span className="line">
            <span className={incident.status === "open" ? "tag strong" : "tag"}>{statusText(incident, t, people)}</span>
            {incident.exercise && <span className="tag">{t(incidentTexts.exercise)}</span>}
            <span className="muted">
              {t(incidentTexts.alarmsCount, { n: incident.members.length })}
              {incident.growing && !over && ` · ${t(incidentTexts.growing)}`}
            </span>
          </span>
        </span>
        <span className="when">
          <When ns={incident.started} />
        </span>
      </Link>
    </li>
  );
}
