import { useEffect, useState } from "react";
import { ApiProblem, command, edit } from "../../api/client";
import { useSite } from "../../app/site";
import { useAct } from "../../parts/doing";
import { Labelled, Picks } from "./ChangeFields";
import { useWho } from "./Chains";
import { stepName, useNames } from "./names";
import { dutyTexts, HAZARDS } from "./texts";
import type { Chain, ChainBody, Who } from "./types";

const FRESH: ChainBody = {
  name: { zh: "", en: "" }, zones: [], hazards: [], priorities: [1],
  steps: [
    { wait_s: 0, who: [{ kind: "step", id: "", step: 0 }] },
    { wait_s: 60, who: [{ kind: "step", id: "", step: 1 }] },
    { wait_s: 120, who: [{ kind: "everyone", id: "", step: 0 }] },
  ],
  repeat_s: 120,
};

/** A chain as people build it: for what, who after how long, everyone at the end. */
export function ChainEditor({ chain, onDraft, onClose }: { chain: Chain | null; onDraft: (body: ChainBody) => void; onClose: () => void }) {
  const { t } = useNames();
  const { zones, people } = useSite();
  const [body, setBody] = useState<ChainBody>(chain?.body ?? FRESH);
  const act = useAct();
  useEffect(() => onDraft(body), [body, onDraft]);
  const change = (part: Partial<ChainBody>) => setBody({ ...body, ...part });
  const setStep = (at: number, part: Partial<ChainBody["steps"][number]>) => change({ steps: body.steps.map((s, i) => (i === at ? { ...s, ...part } : s)) });
  const last = body.steps.length - 1;
  const roles = [...new Set([...people.values()].map((p) => p.role))].sort();
  const save = () =>
    void act.run(async () => {
      const sent = { ...body, repeat_s: body.repeat_s || undefined };
      try {
        if (chain) await edit(`/duty/chains/${chain.id}`, chain.revision, { body: sent });
        else await command("/duty/chains", { body: sent });
      } catch (error) {
        // What the other person made of it stands in the fields; nothing is overwritten.
        if (error instanceof ApiProblem && error.status === 412 && error.current) setBody((error.current as Chain).body);
        throw error;
      }
      onClose();
    });
  return (
    <form
      className="duty-form body"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Labelled label={t(dutyTexts.nameZh)}><input className="field" maxLength={80} value={body.name.zh} onChange={(e) => change({ name: { ...body.name, zh: e.target.value } })} /></Labelled>
      <Labelled label={t(dutyTexts.nameEn)}><input className="field" maxLength={80} value={body.name.en} onChange={(e) => change({ name: { ...body.name, en: e.target.value } })} /></Labelled>
      <Picks label={t(dutyTexts.priorities)} all={[1, 2, 3, 4].map((n) => ({ id: String(n), name: String(n) }))} chosen={body.priorities.map(String)} onChange={(ids) => change({ priorities: ids.map(Number).sort() })} />
      <Picks label={t(dutyTexts.hazards)} all={Object.entries(HAZARDS).map(([id, text]) => ({ id, name: t(text) }))} chosen={body.hazards} onChange={(hazards) => change({ hazards })} />
      <Picks label={t(dutyTexts.zones)} all={[...zones.values()].map((z) => ({ id: z.id, name: t(z.name) }))} chosen={body.zones} onChange={(ids) => change({ zones: ids })} />
      <fieldset className="wide picks steps">
        <legend>{t(dutyTexts.steps)}</legend>
        {body.steps.map((step, i) => (
          <div key={i} className="step-row">
            <b>{i + 1}</b>
            {i === 0 ? (
              <span className="soft">{t(dutyTexts.atOnce)}</span>
            ) : (
              <label>
                <span className="sr">{t(dutyTexts.waits)}</span>
                <input className="field num" type="number" min={5} max={3600} value={step.wait_s} onChange={(e) => setStep(i, { wait_s: Number(e.target.value) })} /> s
              </label>
            )}
            {i === last ? (
              <b className="grow">{t(dutyTexts.everyone)}</b>
            ) : (
              <WhoPicker who={step.who} roles={roles} onChange={(who) => setStep(i, { who })} />
            )}
            {i !== last && body.steps.length > 2 && <button type="button" className="button" onClick={() => change({ steps: body.steps.filter((_, n) => n !== i).map((s, n) => (n === 0 ? { ...s, wait_s: 0 } : s)) })}>{t(dutyTexts.less)}</button>}
          </div>
        ))}
        {body.steps.length < 10 && (
          <button type="button" className="button" onClick={() => change({ steps: [...body.steps.slice(0, last), { wait_s: 60, who: [{ kind: "step", id: "", step: Math.min(last, 9) }] }, body.steps[last]!] })}>
            {t(dutyTexts.addStep)}
          </button>
        )}
      </fieldset>
      <Labelled label={t(dutyTexts.repeat)} wide><input className="field" type="number" min={30} max={86400} value={body.repeat_s ?? ""} onChange={(e) => change({ repeat_s: e.target.value ? Number(e.target.value) : null })} /></Labelled>
      {act.problem && <p className="wide refusal" role="alert">{t(act.problem)}</p>}
      <div className="wide acts-row end">
        <button type="button" className="button" onClick={onClose}>{t(dutyTexts.cancel)}</button>
        <button className="button main" disabled={act.busy || !body.name.zh.trim() || !body.name.en.trim()}>{t(dutyTexts.save)}</button>
      </div>
    </form>
  );
}

function WhoPicker({ who, roles, onChange }: { who: Who[]; roles: string[]; onChange: (who: Who[]) => void }) {
  const { t } = useNames();
  const { people } = useSite();
  const say = useWho();
  const add = (value: string) => {
    const [kind, id = ""] = value.split(":");
    if (kind === "step") onChange([...who, { kind, id: "", step: Number(id) }]);
    else if (kind === "role" || kind === "person") onChange([...who, { kind, id, step: 0 }]);
  };
  return (
    <div className="who-picker grow">
      {who.map((one, i) => (
        <span key={i} className="tag">
          {say(one)}
          {who.length > 1 && <button type="button" className="x" aria-label={`${t(dutyTexts.less)}: ${say(one)}`} onClick={() => onChange(who.filter((_, n) => n !== i))}>✕</button>}
        </span>
      ))}
      <select className="field" value="" onChange={(e) => add(e.target.value)} aria-label={t(dutyTexts.addWho)}>
        <option value="">+ {t(dutyTexts.addWho)}</option>
        {[0, 1, 2, 3, 4].map((n) => <option key={n} value={`step:${n}`}>{t(dutyTexts.onStep, { step: stepName(t, n) })}</option>)}
        {roles.map((role) => <option key={role} value={`role:${role}`}>{say({ kind: "role", id: role, step: 0 })}</option>)}
        {[...people.values()].map((p) => <option key={p.id} value={`person:${p.id}`}>{t(p.name)}</option>)}
      </select>
    </div>
  );
}
