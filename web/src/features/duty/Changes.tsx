import { useEffect, useState } from "react";
import { ApiProblem, command } from "../../api/client";
import { useAsk } from "../../app/ask";
import { useMe } from "../../app/me";
import { When } from "../../parts/when";
import type { Page, Text } from "../../api/types";
import { useAct } from "../../parts/doing";
import { Failed, Loading } from "../../parts/states";
import { useNames } from "./names";
import { dutyTexts } from "./texts";
import type { ToldChange } from "./types";

const SHOWN = 10;

/** Every change, the newest first, each with its undo: undoing is a change too. */
export function Changes({ revision, rounds, onDone }: { revision: number; rounds: number; onDone: () => void }) {
  const { t, person } = useNames();
  const { may } = useMe();
  const act = useAct();
  const [limit, setLimit] = useState(SHOWN);
  const asked = useAsk<Page<ToldChange>>(`/duty/changes?limit=${limit}`);
  const { data: page, again } = asked;
  useEffect(again, [revision, rounds, again]);
  const [opens, setOpens] = useState<{ change: string; gaps: Text[] } | null>(null);
  const undo = (change: ToldChange, accept: boolean) =>
    void act.run(async () => {
      try {
        await command(`/duty/changes/${change.id}/undo`, { why: t(dutyTexts.undoWhy), accept_gaps: accept }, revision);
        setOpens(null);
        onDone();
      } catch (error) {
        if (error instanceof ApiProblem && error.code === "duty.leaves_gap") {
          setOpens({ change: change.id, gaps: (error.current as { gaps: Text[] } | null)?.gaps ?? [error.text] });
          return;
        }
        if (error instanceof ApiProblem && error.status === 412) onDone();
        throw error;
      }
    });
  return (
    <section className="panel">
      <header><h2>{t(dutyTexts.history)}</h2></header>
      {act.problem && <p className="body refusal" role="alert">{t(act.problem)}</p>}
      {!page ? (
        asked.error ? <Failed error={asked.error} retry={asked.again} /> : <Loading lines={3} />
      ) : page.total === 0 ? (
        <p className="body soft">{t(dutyTexts.noChanges)}</p>
      ) : (
        <ul className="change-list">
          {page.items.map((change) => (
            <li key={change.id} className={change.undone_by ? "undone" : undefined}>
              <div>
                <span className="what">{t(change.text)}</span>
                <span className="soft"><When ns={change.time} /> · {person(change.by)}{change.body.type !== "undo" && ` · ${change.why}`}</span>
                {opens?.change === change.id && (
                  <div className="refusal" role="alert">
                    {t(dutyTexts.willOpen)}
                    <ul>{opens.gaps.map((gap, i) => <li key={i}>{t(gap)}</li>)}</ul>
                    <button className="button" disabled={act.busy} onClick={() => undo(change, true)}>{t(dutyTexts.acceptGaps)}</button>
                  </div>
                )}
              </div>
              {change.undone_by ? (
                <span className="tag">{t(dutyTexts.undone)}</span>
              ) : (
                may("duty.rota") && <button className="button" disabled={act.busy} onClick={() => undo(change, false)}>{t(dutyTexts.undo)}</button>
              )}
            </li>
          ))}
        </ul>
      )}
      {page && page.total > limit && <p className="body"><button className="button" onClick={() => setLimit(limit + 50)}>{t(dutyTexts.loadMore)}</button></p>}
    </section>
  );
}
