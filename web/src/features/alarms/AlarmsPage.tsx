import { useMemo, useState } from "react";
import { ApiProblem, command } from "../../api/client";
import type { AlarmStatus, Text } from "../../api/types";
import { dateTime, clock, useNow } from "../../app/clock";
import { useLanguage, useSay } from "../../app/language";
import { useLive } from "../../app/live";
import { useMe } from "../../app/me";
import { Link, setQuery, useAddress } from "../../app/router";
import { useSite } from "../../app/site";
import { PriorityMark } from "../../parts/priority";
import { Empty } from "../../parts/states";
import { partsTexts } from "../../parts/texts";
import { valueText } from "../../parts/value";
import { VirtualRows } from "../../parts/virtual";
import { When } from "../../parts/when";
import "./alarms.css";
import { Journal } from "./Journal";
import { csvCell, isUnacked, listed, type Filter } from "./list";
import { ShelveDialog } from "./ShelveDialog";
import { alarmTexts, stateNames } from "./texts";

interface Outcome {
  done: string[];
  refused: { alarm: string; code: string; message: Text }[];
}

/** The most the API takes in one acknowledgement. */
const BATCH = 500;

export default function AlarmsPage() {
  const t = useSay();
  const { query } = useAddress();
  const journal = query.get("view") === "journal";
  return (
    <div>
      <div className="toolbar">
        <h1>{t(alarmTexts.title)}</h1>
        <div className="choices" role="group" aria-label={t(alarmTexts.which)}>
          <button className="button" aria-pressed={!journal} onClick={() => setQuery({ view: null })}>{t(alarmTexts.now)}</button>
          <button className="button" aria-pressed={journal} onClick={() => setQuery({ view: "journal" })}>{t(alarmTexts.journal)}</button>
        </div>
      </div>
      {journal ? <Journal /> : <Current />}
    </div>
  );
}

