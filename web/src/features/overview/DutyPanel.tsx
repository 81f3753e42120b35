import { useAsk } from "../../app/ask";
import { useSay } from "../../app/language";
import { Link } from "../../app/router";
import { useSite } from "../../app/site";
import { Loading } from "../../parts/states";
import { overviewTexts } from "./texts";

export interface DutyStep {
  step: number;
  people: { id: string; name: { zh: string; en: string } }[];
}

/** A step in which everyone is named says nothing by its names. */
const NAMED = 6;

/** Who answers now: for the zone looked at or struck, else for the whole site, step by step of escalation. */
export function DutyPanel({ zone }: { zone: string | null }) {
  const t = useSay();
  const { zones, people } = useSite();
  const asked = useAsk<DutyStep[]>(`/duty/on-duty${zone ? `?zone=${encodeURIComponent(zone)}` : ""}`, 30_000);
  const steps = asked.data?.filter((s) => s.people.length > 0) ?? [];
  const everyone = people.size > NAMED && steps.length === 1 && steps[0]!.people.length >= people.size;
  return (
    <section className="panel duty-panel">
      <header>
        <h2>{t(overviewTexts.onDuty)}</h2>
        <Link to="/duty" className="soft">{zone ? t(zones.get(zone)?.name ?? { zh: zone, en: zone }) : t(overviewTexts.wholeSite)}</Link>
      </header>
      {asked.error && !asked.data ? (
        <p className="body"><span className="stale-value">{t(overviewTexts.onDutyUnknown)}</span></p>
      ) : !asked.data ? (
        <Loading lines={2} />
      ) : steps.length === 0 || everyone ? (
        <p className="body"><b>{t(overviewTexts.nobodyOnDuty)}</b></p>
      ) : (
        <dl>
          {steps.map((s) => (
            <div key={s.step}>
              <dt>{s.step === 0 ? t(overviewTexts.toldFirst) : t(overviewTexts.toldAfter, { n: s.step })}</dt>
              <dd>
                {s.people.slice(0, NAMED).map((p) => t(p.name)).join(t({ zh: "、", en: ", " }))}
                {s.people.length > NAMED && ` +${s.people.length - NAMED}`}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
