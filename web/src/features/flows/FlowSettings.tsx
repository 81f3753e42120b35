import { useSay } from "../../app/language";
import { nounNames, workNames } from "./cardTexts";
import { useDesk } from "./desk";
import { Labelled, TextPair } from "./fields";
import { Pick } from "./Pick";
import { flowTexts } from "./texts";
import { NOUNS, WORKS, type Flow, type Noun } from "./types";

/** What the flow is as a whole; shown while no card is selected. */
export function FlowSettings({ onChange }: { onChange: (flow: Flow, what?: string) => void }) {
  const t = useSay();
  const { flow, clauses } = useDesk();
  const standards = [...new Set([...clauses.values()].map((clause) => clause.standard))];
  return (
    <section className="panel card-editor" aria-label={t(flowTexts.flowSettings)}>
      <header>
        <h2>{t(flowTexts.flowSettings)}</h2>
        <span className="muted">{t(flowTexts.selectHint)}</span>
      </header>
      <div className="body editor-body">
        <TextPair zh={t(flowTexts.nameZh)} en={t(flowTexts.nameEn)} value={flow.name} onChange={(name) => onChange({ ...flow, name }, "name")} />
        <Labelled label={t(flowTexts.noun)}>
          <Pick label={t(flowTexts.noun)} value={flow.noun} options={NOUNS.map((noun) => ({ value: noun, label: t(nounNames[noun]) }))} onChange={(noun) => onChange({ ...flow, noun: noun as Noun })} />
        </Labelled>
        <Labelled label={t(flowTexts.work)}>
          <Pick label={t(flowTexts.work)} value={flow.work} none={t(flowTexts.noWork)} options={WORKS.map((work) => ({ value: work, label: t(workNames[work]!) }))} onChange={(work) => onChange({ ...flow, work: work || undefined })} />
        </Labelled>
        <Labelled label={t(flowTexts.standard)}>
          <Pick label={t(flowTexts.standard)} value={flow.standard} none={t(flowTexts.standardAuto)} options={standards.map((one) => ({ value: one, label: one }))} onChange={(standard) => onChange({ ...flow, standard: standard || undefined })} />
        </Labelled>
        <TextPair
          long most={500} zh={t(flowTexts.aboutZh)} en={t(flowTexts.aboutEn)} value={flow.about ?? { zh: "", en: "" }}
          onChange={(about) => onChange({ ...flow, about: about.zh || about.en ? about : undefined }, "about")}
        />
      </div>
    </section>
  );
}
