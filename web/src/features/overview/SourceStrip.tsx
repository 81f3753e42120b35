import type { Source } from "../../api/types";
import { duration, useNow } from "../../app/clock";
import { useLanguage, useSay } from "../../app/language";
import { useLive } from "../../app/live";
import { Link } from "../../app/router";
import { useSite } from "../../app/site";
import { overviewTexts } from "./texts";

const SILENT_MS = 5000;

/** More quiet sources than this are told by their number: what is wrong is always named. */
const QUIET = 12;

export type Shown = Source["state"] | "silent";

/** A source that stopped reporting is silent, whatever it last said. */
export function shownState(source: Source, now: number): Shown {
  return now - source.time / 1e6 > SILENT_MS ? "silent" : source.state;
}

export function SourceMark({ state }: { state: Shown }) {
  const bad = state !== "up";
  return (
    <svg className="mark" width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
      {!bad && <circle cx="7" cy="7" r="4" fill="none" stroke="var(--glyph)" strokeWidth="1.6" />}
      {(state === "down" || state === "silent") && <path d="M2 2 12 12M12 2 2 12" stroke="var(--p2)" strokeWidth="2.6" />}
      {state === "degraded" && <path d="M7 1 13 12H1Z" fill="none" stroke="var(--p3-text)" strokeWidth="2" />}
      {state === "connecting" && <circle cx="7" cy="7" r="4.5" fill="none" stroke="var(--ink-2)" strokeWidth="2" strokeDasharray="3 2" />}
    </svg>
  );
}

/** What is wrong in a row of its own with its words; what is well as quiet grey rings beside each other. */
export function SourceStrip() {
  const t = useSay();
  const language = useLanguage();
  const now = useNow();
  const { site } = useSite();
  const sources = useLive("sources");
  const confirmed = useLive("confirmed");
  const rows = [...sources.values()].sort((a, b) => a.source.localeCompare(b.source));
  const bad = rows.filter((s) => shownState(s, now) !== "up");
  const well = rows.filter((s) => shownState(s, now) === "up");
  const protocol = (s: Source) => (site.sources.find((x) => x.id === s.source)?.protocol ?? s.protocol).toUpperCase();
  return (
    <section className="panel sources-strip">
      <header>
        <h2>{t(overviewTexts.sources)}</h2>
        <Link to="/system" className="soft">
          {rows.length === 0 ? "" : confirmed.sources === null ? t(overviewTexts.notKnown) : bad.length === 0 ? t(overviewTexts.allUp, { n: rows.length }) : t(overviewTexts.someDown, { n: bad.length, all: rows.length })}
        </Link>
      </header>
      {rows.length === 0 ? (
        <p className="body soft">{t(confirmed.sources === null ? overviewTexts.sourcesUnknown : overviewTexts.noSources)}</p>
      ) : (
        <ul>
          {bad.map((s) => {
            const state = shownState(s, now);
            return (
              <li key={s.source} className="bad" title={s.detail || undefined}>
                <SourceMark state={state} />
                <b className="name">{s.source}</b>
                <b className="say">
                  {t(overviewTexts[state])}
                  {s.last_reading !== null && ` · ${duration(now - s.last_reading / 1e6, language)}`}
                </b>
              </li>
            );
          })}
          {well.slice(0, QUIET).map((s) => (
            <li key={s.source} title={`${protocol(s)} · ${t(overviewTexts.up)}`}>
              <SourceMark state="up" />
              <span className="name">{s.source}</span>
              <span className="sr">{t(overviewTexts.up)}</span>
            </li>
          ))}
          {well.length > QUIET && <li className="soft">{t(overviewTexts.moreUp, { n: well.length - QUIET })}</li>}
        </ul>
      )}
    </section>
  );
}
