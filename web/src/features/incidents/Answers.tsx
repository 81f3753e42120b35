import type { Incident, Notice } from "../../api/types";
import { duration, useNow } from "../../app/clock";
import { useLanguage, useSay } from "../../app/language";
import { useMe } from "../../app/me";
import { useSite } from "../../app/site";
import { valueText } from "../../parts/value";
import { When } from "../../parts/when";
import { DoingState, OwnerActions, TakeButton, type Doing } from "./actions";
import { statusText } from "./IncidentRow";
import { useDefinition } from "./MemberTable";
import { reachedTimes } from "./spread";
import { incidentTexts } from "./texts";
import { EVERYONE, reached } from "./told";

export const isOver = (incident: Incident) => incident.status === "closed" || incident.status === "dissolved";

/** The five answers in the order in which they are asked: what, where, how bad, who has it, what to do now. */
export function Answers({ incident, told, doing }: { incident: Incident; told: Notice[] | null; doing: Doing }) {
  const t = useSay();
  const language = useLanguage();
  const { zones, points } = useSite();
  const over = isOver(incident);
  const active = incident.members.filter((m) => m.active).length;
  const first = incident.first_out;
  const firstPoint = points.get(first.point);
  const reached = reachedTimes(incident);
  const lastZone = incident.zones[incident.zones.length - 1];
  const zoneName = (id: string) => t(zones.get(id)?.name ?? { zh: id, en: id });
  return (
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
          {over ? statusOver(incident) : `${t(incidentTexts.activeCount, { n: active })} · ${t(incident.growing ? incidentTexts.growing : incidentTexts.steady)}`}
        </p>
        <p className="soft">
          {incident.status === "settled" && <>{t(incidentTexts.statusSettled)} · </>}
          {t(incidentTexts.alarmsCount, { n: incident.members.length })} · {t(incidentTexts.zonesCount, { n: incident.zones.length })}
          {incident.growing && !over && lastZone && reached.has(lastZone) && (
            <>
              {" · "}
              {zoneName(lastZone)} <When ns={reached.get(lastZone)!} />
            </>
          )}
        </p>
      </section>
      <WhoHasIt incident={incident} told={told} doing={doing} />
      <WhatToDo incident={incident} />
    </div>
  );

  function statusOver(i: Incident): string {
    return `${statusText(i, t, new Map())}`;
  }
}

/** Who has it; of one that is over, who had it. */
function WhoHasIt({ incident, told, doing }: { incident: Incident; told: Notice[] | null; doing: Doing }) {
  const t = useSay();
  const { people } = useSite();
  const { me, may } = useMe();
  const over = isOver(incident);
  const mine = incident.owner !== null && incident.owner === me?.id;
  const name = (id: string) => t(people.get(id)?.name ?? { zh: id, en: id });
  const offeredToMe = incident.offered_to !== null && incident.offered_to === me?.id;
  const lead = over
    ? incident.owner ? name(incident.owner) : t(incidentTexts.nobodyHad)
    : mine ? t(incidentTexts.youHaveIt)
    : incident.owner ? t(incidentTexts.statusOwned, { who: name(incident.owner) })
    : t(incidentTexts.statusOpen);
  return (
    <section className={offeredToMe ? "panel answer offered" : "panel answer"}>
      <h2>{t(over ? incidentTexts.whoHad : incidentTexts.who)}</h2>
      <div className="actions">
        <p className="lead grow">
          {lead}
          {incident.owned_at && incident.owner && (
            <small className="soft since">
              <When ns={incident.owned_at} />
            </small>
          )}
          {!over && incident.offered_to && (
            <small className="since">{offeredToMe && incident.owner ? t(incidentTexts.asksYou, { who: name(incident.owner) }) : t(incidentTexts.asked, { who: name(incident.offered_to) })}</small>
          )}
        </p>
        {!over && (
          <span className="desktop-take">
            <TakeButton incident={incident} doing={doing} />
          </span>
        )}
      </div>
      {!over && incident.owner === null && told !== null && <ToldSoFar told={told} />}
      {!over && me && !may("incidents.take") && incident.owner === null && <p className="soft">{t(incidentTexts.mayNotTake)}</p>}
      <OwnerActions incident={incident} doing={doing} />
      <DoingState doing={doing} />
    </section>
  );
}

/** While nobody has it: how far the calls have come. */
function ToldSoFar({ told }: { told: Notice[] }) {
  const t = useSay();
  const steps = reached(told);
  if (steps.length === 0) return <p className="soft">{t(incidentTexts.toldNobody)}</p>;
  const comma = t({ zh: "、", en: ", " });
  const words = steps.map(({ step, names }) => {
    if (step >= EVERYONE) return t(incidentTexts.everyone);
    const who = names.map((name) => t(name)).join(comma);
    return step === 0 ? who : t(incidentTexts.toldAt, { who, step: t(incidentTexts.step, { n: step }) });
  });
  return <p className="soft told-so-far">{t(incidentTexts.toldSoFar, { who: words.join(" → ") })}</p>;
}

/** What the rationalisation of the first alarm says to do, and of the most urgent one where that says something else. */
function WhatToDo({ incident }: { incident: Incident }) {
  const t = useSay();
  const highest = [...incident.members].sort((a, b) => a.priority - b.priority || a.since - b.since)[0] ?? incident.first_out;
  const first = useDefinition(incident.first_out.alarm);
  const second = useDefinition(highest.alarm);
  const firstWhy = first.definition?.rationalisation ?? null;
  const secondWhy = second.definition?.rationalisation ?? null;
  const other = highest.alarm !== incident.first_out.alarm && secondWhy && secondWhy.action.zh !== firstWhy?.action.zh ? secondWhy : null;
  // What has ended asks for nothing any more; only what was written down is worth reading afterwards.
  if (!firstWhy && !other && isOver(incident)) return null;
  const unread = first.failed ? incidentTexts.noActionKnown : incidentTexts.noActionLoading;
  return (
    <section className="panel answer do">
      <h2>{t(incidentTexts.doNow)}</h2>
      {firstWhy && <Duty incident={incident} why={firstWhy} since={incident.started} label={other ? t(incidentTexts.firstOut) : null} />}
      {other && <Duty incident={incident} why={other} since={highest.since} label={t(incidentTexts.mostUrgent)} />}
      {!firstWhy && !other && <p className={first.definition || first.failed ? "lead" : "soft"}>{t(first.definition ? incidentTexts.noAction : unread)}</p>}
    </section>
  );
}

function Duty(props: { incident: Incident; why: { action: { zh: string; en: string }; consequence: { zh: string; en: string }; time_to_respond: number }; since: number; label: string | null }) {
  const { incident, why, since, label } = props;
  const t = useSay();
  const language = useLanguage();
  const now = useNow();
  const left = why.time_to_respond * 1000 - (now - since / 1e6);
  return (
    <div className="duty">
      {label && <p className="soft">{label}</p>}
      <p className="lead">{t(why.action)}</p>
      <p className="soft">
        {t(incidentTexts.consequence)}: {t(why.consequence)}
      </p>
      {!isOver(incident) && incident.status !== "settled" && (
        <p>
          <b>{t(incidentTexts.within, { t: duration(why.time_to_respond * 1000, language) })}</b>
          {" · "}
          {left >= 0 ? t(incidentTexts.left, { t: duration(left, language) }) : t(incidentTexts.overdue, { t: duration(-left, language) })}
        </p>
      )}
    </div>
  );
}
