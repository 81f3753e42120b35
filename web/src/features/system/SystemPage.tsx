import type { Health, Person, Process } from "../../api/types";
import { useAsk } from "../../app/ask";
import { useNow } from "../../app/clock";
import { useLanguage, useSay } from "../../app/language";
import { useLive } from "../../app/live";
import { useSite } from "../../app/site";
import { PageHead } from "../../parts/head";
import { Empty, Failed, Loading } from "../../parts/states";
import { digits } from "../../parts/value";
import { When } from "../../parts/when";
import { shownState, SourceMark } from "../overview/SourceStrip";
import { overviewTexts } from "../overview/texts";
import { systemTexts } from "./texts";

const protocolNames: Record<string, string> = {
  opcua: "OPC UA", modbus: "Modbus TCP", iec104: "IEC 60870-5-104", mqtt: "MQTT", sparkplug: "Sparkplug B", sql: "SQL", rest: "REST",
};

/** How the platform itself is: what runs, what is connected, what went wrong and how often. */
export default function SystemPage() {
  const t = useSay();
  const health = useAsk<Health>("/health", 2000);
  return (
    <div className="system-page">
      <PageHead title={t(systemTexts.title)}>
        {health.data && <b role="status">{t(health.data.healthy ? systemTexts.well : systemTexts.notWell)}</b>}
      </PageHead>
      {health.data ? (
        <>
          <Processes health={health.data} />
          <Sources />
          <OnDuty />
          <Errors processes={health.data.processes} />
        </>
      ) : health.error ? (
        <Failed error={health.error} retry={health.again} />
      ) : (
        <Loading lines={8} />
      )}
    </div>
  );
}

function processState(state: string): keyof typeof systemTexts {
  return state === "running" || state === "starting" || state === "stopping" ? state : "missing";
}

function Processes({ health }: { health: Health }) {
  const t = useSay();
  const names: Record<string, { zh: string; en: string }> = systemTexts;
  return (
    <section className="panel">
      <header>
        <h2>{t(systemTexts.processes)}</h2>
        {!health.bus && <b>{t(systemTexts.bus)}: {t(systemTexts.busDown)}</b>}
      </header>
      <div className="tablebox" tabIndex={0}>
        <table className="list">
          <thead>
            <tr>
              <th>{t(systemTexts.process)}</th>
              <th>{t(systemTexts.state)}</th>
              <th>{t(systemTexts.heard)}</th>
              <th>{t(systemTexts.since)}</th>
              <th className="num">{t(systemTexts.errors)}</th>
            </tr>
          </thead>
          <tbody>
            {health.processes.map((p) => {
              const state = processState(p.state);
              const errors = Object.values(p.errors ?? {}).reduce((sum, e) => sum + e.count, 0);
              return (
                <tr key={p.process}>
                  <td className="nowrap">
                    <SourceMark state={state === "running" ? "up" : state === "missing" ? "down" : "connecting"} /> {p.process}
                    {names[p.process] && <span className="muted"> · {t(names[p.process]!)}</span>}
                  </td>
                  <td className="nowrap">{state === "running" ? t(systemTexts[state]) : <b>{t(systemTexts[state])}</b>}</td>
                  <td>{p.time === null ? t(systemTexts.never) : <When ns={p.time} />}</td>
                  <td>{p.started ? <When ns={p.started} /> : "—"}</td>
                  <td className="num">{errors || t(systemTexts.none)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Sources() {
  const t = useSay();
  const now = useNow();
  const language = useLanguage();
  const sources = useLive("sources");
  const confirmed = useLive("confirmed");
  const rows = [...sources.values()].sort((a, b) => a.source.localeCompare(b.source));
  return (
    <section className="panel">
      <header><h2>{t(systemTexts.sources)}</h2></header>
      {rows.length === 0 ? (
        <p className="body soft">{t(confirmed.sources === null ? overviewTexts.sourcesUnknown : overviewTexts.noSources)}</p>
      ) : (
        <div className="tablebox" tabIndex={0}>
          <table className="list">
            <thead>
              <tr>
                <th>{t(systemTexts.source)}</th>
                <th>{t(systemTexts.protocol)}</th>
                <th>{t(systemTexts.state)}</th>
                <th>{t(systemTexts.last)}</th>
                <th className="num">{t(systemTexts.lag)}</th>
                <th className="num">{t(systemTexts.offset)}</th>
                <th className="num">{t(systemTexts.readings)}</th>
                <th className="num">{t(systemTexts.errorCount)}</th>
                <th>{t(systemTexts.detail)}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((s) => {
                const state = shownState(s, now);
                return (
                  <tr key={s.source}>
                    <td className="nowrap"><SourceMark state={state} /> {s.source}</td>
                    <td>{protocolNames[s.protocol] ?? s.protocol}</td>
                    <td className="nowrap">{state === "up" ? t(overviewTexts[state]) : <b>{t(overviewTexts[state])}</b>}</td>
                    <td>{s.last_reading ? <When ns={s.last_reading} /> : t(systemTexts.never)}</td>
                    <td className="num">{s.lag_s === null ? "—" : `${digits(s.lag_s)} s`}</td>
                    <td className="num">{s.clock_offset_s === null ? "—" : `${digits(s.clock_offset_s)} s`}</td>
                    <td className="num">{s.readings.toLocaleString(language === "zh" ? "zh-CN" : "en")}</td>
                    <td className="num">{s.errors}</td>
                    <td>{s.detail}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function OnDuty() {
  const t = useSay();
  const { people } = useSite();
  const asked = useAsk<{ step: number; people: (Person | string)[] }[]>("/duty/on-duty", 30_000);
  const name = (p: Person | string) => {
    const known = people.get(typeof p === "string" ? p : p.id);
    return known ? t(known.name) : typeof p === "string" ? p : p.id;
  };
  return (
    <section className="panel">
      <header><h2>{t(systemTexts.onDuty)}</h2></header>
      {asked.error ? (
        <Empty title={t(systemTexts.onDutyUnknown)} />
      ) : !asked.data ? (
        <Loading lines={2} />
      ) : asked.data.every((s) => s.people.length === 0) ? (
        <Empty title={t(systemTexts.nobody)} />
      ) : (
        <dl className="facts body">
          {asked.data.map((s) => (
            <div key={s.step} style={{ display: "contents" }}>
              <dt>{s.step === 0 ? t(systemTexts.firstTold) : t(systemTexts.step, { n: s.step })}</dt>
              <dd>{s.people.map(name).join(t({ zh: "、", en: ", " }))}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

function Errors({ processes }: { processes: Process[] }) {
  const t = useSay();
  const rows = processes.flatMap((p) => Object.entries(p.errors ?? {}).map(([name, e]) => ({ process: p.process, name, ...e })));
  rows.sort((a, b) => b.last_time - a.last_time);
  return (
    <section className="panel">
      <header><h2>{t(systemTexts.errors)}</h2></header>
      {rows.length === 0 ? (
        <Empty title={t(systemTexts.noErrors)} />
      ) : (
        <div className="tablebox" tabIndex={0}>
          <table className="list">
            <thead>
              <tr>
                <th>{t(systemTexts.error)}</th>
                <th className="num">{t(systemTexts.times)}</th>
                <th>{t(systemTexts.lastTime)}</th>
                <th>{t(systemTexts.lastWords)}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((e) => (
                <tr key={`${e.process} ${e.name}`}>
                  <td><code>{e.name}</code><div className="muted">{e.process}</div></td>
                  <td className="num">{e.count}</td>
                  <td><When ns={e.last_time} /></td>
                  <td className="words">{e.last}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
