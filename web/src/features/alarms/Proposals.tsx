import { useState } from "react";
import { command } from "../../api/client";
import type { Page } from "../../api/types";
import { clock, useNow } from "../../app/clock";
import { useAsk } from "../../app/ask";
import { useSay } from "../../app/language";
import { useMe } from "../../app/me";
import { Link, setQuery, useAddress } from "../../app/router";
import { useSite } from "../../app/site";
import { useAct } from "../../parts/doing";
import { Empty, Failed, Loading } from "../../parts/states";
import { When } from "../../parts/when";
import { Differences } from "./Differences";
import { rivals, type Proposal } from "./limits";
import { limitTexts, proposalStates } from "./limitTexts";

/** What waits for a second person, and what was decided. */
export function Proposals({ onDecided }: { onDecided: () => void }) {
  const t = useSay();
  const { query } = useAddress();
  const decided = query.get("decided") === "1";
  const asked = useAsk<Page<Proposal>>(`/alarms/proposals?limit=200${decided ? "" : "&state=open"}`, 5000);
  const items = asked.data?.items.filter((p) => decided === (p.state !== "open")) ?? [];
  return (
    <>
      <div className="toolbar">
        <div className="choices" role="group" aria-label={t(limitTexts.which)}>
          <button className="button" aria-pressed={!decided} onClick={() => setQuery({ decided: null })}>{t(limitTexts.open)}</button>
          <button className="button" aria-pressed={decided} onClick={() => setQuery({ decided: "1" })}>{t(limitTexts.decided)}</button>
        </div>
      </div>
      <section className="panel">
        {!asked.data ? (
          asked.error ? <Failed error={asked.error} retry={asked.again} /> : <Loading lines={5} />
        ) : items.length === 0 ? (
          <Empty title={t(limitTexts.noneOpen)}>{t(limitTexts.noneOpenHow)}</Empty>
        ) : (
          items.map((p) => <ProposalCard key={p.id} proposal={p} rivals={rivals(p, items)} onDecided={() => {
            asked.again();
            onDecided();
          }} />)
        )}
      </section>
    </>
  );
}

/** One proposal with what it changes, what it weakens, and the decision. */
export function ProposalCard({ proposal: p, rivals: others, onDecided }: { proposal: Proposal; rivals: number; onDecided: () => void }) {
  const t = useSay();
  const now = useNow();
  const { site, people, points, zones } = useSite();
  const { me, may } = useMe();
  const act = useAct();
  const [comment, setComment] = useState("");
  const limit = p.kind === "limit";
  const mine = me?.id === p.by;
  const allowed = may(limit ? "alarms.review_limit" : "alarms.review_take_out");
  const verb = limit ? "limit" : "take_out";
  const name = (id: string) => (people.has(id) ? t(people.get(id)!.name) : id);
  const point = points.get(p.point);
  const decide = (approve: boolean) =>
    void act.run(() => command(`/alarms/review_${verb}`, { proposal: p.id, approve, comment })).then((done) => done && onDecided());
  const takeBack = () => void act.run(() => command(`/alarms/withdraw_${verb}`, { proposal: p.id })).then((done) => done && onDecided());
  return (
    <article className="proposal" aria-label={p.alarm}>
      <header>
        <span className="tag strong">{t(limit ? limitTexts.changeOf : limitTexts.takeOutOf)}</span>
        <Link to={`/points/${encodeURIComponent(p.point)}`}><b>{point ? t(point.name) : p.point}</b></Link>
        <span className="muted">{p.alarm} · {t(zones.get(p.zone)?.name ?? { zh: p.zone, en: p.zone })}</span>
        {p.state !== "open" && <span className="tag">{t(proposalStates[p.state]!)}</span>}
      </header>
      <div className="proposal-body">
        {p.before && p.after && <Differences before={p.before} after={p.after} unit={point?.unit ?? ""} />}
        {p.until !== null && <p>{t(limitTexts.untilPlanned, { t: clock(p.until / 1e6, now, site.timezone, "minute") })}</p>}
        {p.notes.map((n) => <p key={n.en} className="note">{t(limitTexts.warned)}: {t(n)}</p>)}
        {p.state === "open" && others > 0 && <p className="note">{t(limitTexts.rivals, { n: others })}</p>}
        <p><span className="muted">{name(p.by)} · <When ns={p.time} /></span> {p.reason}</p>
        {p.decided_by && p.decided !== null && <p><span className="muted">{name(p.decided_by)} · <When ns={p.decided} /></span> {p.comment}</p>}
      </div>
      {p.state === "open" && (
        <footer className="toolbar">
          {mine ? (
            <>
              <span className="soft">{t(limitTexts.own)}</span>
              <button className="button" disabled={act.busy} onClick={takeBack}>{t(limitTexts.withdraw)}</button>
            </>
          ) : allowed ? (
            <>
              <input className="field grow" maxLength={500} value={comment} onChange={(e) => setComment(e.target.value)} placeholder={t(limitTexts.comment)} aria-label={t(limitTexts.comment)} />
              <button className="button" disabled={act.busy} onClick={() => decide(false)}>{t(limitTexts.reject)}</button>
              <button className="button main" disabled={act.busy} onClick={() => decide(true)}>{t(limitTexts.approve)}</button>
            </>
          ) : (
            <span className="soft">{t(limitTexts.mayNotReview)}</span>
          )}
          {act.problem && <span role="alert" className="fault">{t(act.problem)}</span>}
        </footer>
      )}
    </article>
  );
}
