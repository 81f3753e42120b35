import { useSay } from "../../app/language";
import { adviceKey, clauseText } from "./permit";
import { permitTexts } from "./texts";
import type { Found, JudgedLine, TaskKind } from "./types";

const advice = { measure: permitTexts.adviceMeasure, sign: permitTexts.adviceSign, again: permitTexts.adviceAgain };

/** One thing the rules found: what, by which clause, what is missing. */
export function FoundWords({ found }: { found: Found }) {
  const t = useSay();
  const clause = clauseText(found);
  return (
    <>
      {t(found.text)}
      {clause && <span className="clause"> {t(permitTexts.byClause, { clause })}</span>}
      {found.alarm && <span className="tag">{t(permitTexts.alarmCode, { code: found.alarm })}</span>}
      {found.certainty === "unverified" && <span className="tag">{t(permitTexts.unverified)}</span>}
      {found.missing.length > 0 && <small className="soft"> {t(permitTexts.missing, { what: found.missing.join("、") })}</small>}
    </>
  );
}

/** Why a step was not accepted, and what to do. */
export function Verdict({ judged, kind }: { judged: JudgedLine; kind: TaskKind }) {
  const t = useSay();
  const refusals = judged.findings.filter((one) => one.refuse || one.alarm);
  return (
    <div className="permit-refused" role="alert">
      <b><span aria-hidden="true">✕ </span>{t(permitTexts.refused)}</b>
      <ul>
        {refusals.map((one, n) => <li key={`${one.rule}${n}`}><FoundWords found={one} /></li>)}
      </ul>
      <p>{t(advice[adviceKey(kind)])}</p>
    </div>
  );
}
