import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { command } from "../../api/client";
import type { AlarmStatus, Text } from "../../api/types";
import { dateTime } from "../../app/clock";
import { useLanguage, useSay } from "../../app/language";
import { useLive } from "../../app/live";
import { useMe } from "../../app/me";
import { useRemembered } from "../../app/remembered";
import { go, setQuery, useAddress } from "../../app/router";
import { useSite } from "../../app/site";
import { downloadCsv } from "../../parts/csv";
import { wordsOf } from "../../parts/doing";
import { Empty } from "../../parts/states";
import { partsTexts } from "../../parts/texts";
import { VirtualRows } from "../../parts/virtual";
import { AlarmRow } from "./AlarmRow";
import { ColumnChooser } from "./ColumnChooser";
import { KeyHelp } from "./KeyHelp";
import { columnsOf, isUnacked, listed, nextRow, nextSort, SORTS, WIDTHS, type Filter } from "./list";
import { ShelveDialog } from "./ShelveDialog";
import { TakeOutDialog } from "./TakeOutDialog";
import { alarmTexts, columnNames, stateNames } from "./texts";

interface Outcome {
  done: string[];
  refused: { alarm: string; code: string; message: Text }[];
}

/** The most the API takes in one acknowledgement. */
const BATCH = 500;

/** Alarms that stand now: filtered and sorted by the address, acknowledged many at once, worked by keyboard. */
export function CurrentAlarms() {
  const t = useSay();
  const language = useLanguage();
  const { site, zones } = useSite();
  const { query } = useAddress();
  const { may } = useMe();
  const alarms = useLive("alarms");
  const confirmed = useLive("confirmed");
  const [chosen, setChosen] = useState<Set<string>>(new Set());
  const [busy, setBusy] = useState<string | null>(null);
  const [said, setSaid] = useState<string | null>(null);
  const [refused, setRefused] = useState<Outcome["refused"]>([]);
  const [shelving, setShelving] = useState<AlarmStatus | null>(null);
  const [takingOut, setTakingOut] = useState<AlarmStatus | null>(null);
  const [help, setHelp] = useState(false);
  const [cursor, setCursor] = useState<string | null>(null);
  const [remembered, remember] = useRemembered("alarm-columns", "");
  const table = useRef<HTMLElement>(null);
  const search = useRef<HTMLInputElement>(null);
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
  const rowHeight = narrow ? 156 : 60;
  const columns = columnsOf(remembered);
  const at = cursor === null ? -1 : rows.findIndex((a) => a.alarm === cursor);
  const template = `34px 36px minmax(220px, 2.2fr) ${columns.map((c) => WIDTHS[c]).join(" ")} 270px`;

  const act = async (name: string, work: () => Promise<string>) => {
    setBusy(name);
    setSaid(null);
    setRefused([]);
    try {
      setSaid(await work());
      return true;
    } catch (error) {
      setSaid(t(wordsOf(error)));
      return false;
    } finally {
      setBusy(null);
    }
  };
  const acknowledge = (names: string[]) =>
    act(names.length === 1 ? `ack ${names[0]}` : "ack", async () => {
      const total: Outcome = { done: [], refused: [] };
      for (let i = 0; i < names.length; i += BATCH) {
        const part = await command<Outcome>("/alarms/acknowledge", { alarms: names.slice(i, i + BATCH) });
        total.done.push(...part.done);
        total.refused.push(...part.refused);
      }
      setChosen(new Set(total.refused.map((r) => r.alarm)));
      setRefused(total.refused);
      return [
        total.done.length ? t(alarmTexts.acked, { n: total.done.length }) : "",
        total.refused.length ? t(alarmTexts.refusedN, { n: total.refused.length }) : "",
      ].filter(Boolean).join(language === "zh" ? "；" : "; ");
    });
  const one = (verb: string, alarm: AlarmStatus, more: Record<string, unknown> = {}, done: Text = partsTexts.done) =>
    act(`${verb} ${alarm.alarm}`, () => command(`/alarms/${verb}`, { alarm: alarm.alarm, ...more }).then(() => t(done)));
  const toggle = (alarm: AlarmStatus) =>
    setChosen((before) => {
      const next = new Set(before);
      if (!next.delete(alarm.alarm) && isUnacked(alarm)) next.add(alarm.alarm);
      return next;
    });

  const goTo = (index: number) => {
    setCursor(rows[index]!.alarm);
    const box = table.current?.querySelector('[role="rowgroup"]')?.getBoundingClientRect();
    if (!box) return;
    // The head of page and table stands over the first rows.
    const above = 110, top = box.top + index * rowHeight;
    if (top < above) window.scrollBy(0, top - above);
    else if (top + rowHeight > window.innerHeight) window.scrollBy(0, top + rowHeight - window.innerHeight + 8);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const to = nextRow(event.key, at, rows.length, Math.max(1, Math.floor(window.innerHeight / rowHeight) - 3));
    const here = at >= 0 ? rows[at] : undefined;
    const target = event.target as HTMLElement;
    const onControl = target.closest("a, button, input, select, textarea") !== null;
    if (to !== null) goTo(to);
    else if (event.key === " " && here && !onControl) toggle(here);
    else if (event.key === "Enter" && here && !onControl) go(`/points/${encodeURIComponent(here.point)}`);
    else if (event.key === "a" && busy === null && may("alarms.acknowledge")) {
      const names = picked.length ? picked : here && isUnacked(here) ? [here.alarm] : [];
      if (names.length) void acknowledge(names);
    } else if (event.key === "s" && here?.shelvable && may("alarms.shelve")) setShelving(here);
    else if (event.key === "Escape") setChosen(new Set());
    else return;
    event.preventDefault();
  };
  useEffect(() => {
    const anywhere = (event: globalThis.KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if ((event.target as HTMLElement).closest("input, select, textarea, dialog")) return;
      if (event.key === "?") setHelp(true);
      else if (event.key === "/") search.current?.focus();
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", anywhere);
    return () => window.removeEventListener("keydown", anywhere);
  }, []);

  const download = () =>
    downloadCsv("alarms.csv", [
      ["alarm", "point", "priority", "state", "active", "zone", "value", "limit", "unit", "since", "by", "reason", "message"].map((c) => c),
      ...rows.map((a) => [a.alarm, a.point, a.priority, t(stateNames[a.state]!), a.active ? 1 : 0, zoneName(a.zone), a.value, a.limit, a.unit, dateTime(a.since / 1e6, site.timezone), a.by, a.why ? t(a.why) : a.reason, t(a.message)]),
    ]);
  const filtered = Boolean(filter.q || filter.zone || filter.state || filter.priority);
  const head = (column: string, sort: string, name: string, num = false) => {
    const turned = filter.sort === `-${sort}`;
    const on = turned || filter.sort === sort;
    return (
      <span key={column} role="columnheader" className={num ? "num" : undefined} aria-sort={on ? (turned ? "descending" : "ascending") : "none"}>
        {SORTS.includes(sort as never) ? (
          <button className="sorter" onClick={() => setQuery({ sort: nextSort(filter.sort, sort) })}>{name}{on && <span aria-hidden> {turned ? "▲" : "▼"}</span>}</button>
        ) : name}
      </span>
    );
  };
  return (
    <>
      <div className="toolbar filters">
        <input ref={search} className="field grow" type="search" value={filter.q} onChange={(e) => setQuery({ q: e.target.value })} placeholder={t(alarmTexts.search)} aria-label={t(alarmTexts.search)} />
        <Choice name="priority" value={filter.priority} any={t(alarmTexts.anyPriority)} label={t(alarmTexts.priority)} options={[1, 2, 3, 4].map((p) => [String(p), t(partsTexts.priority, { n: p })])} />
        <Choice name="state" value={filter.state} any={t(alarmTexts.anyState)} label={t(alarmTexts.state)} options={([["all", t(alarmTexts.allStates)]] as [string, string][]).concat(Object.entries(stateNames).filter(([s]) => s !== "normal").map(([s, name]) => [s, t(name)]))} />
        <Choice name="zone" value={filter.zone} any={t(alarmTexts.anyZone)} label={t(alarmTexts.zone)} options={site.zones.map((z) => [z.id, t(z.name)])} />
        {narrow && <Choice name="sort" value={filter.sort === "priority" ? "" : filter.sort} any={t(alarmTexts.byPriority)} label={t(alarmTexts.sort)} options={[["time", t(alarmTexts.byTime)], ["zone", t(alarmTexts.byZone)]]} />}
      </div>
      <div className="toolbar acts">
        {may("alarms.acknowledge") && (
          <>
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
          </>
        )}
        <span role="status" className="said">{said}</span>
        <span className="soft end">{filtered ? t(alarmTexts.shownOf, { n: rows.length, all: alarms.size }) : t(alarmTexts.shown, { n: rows.length })}</span>
        {!narrow && <ColumnChooser chosen={columns} onChoose={(next) => remember(next.length ? next.join(",") : "-")} />}
        {!narrow && <button className="button" onClick={() => setHelp(true)} title={t(alarmTexts.keys)} aria-label={t(alarmTexts.keys)}>?</button>}
        <button className="button csv" onClick={download} disabled={rows.length === 0}>{t(alarmTexts.csv)}</button>
      </div>
      {refused.length > 0 && (
        <section className="panel outcome" role="alert">
          <header><h2>{t(alarmTexts.refusedN, { n: refused.length })}</h2><button className="tool" onClick={() => setRefused([])} aria-label={t(partsTexts.cancel)}>✕</button></header>
          <ul>{refused.slice(0, 100).map((r) => <li key={r.alarm}><b>{r.alarm}</b> {t(r.message)}</li>)}</ul>
        </section>
      )}
      <section
        ref={table} className="panel alarm-table" role={rows.length > 0 ? "table" : undefined} aria-rowcount={rows.length > 0 ? rows.length : undefined} aria-label={t(alarmTexts.title)} tabIndex={0} onKeyDown={onKey}
        style={narrow ? undefined : ({ "--columns": template } as React.CSSProperties)}
      >
        {rows.length > 0 && !narrow && (
          <div className="alarm-row head" role="row">
            <span />
            {head("mark", "priority", t(alarmTexts.mark))}
            {head("name", "name", t(alarmTexts.alarm))}
            {columns.map((c) => head(c, c === "since" ? "time" : c, t(columnNames[c]), c === "value"))}
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
            count={rows.length} rowHeight={rowHeight} label={t(alarmTexts.title)}
            row={(i) => {
              const a = rows[i]!;
              return (
                <AlarmRow
                  key={a.alarm} alarm={a} index={i} columns={columns} chosen={chosen.has(a.alarm)} here={i === at} busy={busy} onChoose={() => toggle(a)}
                  onAcknowledge={() => void acknowledge([a.alarm])} onShelve={() => setShelving(a)} onTakeOut={() => setTakingOut(a)} onOne={(verb) => void one(verb, a)}
                />
              );
            }}
          />
        )}
      </section>
      {shelving && (
        <ShelveDialog
          alarm={shelving} busy={busy !== null} onCancel={() => setShelving(null)}
          onShelve={(seconds, reason) => void one("shelve", shelving, { seconds, reason }).then((done) => done && setShelving(null))}
          problem={said}
        />
      )}
      {takingOut && (
        <TakeOutDialog
          alarm={takingOut} busy={busy !== null} onCancel={() => setTakingOut(null)} problem={said}
          onTakeOut={(seconds, reason) => void one("take_out", takingOut, { seconds, reason }, alarmTexts.takeOutSent).then((done) => done && setTakingOut(null))}
        />
      )}
      {help && <KeyHelp onClose={() => setHelp(false)} />}
    </>
  );
}

export function Choice(props: { name: string; value: string; any: string; label: string; options: [string, string][] }) {
  return (
    <select className="field" value={props.value} onChange={(e) => setQuery({ [props.name]: e.target.value })} aria-label={props.label}>
      <option value="">{props.any}</option>
      {props.options.map(([value, text]) => (
        <option key={value} value={value}>{text}</option>
      ))}
    </select>
  );
}
