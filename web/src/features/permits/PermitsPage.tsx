import type { Page } from "../../api/types";
import { useAsk } from "../../app/ask";
import { clock, duration, useNow } from "../../app/clock";
import { useLanguage, useSay } from "../../app/language";
import { useMe } from "../../app/me";
import { Link, setQuery, useAddress } from "../../app/router";
import { useSite } from "../../app/site";
import { PageHead } from "../../parts/head";
import { Empty, Failed, Loading } from "../../parts/states";
import { workNames } from "../flows/cardTexts";
import { statusTexts } from "./permit";
import { Status, useNames } from "./Run";
import { permitTexts } from "./texts";
import type { Finding, Offer, RunView, TaskOf } from "./types";
import { useRunNews } from "./useRuns";
import { FoundWords } from "./Verdict";
import "./permits.css";

const PAGE = 50;
const EVERY_MS = 60_000;
const shows = { open: permitTexts.open, ended: permitTexts.ended, all: permitTexts.all };
const sorts = { "-started": permitTexts.newest, due: permitTexts.byDue, zone: permitTexts.byZone, status: permitTexts.byStatus };

/** Every permit by zone and status, what waits for me, and the alarms that rules raised. */
export default function PermitsPage() {
  const t = useSay();
  const { query } = useAddress();
  const { site } = useSite();
  const show = (query.get("show") ?? "open") in shows ? ((query.get("show") ?? "open") as keyof typeof shows) : "open";
  const sort = (query.get("sort") ?? "-started") in sorts ? ((query.get("sort") ?? "-started") as keyof typeof sorts) : "-started";
  const zone = query.get("zone") ?? "";
  const status = query.get("status") ?? "";
  const q = query.get("q") ?? "";
  const offset = Math.max(0, Number(query.get("offset")) || 0);
  const asking = new URLSearchParams({ sort, offset: String(offset), limit: String(PAGE) });
  if (show !== "all") asking.set("open", String(show === "open"));
  if (zone) asking.set("zone", zone);
  if (/^[0-6]$/.test(status)) asking.set("status", status);
  if (q) asking.set("q", q);
  const asked = useAsk<Page<RunView>>(`/runs?${asking}`, EVERY_MS);
  useRunNews(null, asked.again);
  return (
    <div className="permits-page">
      <PageHead title={t(permitTexts.title)}>
        <input className="field" type="search" defaultValue={q} maxLength={200} placeholder={t(permitTexts.search)} aria-label={t(permitTexts.search)} onChange={(e) => setQuery({ q: e.target.value, offset: null })} />
      </PageHead>
      <div className="toolbar">
        <div className="choices" role="group" aria-label={t(permitTexts.show)}>
          {Object.entries(shows).map(([value, text]) => (
            <button key={value} className="button" aria-pressed={show === value} onClick={() => setQuery({ show: value === "open" ? null : value, offset: null })}>{t(text)}</button>
          ))}
        </div>
        <select className="field" value={zone} aria-label={t(permitTexts.zone)} onChange={(e) => setQuery({ zone: e.target.value, offset: null })}>
          <option value="">{t(permitTexts.anyZone)}</option>
          {site.zones.map((z) => <option key={z.id} value={z.id}>{t(z.name)}</option>)}
        </select>
        <select className="field" value={status} aria-label={t(permitTexts.status)} onChange={(e) => setQuery({ status: e.target.value, offset: null })}>
          <option value="">{t(permitTexts.anyStatus)}</option>
          {statusTexts.map((text, n) => <option key={n} value={n}>{t(text)}</option>)}
        </select>
        <select className="field" value={sort} aria-label={t(permitTexts.sortBy)} onChange={(e) => setQuery({ sort: e.target.value === "-started" ? null : e.target.value, offset: null })}>
          {Object.entries(sorts).map(([value, text]) => <option key={value} value={value}>{t(text)}</option>)}
        </select>
      </div>
      <div className="permits-columns">
        <section className="panel">
          {asked.error && !asked.data ? <Failed error={asked.error} retry={asked.again} />
            : !asked.data ? <Loading lines={6} />
            : asked.data.total === 0 ? <Nothing narrowed={Boolean(zone || status || q)} />
            : <Rows page={asked.data} />}
        </section>
        <Side />
      </div>
    </div>
  );
}

function Nothing({ narrowed }: { narrowed: boolean }) {
  const t = useSay();
  return narrowed ? <Empty title={t(permitTexts.noMatch)}>{t(permitTexts.noMatchHow)}</Empty> : <Empty title={t(permitTexts.noRuns)} />;
}

