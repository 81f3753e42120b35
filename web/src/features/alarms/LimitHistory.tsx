import { useAsk } from "../../app/ask";
import { useSay } from "../../app/language";
import { useSite } from "../../app/site";
import { Dialog } from "../../parts/dialog";
import { Empty, Failed, Loading } from "../../parts/states";
import { digits } from "../../parts/value";
import { When } from "../../parts/when";
import { Differences } from "./Differences";
import type { LimitState } from "./limits";
import { limitTexts, proposalStates } from "./limitTexts";

/** Everything that was in force or proposed for a limit, newest first. */
export function LimitHistory({ alarm, onClose }: { alarm: string; onClose: () => void }) {
  const t = useSay();
  const { people } = useSite();
  const asked = useAsk<LimitState>(`/alarms/limits/${encodeURIComponent(alarm)}`);
  const name = (id: string) => (people.has(id) ? t(people.get(id)!.name) : id);
  const state = asked.data;
  return (
    <Dialog title={t(limitTexts.historyOf, { alarm })} onClose={onClose} wide>
      {!state ? (
        asked.error ? <Failed error={asked.error} retry={asked.again} /> : <Loading lines={5} />
      ) : (
        <>
          {state.faults.map((f) => <p key={f.en} className="fault">{t(f)}</p>)}
          {state.file_then && (
            <p className="note">{t(limitTexts.fileChanged, { then: digits(state.file_then.at), now: digits(state.file.at), inForce: digits(state.in_force.at) })}</p>
          )}
          {state.versions.length + state.proposals.length === 0 && <Empty title={t(limitTexts.noHistory)} />}
          <ul className="history">
            {state.versions.map((v) => (
              <li key={v.version}>
                <b>{t(limitTexts.version, { n: v.version })}</b> · <When ns={v.time} /> · {t(limitTexts.byAndBy, { by: name(v.by), approved: name(v.approved_by) })}
                <Differences before={v.before} after={v.setting ?? v.file} unit={state.unit} />
                <p className="soft">{v.reason}</p>
              </li>
            ))}
            {state.proposals.filter((p) => p.state !== "approved").map((p) => (
              <li key={p.id}>
                <span className="tag">{t(proposalStates[p.state]!)}</span> {t(limitTexts.proposed, { name: name(p.by), time: "" })} <When ns={p.time} />
                {p.before && p.after && <Differences before={p.before} after={p.after} unit={state.unit} />}
                <p className="soft">{p.reason}{p.comment && ` — ${p.comment}`}</p>
              </li>
            ))}
          </ul>
        </>
      )}
    </Dialog>
  );
}
