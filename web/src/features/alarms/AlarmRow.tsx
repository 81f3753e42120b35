import type { AlarmStatus } from "../../api/types";
import { clock, useNow } from "../../app/clock";
import { useLanguage, useSay } from "../../app/language";
import { useMe } from "../../app/me";
import { Link } from "../../app/router";
import { useSite } from "../../app/site";
import { PriorityMark } from "../../parts/priority";
import { hazardNames, kindNames, partsTexts } from "../../parts/texts";
import { valueText } from "../../parts/value";
import { When } from "../../parts/when";
import { isLatched, isUnacked, type Column } from "./list";
import { alarmTexts, stateNames } from "./texts";

/** One alarm with what may be done about it. */
export function AlarmRow(props: {
  alarm: AlarmStatus; index: number; columns: Column[]; chosen: boolean; here: boolean; busy: string | null;
  onChoose: () => void; onAcknowledge: () => void; onShelve: () => void; onTakeOut: () => void; onOne: (verb: string) => void;
}) {
  const { alarm: a, index, columns, chosen, here, busy, onChoose, onAcknowledge, onShelve, onTakeOut, onOne } = props;
  const t = useSay();
  const language = useLanguage();
  const now = useNow();
  const { may } = useMe();
  const { site, zones, points, people } = useSite();
  const unacked = isUnacked(a);
  const point = points.get(a.point);
  const zone = zones.get(a.zone);
  const who = people.get(a.by ?? "");
  const detail = [
    a.until !== null && (a.state === "shelved" || a.state === "out_of_service") ? t(alarmTexts.until, { t: clock(a.until / 1e6, now, site.timezone, "minute") }) : null,
    a.state !== "unack_active" && who ? t(who.name) : null,
    a.why ? t(a.why) : a.reason,
  ].filter(Boolean);
  const top = a.state === "unack_active" && a.priority === 1;
  const cells: Record<Column, React.ReactNode> = {
    zone: <span key="zone" className="zone soft" role="cell">{zone ? t(zone.name) : a.zone}</span>,
    value: (
      <span key="value" className="num value" role="cell">
        <b>{valueText(a.value, a.unit, language, point?.states)}</b>
        {a.limit !== null && <small className="muted">{t(partsTexts.limit)} {valueText(a.limit, a.unit, language, point?.states)}</small>}
      </span>
    ),
    state: (
      <span key="state" className="status" role="cell">
        {isLatched(a) ? t(alarmTexts.latched) : unacked ? <b>{t(stateNames[a.state]!)}</b> : t(stateNames[a.state]!)}
        {detail.length > 0 && <small className="muted" title={detail.join(" · ")}>{detail.join(" · ")}</small>}
      </span>
    ),
    since: <span key="since" className="since" role="cell"><When ns={a.since} /></span>,
    hazard: <span key="hazard" className="soft" role="cell">{t(hazardNames[a.hazard] ?? { zh: a.hazard, en: a.hazard })}</span>,
    kind: <span key="kind" className="soft" role="cell">{t(kindNames[a.kind] ?? { zh: a.kind, en: a.kind })}</span>,
  };
  return (
    <div className={`alarm-row${top ? " unacked-top" : ""}${here ? " here" : ""}`} role="row" aria-rowindex={index + 1} aria-selected={chosen}>
      <span className="pick" role="cell">
        {unacked && may("alarms.acknowledge") && <input type="checkbox" checked={chosen} onChange={onChoose} aria-label={t(alarmTexts.select, { name: t(a.message) })} tabIndex={-1} />}
      </span>
      <span role="cell"><PriorityMark priority={a.priority} size={26} hollow={a.state !== "unack_active"} /></span>
      <span className="name" role="cell">
        <Link to={`/points/${encodeURIComponent(a.point)}`}><b>{t(a.message)}</b></Link>
        <small className="muted" title={a.alarm}>{point ? `${t(point.name)} · ${a.alarm}` : a.alarm}</small>
      </span>
      {columns.map((c) => cells[c])}
      <span className="buttons" role="cell">
        {unacked && may("alarms.acknowledge") && <button className="button" disabled={busy !== null} onClick={onAcknowledge}>{t(busy === `ack ${a.alarm}` ? alarmTexts.sending : alarmTexts.acknowledge)}</button>}
        {isLatched(a) && may("alarms.reset") && <button className="button" disabled={busy !== null} onClick={() => onOne("reset")}>{t(alarmTexts.reset)}</button>}
        <WayBack alarm={a} busy={busy !== null} onOne={onOne} />
        {!["shelved", "suppressed", "out_of_service"].includes(a.state) && (
          <>
            {may("alarms.shelve") && <button className="button" disabled={busy !== null || !a.shelvable} title={a.shelvable ? undefined : t(alarmTexts.cannotShelve)} onClick={onShelve}>{t(alarmTexts.shelve)}</button>}
            {may("alarms.take_out") && <button className="button out" disabled={busy !== null} onClick={onTakeOut}>{t(alarmTexts.takeOut)}</button>}
          </>
        )}
      </span>
    </div>
  );
}

/** How an alarm that is out of sight comes back. */
export function WayBack({ alarm: a, busy, onOne }: { alarm: AlarmStatus; busy: boolean; onOne: (verb: string) => void }) {
  const t = useSay();
  const { may } = useMe();
  if (a.state === "shelved" && may("alarms.unshelve")) return <button className="button" disabled={busy} onClick={() => onOne("unshelve")}>{t(alarmTexts.unshelve)}</button>;
  if (a.state === "out_of_service" && may("alarms.put_back")) return <button className="button" disabled={busy} onClick={() => onOne("put_back")}>{t(alarmTexts.putBack)}</button>;
  return null;
}
