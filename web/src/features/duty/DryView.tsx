import { useEffect, useState } from "react";
import { request } from "../../api/client";
import type { Text } from "../../api/types";
import { useSite } from "../../app/site";
import { wordsOf } from "../../parts/doing";
import { Loading } from "../../parts/states";
import { wall } from "./layout";
import { useNames } from "./names";
import { dutyTexts, HAZARDS } from "./texts";
import type { ChainBody, DryRun } from "./types";

/** Who would be told when, if an incident opened in this zone now and nobody answered. */
export function DryView({ draft, revision }: { draft: ChainBody | null; revision: string }) {
  const { t, join } = useNames();
  const { zones, site } = useSite();
  const [zone, setZone] = useState([...zones.keys()][0] ?? "");
  const [hazard, setHazard] = useState("release");
  const [priority, setPriority] = useState(1);
  const [answer, setAnswer] = useState<DryRun | null>(null);
  const [problem, setProblem] = useState<Text | null>(null);
  const body = draft ? JSON.stringify({ ...draft, name: { zh: draft.name.zh || "-", en: draft.name.en || "-" }, repeat_s: draft.repeat_s || undefined }) : null;
  useEffect(() => {
    if (!zone) return;
    let stale = false;
    const timer = window.setTimeout(() => {
      request<DryRun>("POST", "/duty/dry-run", { zone, hazard, priority, ...(body ? { body: JSON.parse(body) } : {}) })
        .then((run) => {
          if (stale) return;
          setAnswer(run);
          setProblem(null);
        })
        .catch((error: unknown) => !stale && setProblem(wordsOf(error)));
    }, 200);
    return () => {
      stale = true;
      window.clearTimeout(timer);
    };
  }, [zone, hazard, priority, body, revision]);
  return (
    <section className="panel">
      <header><h2>{t(dutyTexts.dry)}</h2></header>
      <div className="duty-form body">
        <label>{t(dutyTexts.zone)}<select className="field" value={zone} onChange={(e) => setZone(e.target.value)}>{[...zones.values()].map((z) => <option key={z.id} value={z.id}>{t(z.name)}</option>)}</select></label>
        <label>{t(dutyTexts.hazard)}<select className="field" value={hazard} onChange={(e) => setHazard(e.target.value)}>{Object.entries(HAZARDS).map(([id, text]) => <option key={id} value={id}>{t(text)}</option>)}</select></label>
        <label>{t(dutyTexts.priority)}<select className="field" value={priority} onChange={(e) => setPriority(Number(e.target.value))}>{[1, 2, 3, 4].map((n) => <option key={n}>{n}</option>)}</select></label>
      </div>
      <div aria-live="polite">
        {problem ? (
          <p className="body refusal">{t(problem)}</p>
        ) : !answer ? (
          <Loading lines={3} />
        ) : (
          <>
            <p className="body soft">
              {draft ? t(dutyTexts.dryDraft) : answer.name ? t(dutyTexts.byChain, { name: t(answer.name) }) : t(dutyTexts.byDefault)} · {t(dutyTexts.drySent)}
            </p>
            {!answer.planned && <p className="body"><b>{t(dutyTexts.notPlanned)}</b></p>}
            <ol className="dry">
              {answer.steps.map((step) => (
                <li key={step.step}>
                  <span className="num">{step.after_s === 0 ? t(dutyTexts.atOnce) : t(dutyTexts.after, { s: step.after_s })}<small>{wall(step.time, site.timezone).slice(11)}</small></span>
                  <div>
                    <b>{t(step.text)}</b>
                    <span>{step.people.length ? join(step.people.map((p) => `${t(p.name)}${p.channels.length > 1 ? t({ zh: `（${p.channels.slice(1).join("、")}）`, en: ` (${p.channels.slice(1).join(", ")})` }) : ""}`)) : t(dutyTexts.already)}</span>
                  </div>
                </li>
              ))}
            </ol>
            {answer.repeat_s ? <p className="body soft">{t(dutyTexts.repeats, { s: answer.repeat_s })}</p> : null}
          </>
        )}
      </div>
    </section>
  );
}
