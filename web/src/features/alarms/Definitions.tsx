import { useEffect, useState } from "react";
import { get } from "../../api/client";
import type { Definition, Text } from "../../api/types";
import { useAsk } from "../../app/ask";
import { duration } from "../../app/clock";
import { useLanguage, useSay } from "../../app/language";
import { useLive } from "../../app/live";
import { useMe } from "../../app/me";
import { Link, setQuery, useAddress } from "../../app/router";
import { useSite } from "../../app/site";
import { downloadCsv } from "../../parts/csv";
import { wordsOf } from "../../parts/doing";
import { PriorityMark } from "../../parts/priority";
import { Empty, Failed, Loading } from "../../parts/states";
import { partsTexts } from "../../parts/texts";
import { digits, unitText } from "../../parts/value";
import { condition } from "../plant/condition";
import { Choice } from "./CurrentAlarms";
import { definitionTexts } from "./definitionTexts";
import { LimitEditor } from "./LimitEditor";
import { limitTexts } from "./limitTexts";
import { alarmTexts } from "./texts";

type Row = Definition & { name: Text; zone: string };

interface Page {
  total: number;
  offset: number;
  items: Row[];
  limits_known: boolean;
}

const SIZE = 100;
const MOST_CSV = 20_000;

/** Every alarm that is defined, with what is in force and why it exists: the master alarm database of ISA-18.2. */
export default function Definitions() {
  const t = useSay();
  const language = useLanguage();
  const { query } = useAddress();
  const { site, zones } = useSite();
  const { may } = useMe();
  const heard = useLive("limits");
  const q = query.get("q") ?? "";
  const [typed, setTyped] = useState(q);
  const [editing, setEditing] = useState<string | null>(null);
  const [said, setSaid] = useState<Text | null>(null);
  useEffect(() => setTyped(q), [q]);
  useEffect(() => {
    const timer = window.setTimeout(() => typed !== q && setQuery({ q: typed, offset: null }), 200);
    return () => window.clearTimeout(timer);
  }, [typed]);
  const keys = ["zone", "priority", "rationalised", "changed", "sort"] as const;
  const where = keys.map((k) => (query.get(k) ? `&${k}=${encodeURIComponent(query.get(k)!)}` : "")).join("") + (q ? `&q=${encodeURIComponent(q)}` : "");
  const offset = Math.max(0, Number(query.get("offset") ?? 0) || 0);
  const asked = useAsk<Page>(`/definitions?limit=${SIZE}&offset=${offset}${where}`);
  useEffect(() => {
    if (heard) asked.again();
  }, [heard]);
  const page = asked.data;
  const download = async () => {
    try {
      const rows: Row[] = [];
      for (let from = 0; from < MOST_CSV; from += 500) {
        const part = await get<Page>(`/definitions?limit=500&offset=${from}${where}`);
        rows.push(...part.items);
        if (rows.length >= part.total) break;
      }
      downloadCsv("alarm-definitions.csv", [
        ["alarm", "point", "zone", "type", "at", "unit", "deadband", "on_delay", "off_delay", "priority", "changed", "file_at", "cause", "consequence", "action", "time_to_respond"],
        ...rows.map((d) => {
          const why = d.rationalisation;
          return [d.alarm, t(d.name), zones.get(d.zone)?.name[language] ?? d.zone, d.type, d.at, d.unit, d.deadband ?? null, d.on_delay ?? null, d.off_delay ?? null, d.priority, d.overridden ? 1 : 0, d.file?.at ?? null, why ? t(why.cause) : "", why ? t(why.consequence) : "", why ? t(why.action) : "", why ? why.time_to_respond : null];
        }),
      ]);
    } catch (error) {
      setSaid(wordsOf(error));
    }
  };
  const select = (name: string, any: Text, options: [string, string][]) => <Choice name={name} value={query.get(name) ?? ""} any={t(any)} label={t(any)} options={options} />;
  return (
    <>
      <div className="toolbar filters">
        <input className="field grow" type="search" value={typed} onChange={(e) => setTyped(e.target.value)} placeholder={t(definitionTexts.search)} aria-label={t(definitionTexts.search)} />
        {select("rationalised", definitionTexts.anyWhy, [["false", t(definitionTexts.withoutWhy)], ["true", t(definitionTexts.withWhy)]])}
        {select("changed", definitionTexts.anyChange, [["true", t(definitionTexts.changed)], ["false", t(definitionTexts.asFile)]])}
        {select("priority", alarmTexts.anyPriority, [1, 2, 3, 4].map((p) => [String(p), t(partsTexts.priority, { n: p })]))}
        {select("zone", alarmTexts.anyZone, site.zones.map((z) => [z.id, t(z.name)]))}
        <span className="soft" role="status">{said ? t(said) : page && t(definitionTexts.found, { n: page.total })}</span>
        <button className="button csv" disabled={!page?.total} onClick={() => void download()}>{t(alarmTexts.csv)}</button>
      </div>
      {page && !page.limits_known && <p className="panel remarks" role="alert">{t(limitTexts.notKnown)}</p>}
      <section className="panel">
        {!page ? (
          asked.error ? <Failed error={asked.error} retry={asked.again} /> : <Loading lines={10} />
        ) : page.items.length === 0 ? (
          <Empty title={t(definitionTexts.none)}>{t(definitionTexts.noneHow)}</Empty>
        ) : (
          <div className="tablebox" tabIndex={0}>
            <table className="list definitions">
              <thead>
                <tr>
                  <th></th>
                  <th>{t(alarmTexts.alarm)}</th>
                  <th>{t(definitionTexts.condition)}</th>
                  <th>{t(definitionTexts.why)}</th>
                  <th></th>
                </tr>
              </thead>
              <tbody>
                {page.items.map((d) => (
                  <tr key={d.alarm}>
                    <td><PriorityMark priority={d.priority} hollow /></td>
                    <td>
                      <Link to={`/points/${encodeURIComponent(d.point)}`}><b>{d.message ? t(d.message) : t(d.name)}</b></Link>
                      <div className="muted">{t(d.name)} · {d.alarm} · {t(zones.get(d.zone)?.name ?? { zh: d.zone, en: d.zone })}</div>
                    </td>
                    <td>
                      {condition(d, language)}
                      {d.overridden && d.file && <div><span className="tag strong">{t(limitTexts.overridden, { file: `${digits(d.file.at)} ${unitText(d.unit, language)}` })}</span> {d.file_changed && <span className="tag strong">{t(limitTexts.fileChangedShort)}</span>}</div>}
                    </td>
                    <td className="why-cell">{d.rationalisation ? <>{t(d.rationalisation.action)} <span className="muted">· {duration(d.rationalisation.time_to_respond * 1000, language)}</span></> : <span className="tag">{t(definitionTexts.withoutWhy)}</span>}</td>
                    <td>{may("alarms.propose_limit") && d.type !== "rule" && d.type !== "vote" && <button className="button" onClick={() => setEditing(d.alarm)}>{t(limitTexts.edit)}</button>}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        {page && page.total > SIZE && (
          <p className="state pager">
            <button className="button" disabled={offset === 0} onClick={() => setQuery({ offset: String(Math.max(0, offset - SIZE)) })}>{t(definitionTexts.before)}</button>
            <span className="soft">{t(definitionTexts.page, { a: offset + 1, b: Math.min(page.total, offset + SIZE), n: page.total })}</span>
            <button className="button" disabled={offset + SIZE >= page.total} onClick={() => setQuery({ offset: String(offset + SIZE) })}>{t(definitionTexts.after)}</button>
          </p>
        )}
      </section>
      {editing && (
        <LimitEditor
          alarm={editing} onClose={() => setEditing(null)}
          onSent={() => {
            setEditing(null);
            setSaid(limitTexts.sent);
          }}
        />
      )}
    </>
  );
}
