import { useEffect, useRef, useState } from "react";
import { command } from "../../api/client";
import { useSay } from "../../app/language";
import { useConnection } from "../../app/live";
import { useAct } from "../../parts/doing";
import type { Doing } from "../permits/doing";
import { Run } from "../permits/Run";
import { permitTexts } from "../permits/texts";
import type { Shown } from "../permits/types";
import { useRunNews } from "../permits/useRuns";
import { useKept } from "./kept";
import { useOutbox } from "./outbox";
import { Aged, Nothing, StateOf, useDo } from "./parts";
import { usePerson } from "./person";
import { phoneTexts } from "./texts";

/** One permit on the phone: my step first, then how it stands. */
export default function PermitPage({ id }: { id: string }) {
  const t = useSay();
  const { me, may } = usePerson();
  const items = useOutbox();
  const start = items.find((item) => item.id === id && item.path === "/runs");
  const isUnsent = start !== undefined && start.state !== "sent";
  const asked = useKept<Shown>(isUnsent ? null : `/runs/${encodeURIComponent(id)}`, 30_000);
  useRunNews(id, asked.again);
  const doing = useDoing(id, asked.again, asked.data?.run.revision ?? 0);
  if (isUnsent)
    return (
      <div className="state" role="status">
        <b>{t(start.state === "refused" ? permitTexts.refusedApply : start.title)}</b>
        {start.state === "refused" ? start.problem && <p role="alert">{t(start.problem)}</p> : <p>{t(permitTexts.notSentYet)}</p>}
        <StateOf item={start} />
      </div>
    );
  if (!asked.data) return <Nothing>{t(asked.error ? permitTexts.unknown : phoneTexts.loading)}</Nothing>;
  return <Run shown={asked.data} me={me} may={may} doing={doing} aged={<Aged at={asked.at} fresh={asked.fresh} />} />;
}

/** Through the queue, so that a tunnel loses nothing; signatures need their proof and a line. */
function useDoing(id: string, again: () => void, revision: number): Doing {
  const t = useSay();
  const items = useOutbox().filter((item) => item.kind === "permit" && item.about === id);
  const { alive } = useConnection();
  const act = useAct();
  const { failed, run } = useDo();
  const last = items.at(-1);
  const [sentAt, setSentAt] = useState<number | null>(null);
  const state = last?.state;
  const before = useRef(state);
  useEffect(() => {
    if (before.current === "waiting" && state === "sent") again();
    if (before.current !== "refused" && state === "refused") again();
    before.current = state;
  }, [state, again]);
  const isOut = last !== undefined && (last.state === "waiting" || (last.state === "sent" && sentAt !== null && revision <= sentAt));
  return {
    busy: act.busy,
    problem: act.problem ?? (failed ? { zh: failed, en: failed } : last?.state === "refused" ? last.problem : null),
    pending: isOut ? <p className="m-unsent" role="status">{t(last.title)} {last.state === "sent" ? t(permitTexts.goingOut) : <StateOf item={last} />}</p> : null,
    run: async (path, body, title, online) => {
      if (online) {
        if (!alive) return act.run(() => Promise.reject(new Error(t(permitTexts.online))));
        const done = await act.run(() => command(path, body));
        again();
        return done;
      }
      setSentAt(revision);
      return (await run({ kind: "permit", about: id, title, path, body })) !== null;
    },
  };
}
