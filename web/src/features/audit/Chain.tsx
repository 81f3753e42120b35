import { useState } from "react";
import { ApiProblem, get } from "../../api/client";
import { age, clock, duration, useNow } from "../../app/clock";
import { useAsk } from "../../app/ask";
import { useLanguage, useSay } from "../../app/language";
import { useSite } from "../../app/site";
import { standingWords, type Standing } from "./record";
import { auditTexts } from "./texts";

const ASK_EVERY_MS = 10_000;

/** Whether the record is whole: proved up to when, sealed how long ago; what is wrong, where something is. */
export function Chain() {
  const t = useSay();
  const language = useLanguage();
  const now = useNow();
  const { site } = useSite();
  const asked = useAsk<Standing>("/audit/verify", ASK_EVERY_MS);
  const [problem, setProblem] = useState<string | null>(null);
  const standing = asked.data;
  if (!standing) {
    if (!asked.error) return <div className="chain panel" aria-busy="true"><div className="skeleton" style={{ width: "40%" }} /></div>;
    return <div className="chain panel" role="alert"><b>{t(auditTexts.unchecked)}</b> <span>{asked.error instanceof ApiProblem ? t(asked.error.text) : String(asked.error)}</span></div>;
  }
  const words = standingWords(standing, now, language, (ms) => clock(ms, now, site.timezone), (ms) => age(ms, now, language));
  const check = async () => {
    setProblem(null);
    try {
      await get<Standing>("/audit/verify?run=true");
      asked.again();
    } catch (error) {
      setProblem(error instanceof ApiProblem ? t(error.text) : String(error));
    }
  };
  return (
    <section className={`chain panel${words.bad || words.late ? " bad" : ""}`} role={words.bad ? "alert" : "status"}>
      <svg className="seal" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
        <circle cx="12" cy="12" r="10" fill="none" stroke="currentColor" strokeWidth="2" />
        {words.bad ? <path d="M7 7l10 10M17 7L7 17" stroke="currentColor" strokeWidth="2.5" /> : standing.state === "intact" ? <path d="M7 12.5l3.5 3.5L17 9" fill="none" stroke="currentColor" strokeWidth="2.5" /> : <path d="M12 7v6M12 16v1.5" stroke="currentColor" strokeWidth="2.5" />}
      </svg>
      <div className="told">
        <b>{words.state}</b> <span>{words.detail}</span>
        {words.bad && standing.faults[0] && (
          <p><b>{t(auditTexts.faults, { n: standing.fault_count })}</b> {t(standing.faults[0].text)}</p>
        )}
        {words.bad && <p>{t(auditTexts.brokenHow)}</p>}
        {!words.bad && words.late && standing.sealed_time !== null && (
          <p>{t(auditTexts.sealOld, { age: duration(now - standing.sealed_time / 1e6, language) })}</p>
        )}
        {problem && <p role="alert">{problem}</p>}
      </div>
      {standing.key && <span className="muted key">{t(auditTexts.key, { key: standing.key })}</span>}
      <button className="button" onClick={() => void check()} disabled={standing.followed !== null}>
        {standing.followed !== null ? t(auditTexts.checking, { n: standing.followed }) : t(auditTexts.checkNow)}
      </button>
    </section>
  );
}
