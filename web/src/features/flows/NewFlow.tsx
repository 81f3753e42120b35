import { useState } from "react";
import { command } from "../../api/client";
import { useSay } from "../../app/language";
import { go } from "../../app/router";
import { Dialog } from "../../parts/dialog";
import { useAct } from "../../parts/doing";
import { partsTexts } from "../../parts/texts";
import { nounNames, workNames } from "./cardTexts";
import { freshFlow } from "./fresh";
import { Choices } from "./Pick";
import { flowTexts } from "./texts";
import { NOUNS, WORKS, type Draft, type Noun } from "./types";

/** An id that says what the flow is and that no other has. */
export function freshId(taken: readonly string[], noun: Noun, work: string | null): string {
  const word = work ?? noun;
  if (!taken.includes(word)) return word;
  for (let n = 2; ; n++) if (!taken.includes(`${word}_${n}`)) return `${word}_${n}`;
}

/** What the flow is for; its name and id follow and can be changed later. */
export function NewFlow({ taken, onClose }: { taken: readonly string[]; onClose: () => void }) {
  const t = useSay();
  const [noun, setNoun] = useState<Noun>("permit");
  const [work, setWork] = useState<string | null>("confined_space");
  const [named, setNamed] = useState<string | null>(null);
  const act = useAct();
  const usual = noun === "permit" && work ? workNames[work]! : nounNames[noun];
  const create = () =>
    void act.run(async () => {
      const name = named?.trim() ? { zh: named.trim(), en: named.trim() } : usual;
      const flow = freshFlow(freshId(taken, noun, noun === "permit" ? work : null), name, noun, noun === "permit" ? work : null);
      const made = await command<Draft>("/flows", { flow });
      go(`/flows/${made.id}`);
    });
  return (
    <Dialog title={t(flowTexts.newTitle)} onClose={onClose} wide>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          create();
        }}
      >
        <div className="labelled">
          <span>{t(flowTexts.noun)}</span>
          <Choices label={t(flowTexts.noun)} value={noun} options={NOUNS.map((one) => ({ value: one, label: t(nounNames[one]) }))} onChange={setNoun} />
        </div>
        {noun === "permit" && (
          <div className="labelled">
            <span>{t(flowTexts.work)}</span>
            <Choices label={t(flowTexts.work)} value={work ?? ""} options={[...WORKS.map((one) => ({ value: one as string, label: t(workNames[one]!) })), { value: "", label: t(flowTexts.noWork) }]} onChange={(one) => setWork(one || null)} />
          </div>
        )}
        <label>
          {t(flowTexts.name)}
          <input className="field" maxLength={120} value={named ?? t(usual)} onChange={(e) => setNamed(e.target.value)} />
        </label>
        {act.problem && <p className="problem" role="alert">{t(act.problem)}</p>}
        <div className="foot">
          <button type="button" className="button" onClick={onClose}>{t(partsTexts.cancel)}</button>
          <button className="button main" disabled={act.busy}>{t(flowTexts.create)}</button>
        </div>
      </form>
    </Dialog>
  );
}