function Current() {
  const t = useSay();
  const language = useLanguage();
  const { site, zones } = useSite();
  const { query } = useAddress();
  const { me } = useMe();
  const alarms = useLive("alarms");
  const confirmed = useLive("confirmed");
  const [chosen, setChosen] = useState<Set<string>>(new Set());
  const [busy, setBusy] = useState<string | null>(null);
  const [said, setSaid] = useState<string | null>(null);
  const [shelving, setShelving] = useState<AlarmStatus | null>(null);
  const filter: Filter = {
    q: query.get("q") ?? "", zone: query.get("zone") ?? "", state: query.get("state") ?? "",
    priority: query.get("priority") ?? "", sort: query.get("sort") ?? "priority",
  };
  const filterKey = Object.values(filter).join("\n");
  const zoneName = (id: string) => zones.get(id)?.name[language] ?? id;
  const rows = useMemo(() => listed(alarms.values(), filter, language, zoneName), [alarms, filterKey, language]);
  const unacked = rows.filter(isUnacked);
  const picked = rows.filter((a) => chosen.has(a.alarm) && isUnacked(a)).map((a) => a.alarm);
  const narrow = window.innerWidth < 760;

  const act = async <T,>(name: string, work: () => Promise<T>, tell?: (result: T) => string | null) => {
    if (!me) {
      setSaid(t(partsTexts.mayNot));
      return;
    }
    setBusy(name);
    setSaid(null);
    try {
      const result = await work();
      setSaid(tell ? tell(result) : t(partsTexts.done));
    } catch (error) {
      setSaid(error instanceof ApiProblem ? t(error.text) : String(error));
    } finally {
      setBusy(null);
    }
  };
  const acknowledge = (names: string[]) =>
    act(
      names.length === 1 ? `ack ${names[0]}` : "ack",
      async () => {
        const total: Outcome = { done: [], refused: [] };
        for (let i = 0; i < names.length; i += BATCH) {
          const part = await command<Outcome>("/alarms/acknowledge", { alarms: names.slice(i, i + BATCH) });
          total.done.push(...part.done);
          total.refused.push(...part.refused);
        }
        setChosen(new Set());
        return total;
      },
      (r) =>
        [
          r.done.length ? t(alarmTexts.acked, { n: r.done.length }) : "",
          r.refused[0] ? t(alarmTexts.refused, { n: r.refused.length, why: t(r.refused[0].message) }) : "",
        ].filter(Boolean).join(language === "zh" ? "；" : "; "),
    );
  const one = (verb: string, alarm: AlarmStatus, more: Record<string, unknown> = {}) =>
    act(`${verb} ${alarm.alarm}`, () => command<AlarmStatus>(`/alarms/${verb}`, { alarm: alarm.alarm, ...more }));
  const download = () => {
    const head = ["alarm", "priority", "state", "zone", "value", "limit", "unit", "since", "message"];
    const lines = rows.map((a) =>
      [a.alarm, a.priority, t(stateNames[a.state]!), zoneName(a.zone), a.value, a.limit, a.unit, dateTime(a.since / 1e6, site.timezone), t(a.message)].map(csvCell).join(","),
    );
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`\ufeff${[head.join(","), ...lines].join("\r\n")}`], { type: "text/csv" }));
    link.download = "alarms.csv";
    link.click();
    URL.revokeObjectURL(link.href);
  };
  const filtered = Boolean(filter.q || filter.zone || filter.state || filter.priority);
  return (
    <>
      <div className="toolbar filters">
        <input className="field grow" type="search" value={filter.q} onChange={(e) => setQuery({ q: e.target.value })} placeholder={t(alarmTexts.search)} aria-label={t(alarmTexts.search)} />
        <Choice name="priority" value={filter.priority} any={t(alarmTexts.anyPriority)} label={t(alarmTexts.priority)} options={[1, 2, 3, 4].map((p) => [String(p), t(partsTexts.priority, { n: p })])} />
        <Choice name="state" value={filter.state} any={t(alarmTexts.anyState)} label={t(alarmTexts.state)} options={([["all", t(alarmTexts.allStates)]] as [string, string][]).concat(Object.entries(stateNames).filter(([s]) => s !== "normal").map(([s, name]) => [s, t(name)]))} />
        <Choice name="zone" value={filter.zone} any={t(alarmTexts.anyZone)} label={t(alarmTexts.zone)} options={site.zones.map((z) => [z.id, t(z.name)])} />
        <select className="field" value={filter.sort} onChange={(e) => setQuery({ sort: e.target.value === "priority" ? null : e.target.value })} aria-label={t(alarmTexts.sort)}>
          <option value="priority">{t(alarmTexts.byPriority)}</option>
          <option value="time">{t(alarmTexts.byTime)}</option>
          <option value="zone">{t(alarmTexts.byZone)}</option>
        </select>
      </div>
      <div className="toolbar acts">
        <label className="pick-all">
          <input
            type="checkbox" checked={unacked.length > 0 && picked.length === unacked.length} disabled={unacked.length === 0}
            onChange={(e) => setChosen(e.target.checked ? new Set(unacked.map((a) => a.alarm)) : new Set())}
          />
          {t(alarmTexts.selectAll)}
        </label>
        <button className="button main" disabled={picked.length === 0 || busy !== null} onClick={() => void acknowledge(picked)}>
          {busy === "ack" ? t(alarmTexts.sending) : picked.length ? t(alarmTexts.acknowledgeN, { n: picked.length }) : t(alarmTexts.acknowledgeChosen)}
        </button>
        <span role="status" className="said">{said}</span>
        <span className="soft end">{filtered ? t(alarmTexts.shownOf, { n: rows.length, all: alarms.size }) : t(alarmTexts.shown, { n: rows.length })}</span>
        <button className="button csv" onClick={download} disabled={rows.length === 0}>{t(alarmTexts.csv)}</button>
      </div>
      <section className="panel alarm-table" role="table" aria-rowcount={rows.length}>
        {rows.length > 0 && !narrow && (
          <div className="alarm-row head" role="row">
            <span />
            <span />
            <span role="columnheader">{t(alarmTexts.alarm)}</span>
            <span role="columnheader">{t(alarmTexts.zone)}</span>
            <span role="columnheader" className="num">{t(alarmTexts.value)}</span>
            <span role="columnheader">{t(alarmTexts.state)}</span>
            <span role="columnheader">{t(alarmTexts.since)}</span>
            <span />
          </div>
        )}
        {rows.length === 0 ? (
          confirmed.alarms === null ? (
            <Empty title={t(alarmTexts.unknown)}>{t(alarmTexts.unknownHow)}</Empty>
          ) : filtered ? (
            <div className="state">
              <b>{t(alarmTexts.noneMatch)}</b>
              <p />
              <button className="button" onClick={() => setQuery({ q: null, zone: null, state: null, priority: null })}>{t(alarmTexts.clear)}</button>
            </div>
          ) : (
            <Empty title={t(alarmTexts.none)}>{t(alarmTexts.noneHow)}</Empty>
          )
        ) : (
          <VirtualRows
            count={rows.length} rowHeight={narrow ? 128 : 60} label={t(alarmTexts.title)}
            row={(i) => {
              const a = rows[i]!;
              return (
                <Row
                  key={a.alarm} alarm={a} chosen={chosen.has(a.alarm)} busy={busy}
                  onChoose={(on) =>
                    setChosen((before) => {
                      const next = new Set(before);
                      if (on) next.add(a.alarm);
                      else next.delete(a.alarm);
                      return next;
                    })
                  }
                  onAcknowledge={() => void acknowledge([a.alarm])} onShelve={() => setShelving(a)} onOne={(verb) => void one(verb, a)}
                />
              );
            }}
          />
        )}
      </section>
      {shelving && (
        <ShelveDialog
          alarm={shelving} busy={busy !== null} onCancel={() => setShelving(null)}
          onShelve={(seconds, reason) => {
            const alarm = shelving;
            void one("shelve", alarm, { seconds, reason }).then(() => setShelving(null));
          }}
        />
      )}
    </>
  );
}

