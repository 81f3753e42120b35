import { useAsk } from "../../app/ask";
import { clock, duration, useNow } from "../../app/clock";
import { useLanguage, useSay } from "../../app/language";
import { useMe } from "../../app/me";
import { Link, setQuery, useAddress } from "../../app/router";
import { useSite } from "../../app/site";
import { PageHead } from "../../parts/head";
import { Empty, Failed, Loading } from "../../parts/states";
import { hoursText, isOverdue, kindTexts, levelTexts, statusTexts, type Figures, type FoundHazard, type HazardPage } from "./hazard";
import { HazardPanel } from "./HazardPanel";
import "./work.css";
import { workTexts } from "./texts";

const PAGE = 50;
const EVERY_MS = 20_000;
const shows: Record<string, { text: (typeof workTexts)[keyof typeof workTexts]; query: string }> = {
  open: { text: workTexts.open, query: "status=reported&status=assigned&status=fixed" },
  overdue: { text: workTexts.overdue, query: "overdue=true" },
  assign: { text: workTexts.toAssign, query: "status=reported" },
  check: { text: workTexts.toCheck, query: "status=fixed" },
  all: { text: workTexts.all, query: "" },
};

/** Hidden hazards: what is open, what is late, how long closing takes. */
export default function HazardsPage() {
  const t = useSay();
  const { query } = useAddress();
  const { may } = useMe();
  const { site } = useSite();
  const show = shows[query.get("show") ?? "open"] ? (query.get("show") ?? "open") : "open";
  const zone = query.get("zone") ?? "";
  const q = query.get("q") ?? "";
  const offset = Math.max(0, Number(query.get("offset")) || 0);
  const chosen = query.get("hazard");
  const asked = useAsk<HazardPage>(
    `/work/hazards?${shows[show]!.query}${zone ? `&zone=${encodeURIComponent(zone)}` : ""}${q ? `&q=${encodeURIComponent(q)}` : ""}` +
      `&sort=${show === "overdue" ? "deadline" : "-reported"}&offset=${offset}&limit=${PAGE}`,
    EVERY_MS,
  );
  const figures = useAsk<Figures>("/work/hazards/figures", EVERY_MS);
  return (
    <div className="hazards-page">
      <PageHead title={t(workTexts.title)}>
        <Link className="button as-link" to="/incidents">{t(workTexts.incidents)}</Link>
        <a className="button as-link" href={`/api/work/codes${zone ? `?zone=${encodeURIComponent(zone)}` : ""}`} target="_blank" rel="noopener">
          {t(zone ? workTexts.codes : workTexts.codesAll)}
        </a>
      </PageHead>
      {figures.data && <Head figures={figures.data} />}
      <div className="toolbar">
        <div className="choices" role="group" aria-label={t(workTexts.show)}>
          {Object.entries(shows).map(([value, { text }]) => (
            <button key={value} className="button" aria-pressed={show === value} onClick={() => setQuery({ show: value === "open" ? null : value, offset: null })}>{t(text)}</button>
          ))}
        </div>
        <select className="field" value={zone} onChange={(e) => setQuery({ zone: e.target.value, offset: null })} aria-label={t(workTexts.zone)}>
          <option value="">{t(workTexts.zone)}</option>
          {site.zones.map((z) => <option key={z.id} value={z.id}>{t(z.name)}</option>)}
        </select>
        <input className="field" type="search" defaultValue={q} placeholder={t(workTexts.search)} aria-label={t(workTexts.search)} maxLength={200} onChange={(e) => setQuery({ q: e.target.value, offset: null })} />
      </div>
      <div className={chosen ? "hazard-columns" : "hazard-columns single"}>
        <section className="panel">
          {asked.error && !asked.data ? <Failed error={asked.error} retry={asked.again} />
            : !asked.data ? <Loading lines={6} />
            : asked.data.total === 0 ? <Empty title={t(workTexts.none)}>{t(workTexts.noneHow)}</Empty>
            : <Rows page={asked.data} chosen={chosen} />}
        </section>
        {chosen && may("work.read") && (
          <HazardPanel
            key={chosen} id={chosen} changed={() => {
              asked.again();
              figures.again();
            }}
          />
        )}
      </div>
    </div>
  );
}

