import { lazy, Suspense, useState, type ReactNode } from "react";
import { useLanguage, useSay } from "../../app/language";
import { Loading } from "../../parts/states";
import type { Doing } from "./doing";
import { Hold } from "../mobile/parts";
import { Presence, usePresence } from "./Presence";
import { answersBefore, lastVerdict, wantsPresence } from "./permit";
import { Samples } from "./Samples";
import { permitTexts } from "./texts";
import type { OpenTask, Shown } from "./types";
import { Verdict } from "./Verdict";

const FormView = lazy(() => import("./FormView"));

/** One open step of mine: what was said to the last try, and what is to be done. */
export function Step({ shown, task, doing }: { shown: Shown; task: OpenTask; doing: Doing }) {
  const t = useSay();
  const asks = shown.asks[task.task];
  const verdict = lastVerdict(shown.history, task.key);
  const path = `/runs/${encodeURIComponent(shown.run.id)}`;
  const submit = (answers: Record<string, unknown>) => doing.run(`${path}/submit`, { task: task.task, answers }, task.name);
  const sign = (answers: Record<string, unknown>, presence: object | null) =>
    doing.run(`${path}/sign`, { task: task.task, answers, ...(presence ? { presence } : {}) }, task.name, true);
  return (
    <section className="permit-step" aria-label={t(task.name)}>
      <h2>{t(task.name)}</h2>
      {asks?.as?.help && <p className="soft">{t(asks.as.help)}</p>}
      {verdict && <Verdict judged={verdict} kind={task.kind} />}
      {doing.pending ?? <Ask shown={shown} task={task} busy={doing.busy} submit={submit} sign={sign} />}
      {doing.problem && <p className="permit-problem" role="alert">{t(doing.problem)}</p>}
    </section>
  );
}

interface Asking {
  shown: Shown;
  task: OpenTask;
  busy: boolean;
  submit: (answers: Record<string, unknown>) => Promise<boolean>;
  sign: (answers: Record<string, unknown>, presence: object | null) => Promise<boolean>;
}

function Ask(props: Asking): ReactNode {
  const t = useSay();
  const { shown, task, busy, submit } = props;
  const asks = shown.asks[task.task];
  const card = asks?.as;
  switch (task.kind) {
    case "form":
      return (
        <Suspense fallback={<Loading lines={3} />}>
          <FormView schema={card?.form ?? {}} start={answersBefore(shown.data, task.key)} label={t(permitTexts.submit)} busy={busy} onSubmit={(answers) => void submit(answers)} />
        </Suspense>
      );
    case "measure":
    case "check":
      return <Samples quantities={card?.quantities ?? []} label={t(permitTexts.submit)} busy={busy} onSubmit={submit} />;
    case "isolate":
    case "confirm":
      return <Energies {...props} />;
    case "approve":
      return <Sign {...props} />;
    case "accept":
      return <Accept {...props} />;
    case "decide":
      return <Decide {...props} />;
    case "overtime":
      return (
        <>
          <p>{t(permitTexts.overtimeHow)}</p>
          <div className="permit-two">
            <Hold ms={1000} hint={t(permitTexts.hold)} className="button" onHeld={() => void submit({ finished: false })}>{t(permitTexts.notDone)}</Hold>
            <button type="button" className="button main" disabled={busy} onClick={() => void submit({ finished: true })}>{t(permitTexts.done)}</button>
          </div>
        </>
      );
    case "work":
      return <Hold ms={1000} hint={t(permitTexts.finishHold)} className="button main permit-main" onHeld={() => void submit({})}>{t(permitTexts.finish)}</Hold>;
    case "start":
    case "resume":
      return (
        <>
          <p>{t(permitTexts.startHow)}</p>
          <button type="button" className="button main permit-main" disabled={busy} onClick={() => void submit({})}>{t(task.kind === "start" ? permitTexts.start : permitTexts.resume)}</button>
        </>
      );
    default:
      return null;
  }
}

function Ticks({ lines, ticked, onTick }: { lines: { key: string; label: string }[]; ticked: Set<string>; onTick: (ticked: Set<string>) => void }) {
  const change = (key: string, on: boolean) => {
    const next = new Set(ticked);
    if (on) next.add(key);
    else next.delete(key);
    onTick(next);
  };
  return (
    <ul className="permit-ticks">
      {lines.map((line) => (
        <li key={line.key}>
          <label>
            <input type="checkbox" checked={ticked.has(line.key)} onChange={(e) => change(line.key, e.target.checked)} />
            <span>{line.label}</span>
          </label>
        </li>
      ))}
    </ul>
  );
}

