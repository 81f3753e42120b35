import { useState } from "react";
import { useAsk } from "../../app/ask";
import { useSay } from "../../app/language";
import { useMe } from "../../app/me";
import { Link, setQuery, useAddress } from "../../app/router";
import { useSite } from "../../app/site";
import { PageHead } from "../../parts/head";
import { Empty, Failed, Loading } from "../../parts/states";
import { When } from "../../parts/when";
import { nounNames, workNames } from "./cardTexts";
import { NewFlow } from "./NewFlow";
import { usePhone } from "./phone";
import { flowTexts } from "./texts";
import { NOUNS, type FlowRow, type FlowsPage as Listed } from "./types";
import "./flows.css";

/** Every flow by what it is for: state, version, who changed it last. */
export default function FlowsPage() {
  const t = useSay();
  const { may } = useMe();
  const phone = usePhone();
  const { query } = useAddress();
  const q = query.get("q") ?? "";
  const asked = useAsk<Listed>(`/flows?limit=500&sort=name&q=${encodeURIComponent(q)}`, 30_000);
  const [making, setMaking] = useState(false);
  const draws = may("flows.draw") && !phone;
  return (
    <div className="flows">
      <PageHead title={t(flowTexts.title)}>
        <input className="field" type="search" value={q} maxLength={100} placeholder={t(flowTexts.search)} aria-label={t(flowTexts.search)} onChange={(e) => setQuery({ q: e.target.value || null })} />
        {draws && <button type="button" className="button main" onClick={() => setMaking(true)}>{t(flowTexts.fresh)}</button>}
      </PageHead>
      {asked.error && !asked.data ? <Failed error={asked.error} retry={asked.again} /> : !asked.data ? <Loading lines={6} /> : asked.data.items.length === 0 ? (
        <section className="panel">
          {q ? <Empty title={t(flowTexts.noneFor, { q })} /> : <Empty title={t(flowTexts.none)}>{t(draws ? flowTexts.noneHow : flowTexts.noneRead)}</Empty>}
        </section>
      ) : (
        NOUNS.map((noun) => <Group key={noun} title={t(nounNames[noun])} rows={asked.data!.items.filter((row) => row.noun === noun)} />)
      )}
      {making && <NewFlow taken={(asked.data?.items ?? []).map((row) => row.id)} onClose={() => setMaking(false)} />}
    </div>
  );
}

function Group({ title, rows }: { title: string; rows: FlowRow[] }) {
  const t = useSay();
  if (rows.length === 0) return null;
  return (
    <section className="panel flow-group" aria-label={title}>
      <header><h2>{title}</h2></header>
      <ul>
        {rows.map((row) => <Row key={row.id} row={row} />)}
      </ul>
      <span className="sr">{t(flowTexts.steps)}</span>
    </section>
  );
}

function Row({ row }: { row: FlowRow }) {
  const t = useSay();
  const { people } = useSite();
  const state = row.version === null ? flowTexts.drawing : row.draft === null ? flowTexts.published : flowTexts.both;
  const who = people.get(row.by);
  return (
    <li>
      <Link to={`/flows/${row.id}`} className="flow-row">
        <span className="flow-name">
          <b>{t(row.name) || row.id}</b>
          <small className="soft">{[row.work && workNames[row.work] && t(workNames[row.work]!), row.standard].filter(Boolean).join(" · ")}</small>
        </span>
        <span className="tag">{t(state)}</span>
        <span className="soft">{row.version !== null && t(flowTexts.versionN, { n: row.version })}</span>
        <span className="soft num">{row.cards} {t(flowTexts.steps)}</span>
        <span className="soft">{who ? t(who.name) : row.by}</span>
        <When ns={row.time} />
      </Link>
    </li>
  );
}
