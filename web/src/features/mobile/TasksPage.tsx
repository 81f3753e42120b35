import { useSay } from "../../app/language";
import type { HazardPage } from "../work/hazard";
import { HazardList } from "./hazards";
import { List } from "./IncidentsPage";
import { HandoverBox, type Handover } from "./handover";
import type { Page } from "../../api/types";
import type { TaskOf } from "../permits/types";
import { useRunNews } from "../permits/useRuns";
import { useKept, usePicture } from "./kept";
import { MY_STEPS, StepList } from "./PermitsPage";
import { useOutbox } from "./outbox";
import { Aged, Nothing, Part, Row } from "./parts";
import { usePerson } from "./person";
import { sorted } from "./picture";
import { counts } from "./queue";
import { phoneTexts } from "./texts";

const OPEN = "status=reported&status=assigned&status=fixed";
const EVERY_MS = 30_000;

/** Everything that waits for me. */
export default function TasksPage() {
  const t = useSay();
  const { me, may } = usePerson();
  const { incidents } = usePicture();
  const items = useOutbox();
  const id = me ? encodeURIComponent(me.id) : null;
  const toFix = useKept<HazardPage>(id && `/work/hazards?status=assigned&assignee=${id}&sort=deadline`, EVERY_MS);
  const toCheck = useKept<HazardPage>(id && may("work.verify") ? "/work/hazards?status=fixed&sort=deadline" : null, EVERY_MS);
  const reported = useKept<HazardPage>(id && `/work/hazards?${OPEN}&reporter=${id}`, EVERY_MS);
  const notes = useKept<{ items: Handover[] }>(id && may("duty.handover") ? "/duty/handovers?limit=20" : null, EVERY_MS);
  const steps = useKept<Page<TaskOf>>(id && may("flows.do") ? MY_STEPS : null, EVERY_MS);
  useRunNews(null, steps.again);
  const taken = new Set(items.filter((i) => i.kind === "take" && i.state === "waiting").map((i) => i.about));
  const { mine } = sorted(incidents, me?.id ?? null, taken);
  const { waiting, refused } = counts(items, me?.id ?? null);
  if (!me) return <Nothing>{t(phoneTexts.signInFirst)}</Nothing>;
  const check = (toCheck.data?.items ?? []).filter((h) => h.fixed_by !== me.id);
  const handovers = (notes.data?.items ?? []).filter((h) => h.to === me.id && h.confirmed === null);
  const nothing = handovers.length + (steps.data?.total ?? 0) + mine.length + (toFix.data?.total ?? 0) + check.length + (reported.data?.total ?? 0) + waiting + refused === 0;
  return (
    <>
      <h1 className="sr">{t(phoneTexts.tasks)}</h1>
      {mine.length > 0 && (
        <Part title={t(phoneTexts.myIncidents)} count={mine.length}>
          <List incidents={mine} taken={taken} />
        </Part>
      )}
      {steps.data !== null && steps.data.items.length > 0 && (
        <Part title={t(phoneTexts.mySteps)} count={steps.data.total}>
          <Aged at={steps.at} fresh={steps.fresh} />
          <StepList steps={steps.data.items} />
        </Part>
      )}
      {handovers.length > 0 && (
        <Part title={t(phoneTexts.handovers)} count={handovers.length}>
          {handovers.map((handover) => <HandoverBox key={handover.id} handover={handover} />)}
        </Part>
      )}
      {[
        { title: phoneTexts.toFix, asked: toFix, found: toFix.data?.items ?? [] },
        { title: phoneTexts.toCheck, asked: toCheck, found: check },
        { title: phoneTexts.iReported, asked: reported, found: reported.data?.items ?? [] },
      ].map(({ title, asked, found }) => found.length > 0 && (
        <Part key={title.en} title={t(title)} count={found.length}>
          <Aged at={asked.at} fresh={asked.fresh} />
          <HazardList hazards={found} />
        </Part>
      ))}
      {nothing && (
        <div className="state">
          <b>{t(toFix.data ? phoneTexts.noTasks : phoneTexts.notKnown)}</b>
          <p>{t(phoneTexts.noTasksHow)}</p>
        </div>
      )}
      <ul className="m-list">
        <Row to="/m/queue" title={t(phoneTexts.queueTitle)} below={waiting + refused > 0 ? t(phoneTexts.waitingCount, { n: waiting }) : t(phoneTexts.queueEmpty)} />
      </ul>
    </>
  );
}
