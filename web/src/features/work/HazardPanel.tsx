import { useState } from "react";
import { edit, ns } from "../../api/client";
import { useAsk } from "../../app/ask";
import { serverNow } from "../../app/clock";
import { useSay } from "../../app/language";
import { useMe } from "../../app/me";
import { setQuery } from "../../app/router";
import { useSite } from "../../app/site";
import { useAct } from "../../parts/doing";
import { Failed, Loading } from "../../parts/states";
import { actionTexts, kindTexts, levelTexts, statusTexts, steps, type FoundHazard, type HazardAction, type HazardLevel, type HazardLine } from "./hazard";
import { At, Until } from "./HazardsPage";
import { Photos } from "./Photos";
import { workTexts } from "./texts";

const HOUR = 3600_000;
/** Deadlines by custom: a major hazard in hours, a general one in days. */
const DEADLINES = [4, 24, 72, 168, 720];

/** One hazard beside the list: what, photos, who did what, and the step that follows. */
export function HazardPanel({ id, changed }: { id: string; changed: () => void }) {
  const t = useSay();
  const { people, zones } = useSite();
  const asked = useAsk<{ hazard: FoundHazard; history: HazardLine[] }>(`/work/hazards/${encodeURIComponent(id)}`, 15_000);
  const person = (who: string | null) => (who === null ? "–" : people.get(who) ? t(people.get(who)!.name) : who);
  const again = () => {
    asked.again();
    changed();
  };
  return (
    <section className="panel hazard-panel">
      <header>
        <h2>{asked.data ? t(statusTexts[asked.data.hazard.status]) : t(workTexts.title)}</h2>
        <button className="tool" onClick={() => setQuery({ hazard: null })}>{t(workTexts.close)}</button>
      </header>
      <div className="body">
        {asked.error && !asked.data ? <Failed error={asked.error} retry={asked.again} /> : !asked.data ? <Loading /> : (
          <>
            <p style={{ fontSize: 18, fontWeight: 600, overflowWrap: "anywhere" }}>{asked.data.hazard.words}</p>
            <dl className="facts">
              <dt>{t(workTexts.zone)}</dt>
              <dd>{t(zones.get(asked.data.hazard.zone)?.name ?? { zh: asked.data.hazard.zone, en: asked.data.hazard.zone })}{asked.data.hazard.point && ` · ${asked.data.hazard.point}`}</dd>
              <dt>{t(workTexts.level)}</dt>
              <dd>{t(levelTexts[asked.data.hazard.level])} · {t(kindTexts[asked.data.hazard.kind])}</dd>
              <dt>{t(workTexts.reporter)}</dt>
              <dd>{person(asked.data.hazard.reporter)} · <At ns={asked.data.hazard.seen} /></dd>
              <dt>{t(workTexts.who)}</dt>
              <dd>{person(asked.data.hazard.assignee)}</dd>
              <dt>{t(workTexts.deadline)}</dt>
              <dd><Until hazard={asked.data.hazard} /></dd>
            </dl>
            <Photos ids={asked.data.hazard.photos} />
            <Steps hazard={asked.data.hazard} again={again} />
            <h2>{t(workTexts.history)}</h2>
            <ol className="hazard-steps">
              {asked.data.history.map((line) => (
                <li key={line.id}>
                  <b><At ns={line.time} /> {person(line.by)} · {t(actionTexts[line.action], { who: person(line.person) })}</b>
                  {line.action !== "report" && line.words && <p>{line.words}</p>}
                  {line.action !== "report" && <Photos ids={line.photos} />}
                </li>
              ))}
            </ol>
          </>
        )}
      </div>
    </section>
  );
}

function Steps({ hazard, again }: { hazard: FoundHazard; again: () => void }) {
  const t = useSay();
  const { me, may } = useMe();
  const { site } = useSite();
  const act = useAct();
  const [words, setWords] = useState("");
  const [who, setWho] = useState(hazard.assignee ?? "");
  const [hours, setHours] = useState(hazard.level === "major" ? 24 : 72);
  const [level, setLevel] = useState<HazardLevel>(hazard.level);
  const possible = steps(hazard, me?.id ?? null).filter((step) => may(`work.${step === "return" ? "verify" : step}`));
  if (possible.length === 0)
    return hazard.status === "fixed" && hazard.fixed_by === me?.id ? <p className="soft">{t(workTexts.ownWork)}</p> : null;
  const go = (step: HazardAction, more: Record<string, unknown> = {}) =>
    void act
      .run(() => edit(`/work/hazards/${encodeURIComponent(hazard.id)}/${step}`, hazard.revision, { words: words.trim(), ...more }))
      .then((done) => {
        if (done) setWords("");
        again();
      });
  const deadline = () => Number(ns(serverNow() + hours * HOUR));
  const span = (h: number) => (h < 48 ? t(workTexts.hours, { n: h }) : t(workTexts.days, { n: h / 24 }));
  return (
    <div className="hazard-steps">
      {possible.includes("assign") && (
        <div className="line">
          <select className="field" value={who} onChange={(e) => setWho(e.target.value)} aria-label={t(workTexts.person)}>
            <option value="">{t(workTexts.person)}</option>
            {site.people.map((p) => <option key={p.id} value={p.id}>{t(p.name)}</option>)}
          </select>
          <select className="field" value={hours} onChange={(e) => setHours(Number(e.target.value))} aria-label={t(workTexts.deadline)}>
            {DEADLINES.map((h) => <option key={h} value={h}>{span(h)}</option>)}
          </select>
          <select className="field" value={level} onChange={(e) => setLevel(e.target.value as HazardLevel)} aria-label={t(workTexts.level)}>
            {(["general", "major"] as const).map((l) => <option key={l} value={l}>{t(levelTexts[l])}</option>)}
          </select>
          <button className="button main" disabled={!who || act.busy} onClick={() => go("assign", { person: who, deadline: deadline(), level })}>{t(workTexts.assign)}</button>
        </div>
      )}
      <textarea className="field" rows={2} maxLength={2000} value={words} onChange={(e) => setWords(e.target.value)} placeholder={t(workTexts.say)} aria-label={t(workTexts.say)} />
      <div className="line">
        {possible.includes("fix") && <button className="button" disabled={!words.trim() || act.busy} onClick={() => go("fix")}>{t(workTexts.fix)}</button>}
        {possible.includes("reject") && <button className="button" disabled={!words.trim() || act.busy} onClick={() => go("reject")}>{t(workTexts.reject)}</button>}
        {possible.includes("verify") && <button className="button main" disabled={act.busy} onClick={() => go("verify")}>{t(workTexts.verify)}</button>}
        {possible.includes("return") && <button className="button" disabled={!words.trim() || act.busy} onClick={() => go("return")}>{t(workTexts.returnIt)}</button>}
      </div>
      {act.problem && <p role="alert">{t(act.problem)}</p>}
    </div>
  );
}
