import { ns } from "../../api/client";
import type { AlarmEvent } from "../../api/types";
import { useMemo } from "react";
import { serverNow } from "../../app/clock";
import { useAsk } from "../../app/ask";
import { useLanguage, useSay } from "../../app/language";
import { useLive } from "../../app/live";
import { Link, setQuery, useAddress } from "../../app/router";
import { useSite } from "../../app/site";
import { PriorityMark } from "../../parts/priority";
import { Empty, Failed, Loading } from "../../parts/states";
import { valueText } from "../../parts/value";
import { When } from "../../parts/when";
import { alarmTexts, changeNames } from "./texts";

const SPANS: [string, number, { zh: string; en: string }][] = [
  ["1h", 3_600_000, alarmTexts.h1],
  ["24h", 86_400_000, alarmTexts.h24],
  ["7d", 7 * 86_400_000, alarmTexts.d7],
];

/** What happened to alarms, newest first. */
export function Journal() {
  const t = useSay();
  const language = useLanguage();
  const { query } = useAddress();
  const { zones, people, points } = useSite();
  const alarms = useLive("alarms");
  const name = query.get("span") ?? "24h";
  const span = (SPANS.find(([n]) => n === name) ?? SPANS[1]!)[1];
  // Asked anew when an alarm changed, at most every five seconds.
  const end = useMemo(() => Math.ceil(serverNow() / 5000) * 5000, [alarms, span]);
  const asked = useAsk<AlarmEvent[]>(`/alarms/journal?start=${ns(end - span)}&end=${ns(end)}&limit=500`);
  const kept = useMemo<{ data: AlarmEvent[] | null }>(() => ({ data: null }), [span]);
  if (asked.data) kept.data = asked.data;
  const rows = useMemo(() => [...(kept.data ?? [])].sort((a, b) => b.decided_time - a.decided_time), [kept.data]);
  return (
    <>
      <div className="toolbar">
        <div className="choices" role="group" aria-label={t(alarmTexts.range)}>
          {SPANS.map(([n, , text]) => (
            <button key={n} className="button" aria-pressed={n === name} onClick={() => setQuery({ span: n === "24h" ? null : n })}>{t(text)}</button>
          ))}
        </div>
      </div>
      <section className="panel">
        {kept.data === null ? (
          asked.error ? <Failed error={asked.error} retry={asked.again} /> : <Loading lines={8} />
        ) : rows.length === 0 ? (
          <Empty title={t(alarmTexts.noJournal)} />
        ) : (
          <div className="tablebox">
            <table className="list journal">
              <thead>
                <tr>
                  <th>{t(alarmTexts.time)}</th>
                  <th></th>
                  <th>{t(alarmTexts.alarm)}</th>
                  <th>{t(alarmTexts.change)}</th>
                  <th className="num">{t(alarmTexts.value)}</th>
                  <th>{t(alarmTexts.by)}</th>
                  <th>{t(alarmTexts.reason)}</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((e) => {
                  const who = people.get(e.by ?? "");
                  const states = points.get(e.point)?.states;
                  return (
                    <tr key={e.id}>
                      <td><When ns={e.decided_time} /></td>
                      <td><PriorityMark priority={e.priority} hollow={!e.active} /></td>
                      <td>
                        <Link to={`/points/${encodeURIComponent(e.point)}`}>{t(e.message)}</Link>
                        <div className="muted">{t(zones.get(e.zone)?.name ?? { zh: e.zone, en: e.zone })} · {points.has(e.point) ? t(points.get(e.point)!.name) : e.alarm}</div>
                      </td>
                      <td className="nowrap">{t(changeNames[e.change] ?? { zh: e.change, en: e.change })}</td>
                      <td className="num">{valueText(e.value, e.unit, language, states)}{e.limit !== null && <span className="muted"> / {valueText(e.limit, e.unit, language, states)}</span>}</td>
                      <td>{who ? t(who.name) : e.by}</td>
                      <td>{e.reason}</td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </div>
        )}
      </section>
    </>
  );
}