function Energies({ shown, task, busy, submit }: Asking) {
  const t = useSay();
  const [ticked, setTicked] = useState(new Set<string>());
  const energies = shown.asks[task.task]?.as?.energies ?? [];
  const word = t(task.kind === "isolate" ? permitTexts.cutOff : permitTexts.sure);
  const left = energies.filter((one) => !ticked.has(one.key)).length;
  const answers = () => Object.fromEntries(energies.map((one) => [one.key, ticked.has(one.key)]));
  return (
    <>
      <Ticks lines={energies.map((one) => ({ key: one.key, label: `${t(one.name)} · ${word}` }))} ticked={ticked} onTick={setTicked} />
      {left > 0 && <p className="soft">{t(permitTexts.needAll, { n: left })}</p>}
      <div className={task.kind === "confirm" ? "permit-two" : undefined}>
        {task.kind === "confirm" && <button type="button" className="button" disabled={busy || left === 0} onClick={() => void submit(answers())}>{t(permitTexts.sendBack)}</button>}
        <button type="button" className="button main permit-main" disabled={busy || left > 0} onClick={() => void submit(answers())}>{t(task.kind === "isolate" ? permitTexts.allCut : permitTexts.allSure)}</button>
      </div>
    </>
  );
}

function Sign({ shown, task, busy, sign }: Asking) {
  const t = useSay();
  const [reason, setReason] = useState("");
  const [lacks, setLacks] = useState(false);
  const { there, set } = usePresence(shown.run.zones);
  const onSite = wantsPresence(shown.asks[task.task]);
  const presence = there && onSite ? { zone: there.zone, time: Math.round(there.time) * 1_000_000 } : null;
  const refuse = () => (reason.trim() ? void sign({ decision: "refused", reason: reason.trim() }, presence) : setLacks(true));
  return (
    <>
      {onSite && <Presence zones={shown.run.zones} there={there} onThere={set} />}
      <textarea
        className="field" rows={2} maxLength={2000} value={reason} placeholder={t(permitTexts.reasonHolder)} aria-label={t(permitTexts.reason)}
        onChange={(e) => {
          setReason(e.target.value);
          setLacks(false);
        }}
      />
      {lacks && <p role="alert">{t(permitTexts.needReason)}</p>}
      <div className="permit-two">
        <button type="button" className="button" disabled={busy} onClick={refuse}>{t(permitTexts.refuse)}</button>
        <button
          type="button" className="button main" disabled={busy || (onSite && there === null)}
          onClick={() => void sign({ decision: "approved", ...(reason.trim() ? { reason: reason.trim() } : {}) }, presence)}
        >
          {t(permitTexts.approve)}
        </button>
      </div>
    </>
  );
}

function Accept({ shown, task, busy, submit }: Asking) {
  const t = useSay();
  const [ticked, setTicked] = useState(new Set<string>());
  const lines = shown.asks[task.task]?.as?.lines ?? [];
  const keys = lines.length ? lines.map((line, n) => ({ key: `l${n + 1}`, label: t(line) })) : [{ key: "accepted", label: t(permitTexts.accepted) }];
  const left = keys.filter((one) => !ticked.has(one.key)).length;
  return (
    <>
      <Ticks lines={keys} ticked={ticked} onTick={setTicked} />
      {left > 0 && <p className="soft">{t(permitTexts.needAll, { n: left })}</p>}
      <button type="button" className="button main permit-main" disabled={busy || left > 0} onClick={() => void submit(Object.fromEntries(keys.map((one) => [one.key, true])))}>{t(permitTexts.acceptAll)}</button>
    </>
  );
}

function Decide({ shown, task, busy, submit }: Asking) {
  const t = useSay();
  const language = useLanguage();
  const [reason, setReason] = useState("");
  const decide = (decision: string) => void submit({ decision, reason: reason.trim() });
  return (
    <>
      <p lang={language}>{t(permitTexts.decideHow, { when: shown.asks[task.task]?.when ?? "" })}</p>
      <textarea className="field" rows={2} maxLength={2000} value={reason} placeholder={t(permitTexts.needReason)} aria-label={t(permitTexts.reason)} onChange={(e) => setReason(e.target.value)} />
      <div className="permit-two">
        <button type="button" className="button" disabled={busy || !reason.trim()} onClick={() => decide("otherwise")}>{t(permitTexts.decideOtherwise)}</button>
        <button type="button" className="button main" disabled={busy || !reason.trim()} onClick={() => decide("then")}>{t(permitTexts.decideThen)}</button>
      </div>
    </>
  );
}