function Choice(props: { name: string; value: string; any: string; label: string; options: [string, string][] }) {
  return (
    <select className="field" value={props.value} onChange={(e) => setQuery({ [props.name]: e.target.value })} aria-label={props.label}>
      <option value="">{props.any}</option>
      {props.options.map(([value, text]) => (
        <option key={value} value={value}>{text}</option>
      ))}
    </select>
  );
}

function Row(props: {
  alarm: AlarmStatus; chosen: boolean; busy: string | null; onChoose: (on: boolean) => void; onAcknowledge: () => void; onShelve: () => void; onOne: (verb: string) => void;
}) {
  const { alarm: a, chosen, busy, onChoose, onAcknowledge, onShelve, onOne } = props;
  const t = useSay();
  const language = useLanguage();
  const now = useNow();
  const { site, zones, points, people } = useSite();
  const unacked = isUnacked(a);
  const point = points.get(a.point);
  const zone = zones.get(a.zone);
  const who = people.get(a.by ?? "");
  const detail = [
    a.until !== null && a.state === "shelved" ? t(alarmTexts.until, { t: clock(a.until / 1e6, now, site.timezone, "minute") }) : null,
    a.state !== "unack_active" && who ? t(who.name) : null,
    a.reason,
  ].filter(Boolean);
  const top = a.state === "unack_active" && a.priority === 1;
  return (
    <div className={top ? "alarm-row unacked-top" : "alarm-row"} role="row">
      <span className="pick" role="cell">
        {unacked && <input type="checkbox" checked={chosen} onChange={(e) => onChoose(e.target.checked)} aria-label={t(alarmTexts.select, { name: t(a.message) })} />}
      </span>
      <span role="cell"><PriorityMark priority={a.priority} size={26} hollow={a.state !== "unack_active"} /></span>
      <span className="name" role="cell">
        <Link to={`/points/${encodeURIComponent(a.point)}`}><b>{t(a.message)}</b></Link>
        <small className="muted" title={a.alarm}>{point ? `${t(point.name)} · ${a.alarm}` : a.alarm}</small>
      </span>
      <span className="zone soft" role="cell">{zone ? t(zone.name) : a.zone}</span>
      <span className="num value" role="cell">
        <b>{valueText(a.value, a.unit, language, point?.states)}</b>
        {a.limit !== null && <small className="muted">{t(partsTexts.limit)} {valueText(a.limit, a.unit, language, point?.states)}</small>}
      </span>
      <span className="status" role="cell">
        {unacked ? <b>{t(stateNames[a.state]!)}</b> : t(stateNames[a.state]!)}
        {detail.length > 0 && <small className="muted">{detail.join(" · ")}</small>}
      </span>
      <span className="since" role="cell"><When ns={a.since} /></span>
      <span className="buttons" role="cell">
        {unacked && <button className="button" disabled={busy !== null} onClick={onAcknowledge}>{t(busy === `ack ${a.alarm}` ? alarmTexts.sending : alarmTexts.acknowledge)}</button>}
        {a.state === "shelved" ? (
          <button className="button" disabled={busy !== null} onClick={() => onOne("unshelve")}>{t(alarmTexts.unshelve)}</button>
        ) : a.state === "out_of_service" ? (
          <button className="button" disabled={busy !== null} onClick={() => onOne("put_back")}>{t(alarmTexts.putBack)}</button>
        ) : a.state !== "suppressed" ? (
          <button className="button" disabled={busy !== null || !a.shelvable} title={a.shelvable ? undefined : t(alarmTexts.cannotShelve)} onClick={onShelve}>{t(alarmTexts.shelve)}</button>
        ) : null}
      </span>
    </div>
  );
}
