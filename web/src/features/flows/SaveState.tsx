import { useSay } from "../../app/language";
import { useSite } from "../../app/site";
import { Dialog } from "../../parts/dialog";
import { differences } from "./difference";
import { DifferenceList } from "./DifferenceList";
import { flowTexts } from "./texts";
import type { Drawing } from "./useDraft";

/** Whether what is on the page is kept, in words; it never pretends. */
export function SaveState({ drawing }: { drawing: Drawing }) {
  const t = useSay();
  const { saving } = drawing;
  if (saving.state === "failed")
    return (
      <span className="save-state bad" role="alert">
        {t(flowTexts.notSaved, { why: t(saving.why) })}
        <button type="button" className="button" onClick={drawing.save}>{t(flowTexts.saveAgain)}</button>
      </span>
    );
  const words = saving.state === "conflict" ? flowTexts.unsaved : flowTexts[saving.state];
  return <span className="save-state" role="status" data-saving={saving.state}>{t(words)}</span>;
}

/** Two people drew the same flow: nothing is overwritten unless one of them says so. */
export function Conflict({ drawing }: { drawing: Drawing }) {
  const t = useSay();
  const { people } = useSite();
  const { saving } = drawing;
  if (saving.state !== "conflict") return null;
  const who = people.get(saving.theirs.by);
  return (
    <Dialog title={t(flowTexts.conflictTitle)} onClose={() => undefined} wide>
      <p>{t(flowTexts.conflictWhat, { who: who ? t(who.name) : saving.theirs.by, revision: saving.theirs.revision })}</p>
      <h3>{t(flowTexts.differs)}</h3>
      <DifferenceList found={differences(drawing.flow, saving.theirs.flow)} />
      <div className="acts-row end">
        <button type="button" className="button" onClick={drawing.keepMine}>{t(flowTexts.mine)}</button>
        <button type="button" className="button main" onClick={drawing.takeTheirs}>{t(flowTexts.theirs)}</button>
      </div>
    </Dialog>
  );
}
