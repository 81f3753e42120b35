import type { Incident } from "../../api/types";
import { age, useNow } from "../../app/clock";
import { useLanguage, useSay } from "../../app/language";
import { useSite } from "../../app/site";
import { PriorityMark } from "../../parts/priority";
import { usePicture } from "./kept";
import { useOutbox } from "./outbox";
import { Nothing, Part, Row } from "./parts";
import { usePerson } from "./person";
import { sorted } from "./picture";
import { phoneTexts } from "./texts";

/** What is mine and what waits for somebody; what others have comes last. */
export function IncidentsPage() {
  const t = useSay();
  const { me, may } = usePerson();
  const { incidents, known } = usePicture();
  const items = useOutbox();
  const taken = new Set(items.filter((i) => i.kind === "take" && i.state === "waiting").map((i) => i.about));
  const { mine, waiting, others } = sorted(incidents, me?.id ?? null, taken, (i) => may("incidents.take", i.zones));
  return (
    <>
      <h1 className="sr">{t(phoneTexts.incidents)}</h1>
      <Part title={t(phoneTexts.waiting)} count={waiting.length}>
        {waiting.length ? <List incidents={waiting} taken={taken} /> : <Nothing>{t(known ? phoneTexts.noneWaiting : phoneTexts.notKnown)}</Nothing>}
      </Part>
      <Part title={t(phoneTexts.mine)} count={mine.length}>
        {mine.length ? <List incidents={mine} taken={taken} /> : <Nothing>{t(known ? phoneTexts.noneMine : phoneTexts.notKnown)}</Nothing>}
      </Part>
      {others.length > 0 && (
        <Part title={t(phoneTexts.others)} count={others.length}>
          <List incidents={others} taken={taken} />
        </Part>
      )}
    </>
  );
}

export function List({ incidents, taken }: { incidents: Incident[]; taken: Set<string> }) {
  return (
    <ul className="m-list">
      {incidents.map((incident) => (
        <IncidentLine key={incident.id} incident={incident} waits={taken.has(incident.id)} />
      ))}
    </ul>
  );
}

function IncidentLine({ incident, waits }: { incident: Incident; waits: boolean }) {
  const t = useSay();
  const language = useLanguage();
  const now = useNow();
  const { zones, people } = useSite();
  const { me } = usePerson();
  const where = incident.zones.slice(0, 2).map((id) => t(zones.get(id)?.name ?? { zh: id, en: id }));
  const more = incident.zones.length - where.length;
  const owner = people.get(incident.owner ?? "");
  const who = incident.owner === null ? t(phoneTexts.nobody) : t(phoneTexts.whoHasIt, { who: owner ? t(owner.name) : incident.owner });
  const state = incident.status === "settled" ? t(phoneTexts.settled) : incident.growing ? t(phoneTexts.growing) : null;
  return (
    <Row
      to={`/m/incident/${encodeURIComponent(incident.id)}`}
      mark={<PriorityMark priority={incident.priority} size={34} hollow={incident.status === "settled"} />}
      title={t(incident.title)}
      below={
        <>
          {where.join(" → ")}
          {more > 0 && ` +${more}`}
          <br />
          {me !== null && incident.offered_to === me.id && !waits && <span className="tag strong">{t(phoneTexts.offered, { who: owner ? t(owner.name) : "" })}</span>}
          {waits ? <span className="tag strong">{t(phoneTexts.iHaveIt)} · {t(phoneTexts.waitingCount, { n: 1 })}</span> : who}
          {state && ` · ${state}`}
          {incident.exercise && ` · ${t(phoneTexts.exercise)}`}
        </>
      }
      end={age(incident.started / 1e6, now, language)}
    />
  );
}