function Head({ figures }: { figures: Figures }) {
  const t = useSay();
  const language = useLanguage();
  const { closing } = figures;
  const facts = [
    { name: workTexts.open, value: String(figures.open), bad: false },
    { name: workTexts.overdue, value: String(figures.overdue), bad: figures.overdue > 0 },
    { name: workTexts.toCheck, value: String(figures.waiting_check), bad: false },
    { name: workTexts.closed30, value: String(closing.count), bad: false },
    { name: workTexts.median, value: hoursText(closing.median_h, language), bad: false, below: t(workTexts.reference) },
    { name: workTexts.ninety, value: hoursText(closing.ninety_h, language), bad: false },
    { name: workTexts.lateClosed, value: String(closing.late), bad: closing.late > 0 },
  ];
  return (
    <section className="hazard-figures">
      {facts.map((fact) => (
        <div key={fact.name.en} className={fact.bad ? "abnormal" : undefined}>
          <span className="soft">{t(fact.name)}</span>
          <b>{fact.value}</b>
          {fact.below && <small className="soft">{fact.below}</small>}
        </div>
      ))}
    </section>
  );
}

function Rows({ page, chosen }: { page: HazardPage; chosen: string | null }) {
  const t = useSay();
  const { people, zones } = useSite();
  const last = page.offset + page.items.length;
  const person = (id: string | null) => (id === null ? "–" : people.get(id) ? t(people.get(id)!.name) : id);
  return (
    <>
      <div className="tablebox" tabIndex={0}>
        <table className="list">
          <thead>
            <tr>
              <th>{t(workTexts.words)}</th>
              <th>{t(workTexts.zone)}</th>
              <th>{t(workTexts.status)}</th>
              <th>{t(workTexts.level)}</th>
              <th>{t(workTexts.who)}</th>
              <th>{t(workTexts.deadline)}</th>
              <th>{t(workTexts.reported)}</th>
            </tr>
          </thead>
          <tbody>
            {page.items.map((hazard) => (
              <tr key={hazard.id} className={hazard.id === chosen ? "chosen" : undefined}>
                <td>
                  <button className="open-hazard" aria-expanded={hazard.id === chosen} onClick={() => setQuery({ hazard: hazard.id === chosen ? null : hazard.id }, false)}>{hazard.words.slice(0, 120)}</button>
                  <div className="muted">{t(kindTexts[hazard.kind])}</div>
                </td>
                <td>{t(zones.get(hazard.zone)?.name ?? { zh: hazard.zone, en: hazard.zone })}</td>
                <td className="nowrap">{t(statusTexts[hazard.status])}</td>
                <td className="nowrap">{hazard.level === "major" ? <span className="tag strong">{t(levelTexts.major)}</span> : t(levelTexts.general)}</td>
                <td className={hazard.assignee === null ? "nowrap none" : "nowrap"}>{person(hazard.assignee)}</td>
                <td className={hazard.deadline === null ? "nowrap none" : "nowrap"}><Until hazard={hazard} /></td>
                <td className="nowrap">
                  <At ns={hazard.seen} />
                  <div className="muted">{person(hazard.reporter)}</div>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="pager">
        <span className="soft">{t(workTexts.range, { a: page.offset + 1, b: last, n: page.total })}</span>
        {page.offset > 0 && <button className="button" onClick={() => setQuery({ offset: String(Math.max(0, page.offset - PAGE)) })}>{t(workTexts.previous)}</button>}
        {last < page.total && <button className="button" onClick={() => setQuery({ offset: String(page.offset + PAGE) })}>{t(workTexts.next)}</button>}
      </div>
    </>
  );
}

export function At({ ns }: { ns: number }) {
  const now = useNow();
  const { site } = useSite();
  return <>{clock(ns / 1e6, now, site.timezone, "minute")}</>;
}

export function Until({ hazard }: { hazard: FoundHazard }) {
  const t = useSay();
  const language = useLanguage();
  const now = useNow();
  if (hazard.deadline === null) return <>–</>;
  if (!isOverdue(hazard, now)) return <At ns={hazard.deadline} />;
  return <span className="tag strong">{t(workTexts.late, { age: duration(now - hazard.deadline / 1e6, language) })}</span>;
}
