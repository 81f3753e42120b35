import type { AlarmStatus, Incident } from "../../api/types";
import { useSay } from "../../app/language";
import { setQuery } from "../../app/router";
import { useSite } from "../../app/site";
import { PriorityMark } from "../../parts/priority";
import { plantTexts } from "../plant/texts";
import { overviewTexts } from "./texts";

/** Storeys as tabs; each says what is wrong on it, so that no floor hides behind another. */
export function FloorTabs(props: { floor: string; incidents: Incident[]; active: AlarmStatus[] }) {
  const { floor, incidents, active } = props;
  const t = useSay();
  const { site, zones } = useSite();
  const floors = site.storeys.filter((s) => site.zones.some((z) => z.storey === s.id));
  if (floors.length < 2) return <h2>{t(plantTexts.plan)}</h2>;
  return (
    <div className="floors" role="group" aria-label={t(plantTexts.floors)}>
      {floors.map((s) => {
        const own = (zone: string) => zones.get(zone)?.storey === s.id;
        const here = incidents.filter((i) => i.status !== "settled" && i.zones.some(own));
        const alarms = active.filter((a) => own(a.zone));
        const worst = Math.min(...here.map((i) => i.priority), ...alarms.map((a) => a.priority));
        return (
          <button key={s.id} className="button" aria-pressed={s.id === floor} onClick={() => setQuery({ floor: s.id, zone: null })}>
            {t(s.name)}
            {Number.isFinite(worst) && (
              <span className="floor-count">
                <PriorityMark priority={worst} size={18} />
                {here.length > 0 ? t(overviewTexts.incidentsHere, { n: here.length }) : t(overviewTexts.activeAlarms, { n: alarms.length })}
              </span>
            )}
          </button>
        );
      })}
    </div>
  );
}
