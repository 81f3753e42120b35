import type { Incident } from "../../api/types";
import { duration, useNow } from "../../app/clock";
import { useLanguage, useSay } from "../../app/language";
import { useLive } from "../../app/live";
import { setQuery } from "../../app/router";
import { useSite } from "../../app/site";
import { PriorityMark } from "../../parts/priority";
import { countPeople, total } from "../plant/people";
import { overviewTexts } from "./texts";

/** More zones than this are told by their sum: the list is for a glance. */
const SHOWN = 12;

/** Who may be in danger: people by zone, those of zones with an incident first. */
export function PeoplePanel({ incidents }: { incidents: Incident[] }) {
  const t = useSay();
  const language = useLanguage();
  const now = useNow();
  const { zones, points } = useSite();
  const latest = useLive("latest");
  const counts = countPeople(latest, points.values(), now);
  if (counts.size === 0) return null;
  const struck = new Map<string, number>();
  for (const incident of incidents) {
    if (incident.status === "settled") continue;
    for (const zone of incident.zones) struck.set(zone, Math.min(struck.get(zone) ?? 9, incident.priority));
  }
  const rows = [...counts].sort(([a, m], [b, n]) => (struck.get(a) ?? 9) - (struck.get(b) ?? 9) || (n.people ?? 0) - (m.people ?? 0) || a.localeCompare(b));
  const shown = rows.slice(0, SHOWN);
  const rest = rows.slice(SHOWN);
  const sum = total(counts);
  const inDanger = [...struck.keys()].reduce((n, zone) => n + (counts.get(zone)?.people ?? 0), 0);
  return (
    <section className="panel people-panel">
      <header>
        <h2>{t(overviewTexts.people)}</h2>
        <span className="soft">
          {struck.size > 0 && <b className="danger">{t(overviewTexts.peopleNear, { n: inDanger })} · </b>}
          {t(overviewTexts.peopleAll, { n: sum.people })}
          {sum.unknown > 0 && ` · ${t(overviewTexts.peopleNotKnown, { n: sum.unknown })}`}
        </span>
      </header>
      <ul>
        {shown.map(([zone, count]) => (
          <li key={zone} className={struck.has(zone) ? "struck" : ""}>
            <button onClick={() => setQuery({ zone }, false)}>
              {struck.has(zone) && <PriorityMark priority={struck.get(zone)!} size={20} />}
              <span className="name">{t(zones.get(zone)?.name ?? { zh: zone, en: zone })}</span>
              {count.people === null ? (
                <span className="stale-value" title={count.at === null ? undefined : duration(now - count.at, language)}>{t(overviewTexts.notKnown)}</span>
              ) : (
                <b className="num">{count.people}</b>
              )}
            </button>
          </li>
        ))}
      </ul>
      {rest.length > 0 && <p className="soft more">{t(overviewTexts.peopleElsewhere, { zones: rest.length, n: rest.reduce((n, [, c]) => n + (c.people ?? 0), 0) })}</p>}
    </section>
  );
}
