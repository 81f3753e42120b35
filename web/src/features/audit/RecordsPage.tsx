import { useMemo, useState } from "react";
import { ApiProblem, ns } from "../../api/client";
import type { Problem } from "../../api/types";
import { serverNow } from "../../app/clock";
import { useAsk } from "../../app/ask";
import { useLanguage, useSay } from "../../app/language";
import { useMe } from "../../app/me";
import { setQuery, useAddress } from "../../app/router";
import { useSite } from "../../app/site";
import { PageHead } from "../../parts/head";
import { Empty, Failed, Loading } from "../../parts/states";
import "./audit.css";
import { Chain } from "./Chain";
import { siteText, siteTime, type Names, type RecordPage } from "./record";
import { Row } from "./Row";
import { auditTexts, roomNames } from "./texts";

const PAGE = 50;
const SPANS: [string, number, { zh: string; en: string }][] = [
  ["1h", 3_600_000, auditTexts.h1],
  ["24h", 86_400_000, auditTexts.h24],
  ["7d", 7 * 86_400_000, auditTexts.d7],
  ["30d", 30 * 86_400_000, auditTexts.d30],
];
const FILTERS = ["who", "zone", "what", "subject", "q"] as const;

/** Who did what, when and where, for whoever must be able to say so later. */
export default function RecordsPage() {
  const t = useSay();
  const language = useLanguage();
  const { site, people, zones, points } = useSite();
  const { may } = useMe();
  const { query } = useAddress();
  const span = query.get("span") ?? "24h";
  const page = Math.max(0, Number(query.get("page") ?? 0) || 0);
  const own = span === "own";
  // The end stands still while one turns pages, so that none moves from one to the next.
  const end = useMemo(() => Math.ceil(serverNow() / 1000) * 1000 + 1000, [span, query.get("who"), query.get("what"), page === 0]);
  const length = SPANS.find(([name]) => name === span)?.[1] ?? 86_400_000;
  const from = own ? siteTime(query.get("from") ?? "", site.timezone) : end - length;
  const to = own ? siteTime(query.get("to") ?? "", site.timezone) : end;
  const wanted = new URLSearchParams();
  if (from !== null) wanted.set("start", ns(from));
  if (to !== null) wanted.set("end", ns(to));
  for (const [key, name] of [["who", "person"], ["zone", "zone"], ["what", "action"], ["subject", "subject"], ["q", "q"]] as const) {
    const value = query.get(key);
    if (value) wanted.set(name, value);
  }
  const filter = wanted.toString();
  const asked = useAsk<RecordPage>(`/audit?${filter}&offset=${page * PAGE}&limit=${PAGE}`);
  const names: Names = {
    language, timezone: site.timezone,
    person: (id) => people.get(id)?.name, zone: (id) => zones.get(id)?.name, point: (id) => points.get(id)?.name,
  };
  const filtered = FILTERS.some((key) => query.get(key));
  const set = (changes: Record<string, string | null>) => setQuery({ ...changes, page: null });
  const clear = () => set({ who: null, zone: null, what: null, subject: null, q: null });
  const choose = (name: string) => {
    if (name !== "own") return set({ span: name === "24h" ? null : name, from: null, to: null });
    set({ span: "own", from: siteText(end - length, site.timezone), to: siteText(end, site.timezone) });
  };
  const subject = query.get("subject");
  return (
    <div className="records">
      <PageHead title={t(auditTexts.title)}>
        {may("audit.export") && <Export filter={filter} />}
      </PageHead>
      <Chain />
      <div className="toolbar filters" role="search">
        <div className="choices" role="group" aria-label={t(auditTexts.span)}>
          {[...SPANS.map(([name, , text]) => [name, text] as const), ["own", auditTexts.own] as const].map(([name, text]) => (
            <button key={name} className="button" aria-pressed={name === span} onClick={() => choose(name)}>{t(text)}</button>
          ))}
        </div>
        {own && (
          <>
            <input className="field" type="datetime-local" value={query.get("from") ?? ""} aria-label={t(auditTexts.from)} aria-invalid={from === null} onChange={(e) => set({ from: e.target.value })} />
            <input className="field" type="datetime-local" value={query.get("to") ?? ""} aria-label={t(auditTexts.to)} aria-invalid={to === null} onChange={(e) => set({ to: e.target.value })} />
          </>
        )}
        <Choice name="who" label={t(auditTexts.who)} any={t(auditTexts.anyone)} options={[["system", t(auditTexts.system)], ...site.people.map((p): [string, string] => [p.id, t(p.name)])]} set={set} />
        <Choice name="what" label={t(auditTexts.what)} any={t(auditTexts.anything)} options={Object.entries(roomNames).map(([room, name]) => [room, t(name)])} set={set} />
        <Choice name="zone" label={t(auditTexts.where)} any={t(auditTexts.anywhere)} options={site.zones.map((z) => [z.id, t(z.name)])} set={set} />
        <input className="field grow" type="search" value={query.get("q") ?? ""} maxLength={200} placeholder={t(auditTexts.words)} aria-label={t(auditTexts.words)} onChange={(e) => set({ q: e.target.value })} />
        {subject && <button className="button" aria-pressed="true" onClick={() => set({ subject: null })}>{t(auditTexts.only, { what: subject.slice(subject.indexOf("/") + 1) })} ✕</button>}
        {filtered && <button className="button" onClick={clear}>{t(auditTexts.clear)}</button>}
      </div>
      <section className="panel" aria-busy={asked.loading}>
        {asked.data === null ? (
          asked.error ? <Failed error={asked.error} retry={asked.again} /> : <Loading lines={10} />
        ) : asked.data.total === 0 ? (
          <Empty title={t(filtered ? auditTexts.noneMatch : auditTexts.none)}>{t(filtered ? auditTexts.noneMatchHow : auditTexts.noneHow)}</Empty>
        ) : (
          <>
            <div className="tablebox" tabIndex={0}>
              <table className="list entries">
                <thead>
                  <tr>
                    <th>{t(auditTexts.time)}</th>
                    <th>{t(auditTexts.who)}</th>
                    <th>{t(auditTexts.what)}</th>
                    <th>{t(auditTexts.subject)}</th>
                    <th>{t(auditTexts.change)}</th>
                    <th><span className="sr">{t(auditTexts.more)}</span></th>
                  </tr>
                </thead>
                <tbody>
                  {asked.data.items.map((item) => <Row key={item.sequence} item={item} names={names} />)}
                </tbody>
              </table>
            </div>
            <Pages page={page} total={asked.data.total} />
          </>
        )}
      </section>
    </div>
  );
}

