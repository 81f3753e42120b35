import type { ReactNode } from "react";
import { Link } from "../../app/router";
import { PriorityMark } from "../../parts/priority";
import { When } from "../../parts/when";
import { useNames } from "./names";
import { dutyTexts } from "./texts";
import type { OpenAlarm, OpenItems } from "./types";

/** What the next shift must know; what no room answers for stands there as not known, never as none. */
export function OpenList({ open }: { open: OpenItems }) {
  const { t, person, zoneList } = useNames();
  return (
    <div className="open-list">
      {open.unknown.map((words, i) => <p key={i} className="refusal body">{t(words)}</p>)}
      <Part title={t(dutyTexts.incidents)} count={open.counts.incidents ?? 0} known>
        {open.incidents.map((incident) => (
          <li key={incident.id}>
            <PriorityMark priority={incident.priority} />
            <Link to={`/incidents/${incident.id}`}>{t(incident.title)}</Link>
            <span className="soft">{zoneList(incident.zones)} · {incident.owner ? t(dutyTexts.owner, { who: person(incident.owner) }) : <b>{t(dutyTexts.noOwner)}</b>} · <When ns={incident.started} /></span>
          </li>
        ))}
      </Part>
      <Alarms title={t(dutyTexts.standing)} alarms={open.standing} count={open.counts.standing} />
      <Alarms title={t(dutyTexts.shelved)} alarms={open.shelved} count={open.counts.shelved} />
      <Alarms title={t(dutyTexts.outOfService)} alarms={open.out_of_service} count={open.counts.out_of_service} />
      <Part title={t(dutyTexts.sources)} count={open.sources?.length ?? 0} known={open.sources !== null}>
        {open.sources?.map((s) => <li key={s.source}><b>{s.source}</b><span className="soft">{s.state} · <When ns={s.since} /> {s.detail}</span></li>)}
      </Part>
      <Part title={t(dutyTexts.rotaGaps)} count={open.gaps.length} known>
        {open.gaps.map((gap, i) => <li key={i}>{t(gap)}</li>)}
      </Part>
    </div>
  );
}

function Alarms({ title, alarms, count }: { title: string; alarms: OpenAlarm[] | null; count: number | undefined }) {
  const { t, person, zone } = useNames();
  return (
    <Part title={title} count={count ?? 0} known={alarms !== null}>
      {alarms?.slice(0, 30).map((alarm) => (
        <li key={alarm.alarm}>
          <PriorityMark priority={alarm.priority} />
          <span>{t(alarm.message)}</span>
          <span className="soft">
            {zone(alarm.zone)} · {alarm.alarm} · <When ns={alarm.since} short />
            {alarm.reason && ` · ${alarm.by ? person(alarm.by) : ""} ${alarm.reason}`}
            {alarm.until && <> → <When ns={alarm.until} short /></>}
          </span>
        </li>
      ))}
      {alarms && alarms.length > 30 && <li className="soft">{t(dutyTexts.more, { n: (count ?? alarms.length) - 30 })}</li>}
    </Part>
  );
}

function Part({ title, count, known, children }: { title: string; count: number; known: boolean; children: ReactNode }) {
  const { t } = useNames();
  return (
    <section>
      <h3>{title} <span className={known && count > 0 ? "tag strong" : "tag"}>{known ? count || t(dutyTexts.none) : t(dutyTexts.unknown)}</span></h3>
      {known && count > 0 && <ul>{children}</ul>}
    </section>
  );
}