function Rows({ page }: { page: Page<RunView> }) {
  const t = useSay();
  const language = useLanguage();
  const names = useNames();
  const now = useNow();
  const { site } = useSite();
  const last = page.offset + page.items.length;
  return (
    <>
      <div className="tablebox" tabIndex={0}>
        <table className="list">
          <thead>
            <tr>
              <th>{t(permitTexts.what)}</th>
              <th>{t(permitTexts.zone)}</th>
              <th>{t(permitTexts.status)}</th>
              <th>{t(permitTexts.nextStep)}</th>
              <th>{t(permitTexts.due)}</th>
              <th>{t(permitTexts.applicant)}</th>
              <th>{t(permitTexts.started)}</th>
            </tr>
          </thead>
          <tbody>
            {page.items.map((run) => {
              const due = run.due === null ? null : run.due / 1e6;
              const step = run.tasks[0];
              return (
                <tr key={run.id}>
                  <td>
                    <Link to={`/permits/${encodeURIComponent(run.id)}`}>{run.title || t(run.name)}</Link>
                    <div className="muted">{run.work && workNames[run.work] ? t(workNames[run.work]!) : t(run.name)}</div>
                  </td>
                  <td>{run.zones.map(names.zone).join("、")}</td>
                  <td className="nowrap"><Status run={run} /></td>
                  <td className={step ? undefined : "none"}>{step ? <>{t(step.name)}<div className="muted">{t(step.who)}</div></> : "–"}</td>
                  <td className={due === null ? "nowrap none" : now > due ? "nowrap late" : "nowrap"}>
                    {due === null ? "–" : now > due ? `▲ ${t(permitTexts.overdueBy, { age: duration(now - due, language) })}` : t(permitTexts.left, { age: duration(due - now, language) })}
                  </td>
                  <td className="nowrap">{names.person(run.applicant)}</td>
                  <td className="nowrap">{clock(run.started / 1e6, now, site.timezone, "minute")}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <div className="pager">
        <span className="soft">{t(permitTexts.range, { a: page.offset + 1, b: last, n: page.total })}</span>
        {page.offset > 0 && <button className="button" onClick={() => setQuery({ offset: String(Math.max(0, page.offset - PAGE)) })}>{t(permitTexts.previous)}</button>}
        {last < page.total && <button className="button" onClick={() => setQuery({ offset: String(page.offset + PAGE) })}>{t(permitTexts.next)}</button>}
      </div>
    </>
  );
}

/** What waits for me, the alarms that stand, and what I may apply for. */
function Side() {
  const t = useSay();
  const { may } = useMe();
  const names = useNames();
  const now = useNow();
  const { site } = useSite();
  const steps = useAsk<Page<TaskOf>>(may("flows.do") ? "/tasks/mine?limit=20" : null, EVERY_MS);
  const alarms = useAsk<Page<Finding>>("/runs/alarms?open=true&limit=20", EVERY_MS);
  const offers = useAsk<Page<Offer>>(may("flows.apply") ? "/runs/offers?limit=100&sort=name" : null);
  useRunNews(null, steps.again);
  useRunNews(null, alarms.again);
  const mine = (offers.data?.items ?? []).filter((offer) => offer.mine);
  return (
    <aside className="permits-side">
      {may("flows.do") && (
        <section className="panel">
          <header><h2>{t(permitTexts.mySteps)}</h2>{(steps.data?.total ?? 0) > 0 && <span className="count">{steps.data!.total}</span>}</header>
          {steps.error && !steps.data ? <Failed error={steps.error} retry={steps.again} /> : !steps.data ? <Loading lines={2} /> : steps.data.items.length === 0 ? <p className="body muted">{t(permitTexts.noSteps)}</p> : (
            <ul className="permit-lines">
              {steps.data.items.map(({ run, task }) => (
                <li key={`${run.id}/${task.task}`}>
                  <Link to={`/permits/${encodeURIComponent(run.id)}`}><b>{t(task.name)}</b></Link>
                  <span className="soft">{run.title || t(run.name)} · {run.zones.map(names.zone).join("、")}</span>
                </li>
              ))}
            </ul>
          )}
        </section>
      )}
      <section className="panel">
        <header><h2>{t(permitTexts.alarms)}</h2>{(alarms.data?.total ?? 0) > 0 && <span className="count">{alarms.data!.total}</span>}</header>
        {alarms.error && !alarms.data ? <Failed error={alarms.error} retry={alarms.again} /> : !alarms.data ? <Loading lines={2} /> : alarms.data.items.length === 0 ? <p className="body muted">{t(permitTexts.noAlarms)}</p> : (
          <ul className="permit-lines permit">
            {alarms.data.items.map((one) => (
              <li key={one.id} className="standing">
                <Link to={`/permits/${encodeURIComponent(one.run)}`}><FoundWords found={one.found} /></Link>
                <span className="soft">{names.zone(one.zone)} · {clock(one.time / 1e6, now, site.timezone)}</span>
              </li>
            ))}
          </ul>
        )}
      </section>
      {may("flows.apply") && (
        <section className="panel">
          <header><h2>{t(permitTexts.applyFor)}</h2></header>
          {offers.error && !offers.data ? <Failed error={offers.error} retry={offers.again} /> : !offers.data ? <Loading lines={2} /> : mine.length === 0 ? (
            <Empty title={t(permitTexts.noOffers)}>{t(permitTexts.noOffersHow)}</Empty>
          ) : (
            mine.map((offer) => <Link key={offer.flow} className="offer" to={`/permits/apply/${encodeURIComponent(offer.flow)}`}><b>{t(offer.name)}</b><span className="soft">{t(permitTexts.apply)} ›</span></Link>)
          )}
        </section>
      )}
    </aside>
  );
}

