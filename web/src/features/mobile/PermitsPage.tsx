import { useEffect } from "react";
import { clock, duration, useNow } from "../../app/clock";
import { useLanguage, useSay } from "../../app/language";
import { useSite } from "../../app/site";
import type { Page } from "../../api/types";
import { nounNames, workNames } from "../flows/cardTexts";
import type { Noun } from "../flows/types";
import { isMine } from "../permits/permit";
import { Status, useNames } from "../permits/Run";
import { permitTexts } from "../permits/texts";
import type { Offer, RunView, TaskOf } from "../permits/types";
import { useRunNews } from "../permits/useRuns";
import { useKept } from "./kept";
import { useOutbox } from "./outbox";
import { Aged, Nothing, Part, Row, StateOf } from "./parts";
import { usePerson } from "./person";
import { phoneTexts } from "./texts";

const EVERY_MS = 60_000;
export const MY_STEPS = "/tasks/mine?limit=200";

/** Permits on the phone: what waits for me, what I may apply for, what runs. */
export default function PermitsPage() {
  const t = useSay();
  const { me, may } = usePerson();
  const steps = useKept<Page<TaskOf>>(me && may("flows.do") ? MY_STEPS : null, EVERY_MS);
  const offers = useKept<Page<Offer>>(me && may("flows.apply") ? "/runs/offers?limit=200&sort=name" : null);
  const runs = useKept<Page<RunView>>(me ? "/runs?open=true&limit=100&sort=-updated" : null, EVERY_MS);
  useRunNews(null, steps.again);
  useRunNews(null, runs.again);
  const unsent = useOutbox().filter((item) => item.kind === "permit" && item.state !== "sent" && item.person === me?.id && item.path === "/runs");
  // Fetched while there is a line, so that a form opens in the tunnel, too; without one, it is tried the next time.
  const hasForms = offers.fresh && (offers.data?.total ?? 0) > 0;
  useEffect(() => {
    if (hasForms) import("../permits/FormView").catch(() => undefined);
  }, [hasForms]);
  if (!me) return <Nothing>{t(phoneTexts.signInFirst)}</Nothing>;
  const mine = (offers.data?.items ?? []).filter((offer) => offer.mine);
  const others = (offers.data?.items ?? []).filter((offer) => !offer.mine);
  return (
    <>
      <h1>{t(permitTexts.title)}</h1>
      {unsent.length > 0 && (
        <ul className="m-list">
          {unsent.map((item) => <Row key={item.id} to={`/m/permit/${encodeURIComponent(item.id)}`} title={t(item.title)} below={<StateOf item={item} />} />)}
        </ul>
      )}
      <Part title={t(permitTexts.mySteps)} count={steps.data?.total}>
        <Aged at={steps.at} fresh={steps.fresh} />
        {steps.data?.items.length ? <StepList steps={steps.data.items} /> : <Nothing>{t(steps.data ? permitTexts.noSteps : steps.error ? phoneTexts.notKnown : phoneTexts.loading)}</Nothing>}
      </Part>
      {may("flows.apply") && (
        <Part title={t(permitTexts.applyFor)}>
          <Aged at={offers.at} fresh={offers.fresh} />
          {offers.data?.total === 0 ? (
            <Nothing>{t(permitTexts.noOffers)}。{t(permitTexts.noOffersHow)}</Nothing>
          ) : offers.data ? (
            <ul className="m-list">
              {mine.map((offer) => <OfferRow key={offer.flow} offer={offer} />)}
              {others.map((offer) => (
                <li key={offer.flow} className="m-row">
                  <span className="m-about"><b>{t(offer.name)}</b><span className="soft">{t(permitTexts.applyByOthers, { who: t(offer.who) })}</span></span>
                </li>
              ))}
            </ul>
          ) : (
            <Nothing>{t(offers.error ? phoneTexts.notKnown : phoneTexts.loading)}</Nothing>
          )}
        </Part>
      )}
      <Part title={t(permitTexts.running)} count={runs.data?.total}>
        <Aged at={runs.at} fresh={runs.fresh} />
        {runs.data?.items.length ? <RunList runs={runs.data.items} /> : <Nothing>{t(runs.data ? permitTexts.noRuns : runs.error ? phoneTexts.notKnown : phoneTexts.loading)}</Nothing>}
      </Part>
    </>
  );
}

function OfferRow({ offer }: { offer: Offer }) {
  const t = useSay();
  const kind = offer.work && workNames[offer.work] ? t(workNames[offer.work]!) : t(nounNames[offer.noun as Noun] ?? { zh: "", en: "" });
  return <Row to={`/m/apply/${encodeURIComponent(offer.flow)}`} title={t(offer.name)} below={[kind, offer.about && t(offer.about)].filter(Boolean).join(" · ")} end={`${t(permitTexts.apply)} ›`} />;
}

/** Open steps of mine, those with a time first. */
export function StepList({ steps }: { steps: TaskOf[] }) {
  const t = useSay();
  const names = useNames();
  return (
    <ul className="m-list">
      {steps.map(({ run, task }) => (
        <Row
          key={`${run.id}/${task.task}`} to={`/m/permit/${encodeURIComponent(run.id)}`} title={t(task.name)}
          below={<>{run.title || t(run.name)} · {run.zones.map(names.zone).join("、")} <Due at={task.due} /></>}
        />
      ))}
    </ul>
  );
}

function Due({ at }: { at: number | null }) {
  const t = useSay();
  const language = useLanguage();
  const now = useNow();
  const { site } = useSite();
  if (at === null) return null;
  const ms = at / 1e6;
  return (
    <span className={now > ms ? "tag strong" : "tag"}>
      {now > ms ? t(phoneTexts.overdue, { age: duration(now - ms, language) }) : t(phoneTexts.until, { time: clock(ms, now, site.timezone, "minute") })}
    </span>
  );
}

function RunList({ runs }: { runs: RunView[] }) {
  const t = useSay();
  const names = useNames();
  const { me } = usePerson();
  return (
    <ul className="m-list">
      {runs.map((run) => (
        <Row
          key={run.id} to={`/m/permit/${encodeURIComponent(run.id)}`} title={run.title || t(run.name)}
          below={<>{run.zones.map(names.zone).join("、")} · {names.person(run.applicant)}<br /><Status run={run} /> {run.tasks.some((task) => isMine(task, run, me)) && <span className="tag strong">{t(permitTexts.mySteps)}</span>}</>}
        />
      ))}
    </ul>
  );
}
