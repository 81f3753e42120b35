import { clock, useNow } from "../../app/clock";
import { useSay } from "../../app/language";
import { useSite } from "../../app/site";
import { samplesSaid, statusText } from "./permit";
import { useNames } from "./Run";
import { actionTexts, permitTexts } from "./texts";
import type { Line } from "./types";
import { FoundWords } from "./Verdict";

/** What happened, the newest first: who, when, what was judged and by which clause. */
export function History({ lines }: { lines: Line[] }) {
  const t = useSay();
  const names = useNames();
  const now = useNow();
  const { site } = useSite();
  return (
    <section className="permit-part">
      <h2>{t(permitTexts.history)}</h2>
      <ol className="permit-history">
        {[...lines].reverse().map((line, n, all) => (
          <li key={line.id}>
            <time>{clock(line.time / 1e6, now, site.timezone)}</time>
            <div>
              <p>
                <b>{line.name ? t(line.name) : t(actionTexts[line.action])}</b> · {names.person(line.by)}
                {line.status !== all[n + 1]?.status && n + 1 < all.length && <span className="tag">{t(statusText(line.status))}</span>}
              </p>
              {line.why && <p>{line.why}</p>}
              {samplesSaid(line.answers).map((said) => <p key={said} className="num-left">{said}</p>)}
              {line.judged.map((judged) => judged.findings.length > 0 && (
                <ul key={judged.key} className={judged.passed ? "permit-judged" : "permit-judged bad"}>
                  {judged.findings.map((one, i) => <li key={`${one.rule}${i}`}>{one.refuse ? "✕ " : "· "}<FoundWords found={one} /></li>)}
                </ul>
              ))}
              {line.dropped.map((name) => <p key={name.en}>{t(permitTexts.dropped, { what: t(name) })}</p>)}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}