function Pages({ page, total }: { page: number; total: number }) {
  const t = useSay();
  const turn = (to: number) => {
    setQuery({ page: to === 0 ? null : String(to) });
    window.scrollTo(0, 0);
  };
  return (
    <div className="toolbar pages">
      <button className="button" disabled={page === 0} onClick={() => turn(page - 1)}>{t(auditTexts.newer)}</button>
      <span className="soft">{t(auditTexts.part, { from: page * PAGE + 1, to: Math.min(total, (page + 1) * PAGE), n: total })}</span>
      <button className="button" disabled={(page + 1) * PAGE >= total} onClick={() => turn(page + 1)}>{t(auditTexts.older)}</button>
    </div>
  );
}

interface ChoiceProps {
  name: string;
  label: string;
  any: string;
  options: [string, string][];
  set: (changes: Record<string, string | null>) => void;
}

function Choice({ name, label, any, options, set }: ChoiceProps) {
  const { query } = useAddress();
  return (
    <select className="field" value={query.get(name) ?? ""} aria-label={label} onChange={(e) => set({ [name]: e.target.value || null })}>
      <option value="">{any}</option>
      {options.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
    </select>
  );
}

/** Fetched rather than followed, so that a refusal is a sentence and not a page of JSON. */
function Export({ filter }: { filter: string }) {
  const t = useSay();
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState<string | null>(null);
  const take = async (format: "jsonl" | "csv") => {
    setBusy(true);
    setSaid(null);
    try {
      const answer = await fetch(`/api/audit/export?${filter}&format=${format}`);
      if (!answer.ok) {
        const problem = (await answer.json()) as Problem;
        throw new ApiProblem(problem.text, problem.code, answer.status);
      }
      const name = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1] ?? `records.${format}`;
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await answer.blob());
      link.download = name;
      link.click();
      URL.revokeObjectURL(link.href);
      setSaid(t(auditTexts.exported));
    } catch (error) {
      setSaid(error instanceof ApiProblem ? t(error.text) : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <span role="status" className="soft">{busy ? t(auditTexts.exporting) : said}</span>
      <button className="button" disabled={busy} title={t(auditTexts.exportHint)} onClick={() => void take("csv")}>{t(auditTexts.exportTable)}</button>
      <button className="button" disabled={busy} title={t(auditTexts.exportHint)} onClick={() => void take("jsonl")}>{t(auditTexts.exportLines)}</button>
    </>
  );
}
