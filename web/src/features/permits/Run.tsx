import { useState, type ReactNode } from "react";
import { clock, duration, useNow } from "../../app/clock";
import { useLanguage, useSay } from "../../app/language";
import { useSite } from "../../app/site";
import { workNames } from "../flows/cardTexts";

import { Control } from "./Control";
import type { Doing } from "./doing";
import { History } from "./History";
import { isMine, saidInForm, severity, statusText, timesOf, type Doer } from "./permit";
import { Step } from "./Step";
import { permitTexts } from "./texts";
import type { Finding, RunView, Shown } from "./types";
import { FoundWords } from "./Verdict";
import "./permits.css";



/** A run: how it stands, what is mine to do, until when, what was found, what happened. */
export function Run({ shown, me, may, doing, aged }: { shown: Shown; me: Doer | null; may: (verb: string) => boolean; doing: Doing; aged?: ReactNode }) {
  const t = useSay();
  const names = useNames();
  const { run } = shown;
  const mine = run.ended === null && run.hold === null ? run.tasks.filter((task) => isMine(task, run, me)) : [];
  const others = run.tasks.filter((task) => !mine.includes(task));
  return (
    <div className="permit">
      <header className="permit-head">
        <h1>{run.title || t(run.name)}</h1>
        <p>
          <Status run={run} /> <b>{run.zones.map(names.zone).join("、")}</b>
        </p>
        <p className="soft">
          {t(run.name)}
          {run.work && workNames[run.work] && ` · ${t(workNames[run.work]!)}`} · {t(permitTexts.applicant)} {names.person(run.applicant)}
        </p>
      </header>
      {aged}
      {run.hold && <p className="permit-held" role="alert"><b>{t(permitTexts.held, { why: run.hold.why })}</b> <HeldBy run={run} /></p>}
      <Countdown shown={shown} />
      {mine.map((task) => <Step key={`${task.task}/${run.revision}`} shown={shown} task={task} doing={doing} />)}
      {mine.length === 0 && doing.pending}
      {others.length > 0 && (
        <section className="permit-part">
          <h2>{t(permitTexts.steps)}</h2>
          <ul className="permit-lines">
            {others.map((task) => (
              <li key={task.task}>
                <b>{t(task.name)}</b> <span className="soft">{t(permitTexts.waitsFor, { who: t(task.who) })}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <Findings findings={shown.findings} />
      <Filled shown={shown} />
      <History lines={shown.history} />
      <p className="soft permit-basis">
        {t(permitTexts.version, { n: run.version })} · {run.packs.length ? `${t(permitTexts.packs)} ${run.packs.join("、")}` : t(permitTexts.noPacks)}
      </p>
      {run.ended === null && <Control shown={shown} me={me} may={may} doing={doing} />}
    </div>
  );
}

export function useNames(): { zone: (id: string) => string; person: (id: string) => string } {
  const t = useSay();
  const { zones, people } = useSite();
  return {
    zone: (id) => t(zones.get(id)?.name ?? { zh: id, en: id }),
    person: (id) => (id === "system" ? t(permitTexts.system) : t(people.get(id)?.name ?? { zh: id, en: id })),
  };
}

/** The status in words; what is abnormal has a mark besides. */
export function Status({ run }: { run: Pick<RunView, "status" | "hold"> }) {
  const t = useSay();
  const isOff = run.status === 6 || run.hold !== null;
  return <span className={isOff || run.status === 2 ? "tag strong" : "tag"}>{isOff && <span aria-hidden="true">❚❚ </span>}{t(run.hold ? permitTexts.heldShort : statusText(run.status))}</span>;
}

function HeldBy({ run }: { run: RunView }) {
  const t = useSay();
  const language = useLanguage();
  const names = useNames();
  const now = useNow();
  return <span>{t(permitTexts.heldBy, { who: names.person(run.hold!.by), age: duration(now - run.hold!.time / 1e6, language) })}</span>;
}

function Countdown({ shown }: { shown: Shown }) {
  const t = useSay();
  const times = timesOf(shown);
  const work = shown.cards.find((card) => card.card === "work" && shown.data[card.key] !== undefined);
  if (times.until === null && times.check === null) return null;
  return (
    <div className="permit-times">
      {times.check !== null && <Clock name={t(permitTexts.nextCheck)} at={times.check} span={(work?.every ?? 0) * 1000} opens={times.opens} />}
      {times.until !== null && <Clock name={t(permitTexts.validity)} at={times.until} span={(work?.longest ?? 0) * 1000} opens={null} />}
    </div>
  );
}

function Clock({ name, at, span, opens }: { name: string; at: number; span: number; opens: number | null }) {
  const t = useSay();
  const language = useLanguage();
  const now = useNow();
  const { site } = useSite();
  const how = severity(at, now, span);
  const words = how === "late" ? t(permitTexts.overdueBy, { age: duration(now - at, language) }) : t(permitTexts.left, { age: duration(at - now, language) });
  return (
    <div className={`permit-clock ${how}`} role="timer" aria-label={name}>
      <span className="soft">{name}</span>
      <b>{how !== "ok" && <span aria-hidden="true">▲ </span>}{words}</b>
      <small className="soft">
        {t(permitTexts.until, { clock: clock(at, now, site.timezone) })}
        {opens !== null && now < opens && ` · ${t(permitTexts.opensAt, { clock: clock(opens, now, site.timezone) })}`}
      </small>
    </div>
  );
}

function Findings({ findings }: { findings: Finding[] }) {
  const t = useSay();
  const names = useNames();
  const now = useNow();
  const { site } = useSite();
  if (findings.length === 0) return null;
  return (
    <section className="permit-part">
      <h2>{t(permitTexts.findings)}</h2>
      <ul className="permit-lines">
        {findings.map((one) => (
          <li key={one.id} className={one.ended === null ? "standing" : undefined}>
            <span className="soft">{clock(one.time / 1e6, now, site.timezone)} · {names.zone(one.zone)} · {t(one.ended === null ? permitTexts.standing : permitTexts.cleared)}</span>
            <span><FoundWords found={one.found} /></span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Filled({ shown }: { shown: Shown }) {
  const t = useSay();
  const language = useLanguage();
  const [isOpen, setOpen] = useState(false);
  const forms = shown.cards
    .map((card) => ({ card, said: saidInForm(card, shown.data, t(permitTexts.yes), t(permitTexts.no), language) }))
    .filter(({ said }) => said.length > 0);
  if (forms.length === 0) return null;
  return (
    <section className="permit-part">
      <button type="button" className="button permit-fold" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>{t(permitTexts.details)} {isOpen ? "▴" : "▾"}</button>
      {isOpen && forms.map(({ card, said }) => (
        <dl key={card.key} className="permit-said">
          {said.map((one) => <div key={one.label}><dt>{one.label}</dt><dd>{one.value}</dd></div>)}
        </dl>
      ))}
    </section>
  );
}
