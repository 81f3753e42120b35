import { useState } from "react";
import { useSay } from "../../app/language";
import { Hold } from "../mobile/parts";
import type { Doing } from "./doing";
import type { Doer } from "./permit";
import { permitTexts } from "./texts";
import type { Shown } from "./types";

type What = "pause" | "withdraw" | "cancel" | "resume";

const how = { pause: permitTexts.pauseHow, withdraw: permitTexts.withdrawHow, cancel: permitTexts.cancelHow, resume: permitTexts.startHow };
const names = { pause: permitTexts.pause, withdraw: permitTexts.withdraw, cancel: permitTexts.cancel, resume: permitTexts.letGo };

/** Stop it, let it go on, take it back, void it: each with its reason, none by a slip of the thumb. */
export function Control({ shown, me, may, doing }: { shown: Shown; me: Doer | null; may: (verb: string) => boolean; doing: Doing }) {
  const t = useSay();
  const [what, setWhat] = useState<What | null>(null);
  const [why, setWhy] = useState("");
  const { run } = shown;
  const can: What[] = [
    ...(may("flows.do") && run.hold === null && run.status !== 6 ? (["pause"] as const) : []),
    ...(may("flows.control") && run.hold !== null ? (["resume"] as const) : []),
    ...(may("flows.apply") && (run.applicant === me?.id || me?.role === "administrator") ? (["withdraw"] as const) : []),
    ...(may("flows.control") ? (["cancel"] as const) : []),
  ];
  if (can.length === 0) return null;
  const act = async () => {
    if (what === null) return;
    if (await doing.run(`/runs/${encodeURIComponent(run.id)}/${what}`, { why: why.trim() }, names[what])) {
      setWhat(null);
      setWhy("");
    }
  };
  return (
    <section className="permit-part permit-control">
      <h2>{t(permitTexts.control)}</h2>
      <div className="permit-choices">
        {can.map((one) => <button key={one} type="button" className="button" aria-pressed={what === one} onClick={() => setWhat(what === one ? null : one)}>{t(names[one])}</button>)}
      </div>
      {what && (
        <>
          <p>{t(how[what])}</p>
          <textarea className="field" rows={2} maxLength={2000} value={why} placeholder={t(permitTexts.needReason)} aria-label={t(permitTexts.why)} onChange={(e) => setWhy(e.target.value)} />
          {why.trim() || what === "resume" ? (
            <Hold ms={1000} hint={t(permitTexts.hold)} className="button main permit-main" onHeld={() => void act()}>{`${t(permitTexts.hold)}：${t(names[what])}`}</Hold>
          ) : (
            <button type="button" className="button permit-main" disabled>{t(permitTexts.needReason)}</button>
          )}
          {doing.problem && <p className="permit-problem" role="alert">{t(doing.problem)}</p>}
        </>
      )}
    </section>
  );
}
