import { useState } from "react";
import { ApiProblem, command } from "../../api/client";
import { useAsk } from "../../app/ask";
import { useMe } from "../../app/me";
import { useAct } from "../../parts/doing";
import { Failed, Loading } from "../../parts/states";
import { roleNames } from "../identity/roles";
import { ChainEditor } from "./ChainEditor";
import { DryView } from "./DryView";
import { stepName, useNames } from "./names";
import { dutyTexts, HAZARDS } from "./texts";
import type { Chain, ChainBody, Chains as Listed, Who } from "./types";

/** Escalation chains, and the dry view: what would happen without anything being sent. */
export function Chains() {
  const { t } = useNames();
  const { may } = useMe();
  const asked = useAsk<Listed>("/duty/chains?limit=500", 60_000);
  const [editing, setEditing] = useState<{ chain: Chain | null } | null>(null);
  const [draft, setDraft] = useState<ChainBody | null>(null);
  const close = () => {
    setEditing(null);
    setDraft(null);
    asked.again();
  };
  if (asked.error && !asked.data) return <Failed error={asked.error} retry={asked.again} />;
  if (!asked.data) return <Loading lines={6} />;
  const { escalate_after, everyone_after } = asked.data.default;
  return (
    <div className="duty-two">
      <section className="panel">
        <header>
          <h2>{t(dutyTexts.chains)}</h2>
          {may("duty.chains") && !editing && <button className="button main" onClick={() => setEditing({ chain: null })}>{t(dutyTexts.newChain)}</button>}
        </header>
        {editing ? (
          <ChainEditor chain={editing.chain} onDraft={setDraft} onClose={close} />
        ) : (
          <>
            <p className="body soft">{t(dutyTexts.chainsWhat, { step: escalate_after, all: everyone_after })}</p>
            {asked.data.items.length === 0 ? (
              <p className="body"><b>{t(dutyTexts.noChains)}</b></p>
            ) : (
              <ul className="chain-list">
                {asked.data.items.map((chain) => <ChainRow key={chain.id} chain={chain} onEdit={() => setEditing({ chain })} onDone={asked.again} />)}
              </ul>
            )}
          </>
        )}
      </section>
      <DryView draft={draft} revision={asked.data.items.map((chain) => `${chain.id}${chain.revision}`).join()} />
    </div>
  );
}

export function useWho() {
  const { t, person } = useNames();
  return (who: Who) =>
    who.kind === "everyone" ? t(dutyTexts.everyone)
    : who.kind === "person" ? person(who.id)
    : who.kind === "role" ? t(dutyTexts.role, { role: t(roleNames[who.id] ?? { zh: who.id, en: who.id }) })
    : t(dutyTexts.onStep, { step: stepName(t, who.step) });
}

function ChainRow({ chain, onEdit, onDone }: { chain: Chain; onEdit: () => void; onDone: () => void }) {
  const { t, zoneList, join } = useNames();
  const { may } = useMe();
  const say = useWho();
  const act = useAct();
  const [sure, setSure] = useState(false);
  const { body } = chain;
  const scope = [
    body.zones.length ? zoneList(body.zones) : t(dutyTexts.anyZone),
    body.hazards.length ? join(body.hazards.map((h) => t(HAZARDS[h as keyof typeof HAZARDS] ?? { zh: h, en: h }))) : t(dutyTexts.anyHazard),
    body.priorities.length ? `${t(dutyTexts.priority)} ${body.priorities.join(", ")}` : t(dutyTexts.anyPriority),
  ].join(" · ");
  const remove = () => {
    if (!sure) return setSure(true);
    void act.run(async () => {
      try {
        await command(`/duty/chains/${chain.id}/remove`, {}, chain.revision);
      } catch (error) {
        if (error instanceof ApiProblem && error.status === 412) onDone();
        throw error;
      }
      onDone();
    });
  };
  return (
    <li>
      <div>
        <b>{t(body.name)}</b>
        <span className="soft">{scope}</span>
        <ol className="chain-steps">
          {body.steps.map((step, i) => (
            <li key={i}><span className="num">{i === 0 ? t(dutyTexts.atOnce) : `+${step.wait_s} s`}</span> {join(step.who.map(say))}</li>
          ))}
        </ol>
        {body.repeat_s ? <span className="soft">{t(dutyTexts.repeats, { s: body.repeat_s })}</span> : null}
        {act.problem && <p className="refusal" role="alert">{t(act.problem)}</p>}
      </div>
      {may("duty.chains") && (
        <div className="acts-row">
          <button className="button" onClick={onEdit}>{t(dutyTexts.edit)}</button>
          <button className="button" disabled={act.busy} onClick={remove} onBlur={() => setSure(false)}>{t(sure ? dutyTexts.removeSure : dutyTexts.remove)}</button>
        </div>
      )}
    </li>
  );
}
