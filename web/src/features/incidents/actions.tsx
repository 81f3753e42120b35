import { Select } from "antd";
import { useEffect, useRef, useState } from "react";
import { ApiProblem, command } from "../../api/client";
import type { Incident, Text } from "../../api/types";
import { useSay } from "../../app/language";
import { useMe } from "../../app/me";
import { useSite } from "../../app/site";
import { incidentTexts } from "./texts";

export interface Doing {
  busy: string | null;
  /** What was done last, shown for a few seconds. */
  done: string | null;
  problem: Text | null;
  run: (verb: string, body?: Record<string, unknown>) => Promise<boolean>;
}

const SHOWN_MS = 4000;

/** Commands on one incident: says at once that it is on its way, then done or why not; never pretends. */
export function useIncidentCommands(incident: string, after: () => void): Doing {
  const [busy, setBusy] = useState<string | null>(null);
  const [done, setDone] = useState<string | null>(null);
  const [problem, setProblem] = useState<Text | null>(null);
  useEffect(() => {
    if (!done) return;
    const timer = window.setTimeout(() => setDone(null), SHOWN_MS);
    return () => window.clearTimeout(timer);
  }, [done]);
  const run = async (verb: string, body: Record<string, unknown> = {}) => {
    setBusy(verb);
    setDone(null);
    setProblem(null);
    try {
      await command<Incident>(`/incidents/${encodeURIComponent(incident)}/${verb}`, body);
      setDone(verb);
      after();
      return true;
    } catch (error) {
      setProblem(error instanceof ApiProblem ? error.text : { zh: String(error), en: String(error) });
      return false;
    } finally {
      setBusy(null);
    }
  };
  return { busy, done, problem, run };
}

/** How the last command stands: on its way, done, or not done and why. */
export function DoingState({ doing }: { doing: Doing }) {
  const t = useSay();
  return (
    <>
      <p role="status" className="doing">{doing.busy ? t(incidentTexts.sending) : doing.done ? `✓ ${t(incidentTexts.done)}` : ""}</p>
      {doing.problem && (
        <p role="alert" className="fault">
          {t(incidentTexts.notSent)}: {t(doing.problem)}
        </p>
      )}
    </>
  );
}

/** The one large button. From somebody else it is taken with a press and hold, unless that person asked for it. */
export function TakeButton({ incident, doing }: { incident: Incident; doing: Doing }) {
  const t = useSay();
  const { people } = useSite();
  const { me, may } = useMe();
  const over = incident.status === "closed" || incident.status === "dissolved";
  if (over || !me || !may("incidents.take") || incident.owner === me.id) return null;
  const owner = people.get(incident.owner ?? "");
  const offered = incident.offered_to === me.id;
  if (incident.owner === null || offered)
    return (
      <button className="button main huge" disabled={doing.busy !== null} onClick={() => void doing.run("take")} title={t(incidentTexts.takeHint)}>
        {t(doing.busy === "take" ? incidentTexts.sending : incidentTexts.iHaveIt)}
      </button>
    );
  const who = owner ? t(owner.name) : incident.owner;
  return (
    <HoldButton label={t(incidentTexts.takeOver)} busy={doing.busy !== null} sending={doing.busy === "take"} onHeld={() => void doing.run("take", { instead_of: incident.owner })}>
      {t(incidentTexts.takeOverHint, { who })}
    </HoldButton>
  );
}

/** Hand it back, or ask somebody to take it: it stays with its owner until that person says so. */
export function OwnerActions({ incident, doing }: { incident: Incident; doing: Doing }) {
  const t = useSay();
  const { site, people } = useSite();
  const { me, may } = useMe();
  const [handing, setHanding] = useState(false);
  const [settling, setSettling] = useState(false);
  const [words, setWords] = useState("");
  if (!me || incident.owner !== me.id || incident.status === "closed" || incident.status === "dissolved") return null;
  const offered = people.get(incident.offered_to ?? "");
  const others = site.people.filter((p) => p.id !== me.id);
  return (
    <div className="owner-actions">
      {may("incidents.hand") &&
        (incident.offered_to ? (
          <button className="button" disabled={doing.busy !== null} onClick={() => void doing.run("hand")}>
            {t(incidentTexts.withdraw, { who: offered ? t(offered.name) : incident.offered_to })}
          </button>
        ) : handing ? (
          <Select
            className="hand-to" autoFocus defaultOpen showSearch={{ optionFilterProp: "label" }} placeholder={t(incidentTexts.handTo)} aria-label={t(incidentTexts.handTo)}
            options={others.map((p) => ({ value: p.id, label: t(p.name) }))} onBlur={() => setHanding(false)}
            onChange={(to: string) => {
              setHanding(false);
              void doing.run("hand", { to });
            }}
          />
        ) : (
          <button className="button" disabled={doing.busy !== null} onClick={() => setHanding(true)} title={t(incidentTexts.handHint)}>{t(incidentTexts.hand)}</button>
        ))}
      {may("incidents.release") && (
        <button className="button" disabled={doing.busy !== null} onClick={() => void doing.run("release")} title={t(incidentTexts.releaseHint)}>
          {t(doing.busy === "release" ? incidentTexts.sending : incidentTexts.release)}
        </button>
      )}
      {may("incidents.settle") && incident.status !== "settled" && !settling && (
        <button className="button" disabled={doing.busy !== null} onClick={() => setSettling(true)} title={t(incidentTexts.settleHint)}>{t(incidentTexts.settle)}</button>
      )}
      {settling && (
        <form
          className="words-form"
          onSubmit={(e) => {
            e.preventDefault();
            void doing.run("settle", { text: words.trim() }).then((ok) => ok && setSettling(false));
          }}
        >
          <input className="field grow" autoFocus value={words} maxLength={2000} onChange={(e) => setWords(e.target.value)} placeholder={t(incidentTexts.settleWords)} aria-label={t(incidentTexts.settleWords)} />
          <button className="button" disabled={!words.trim() || doing.busy !== null}>{t(incidentTexts.settle)}</button>
          <button type="button" className="button" onClick={() => setSettling(false)}>{t(incidentTexts.keep)}</button>
        </form>
      )}
    </div>
  );
}

/** Press and hold, with the consequence in words. */
function HoldButton(props: { label: string; busy: boolean; sending: boolean; onHeld: () => void; children: string }) {
  const { label, busy, sending, onHeld, children } = props;
  const t = useSay();
  const [holding, setHolding] = useState(false);
  const timer = useRef<number | undefined>(undefined);
  const start = () => {
    if (busy) return;
    setHolding(true);
    timer.current = window.setTimeout(() => {
      setHolding(false);
      onHeld();
    }, 1500);
  };
  const end = () => {
    window.clearTimeout(timer.current);
    setHolding(false);
  };
  useEffect(() => end, []);
  return (
    <div className="soft hold-box">
      <button
        className={holding ? "button hold holding" : "button hold"} disabled={busy}
        // Lines that arrive meanwhile move the button; the finger that holds it stays on it.
        onPointerDown={(e) => (e.currentTarget.setPointerCapture(e.pointerId), start())} onPointerUp={end} onPointerLeave={end} onPointerCancel={end} onContextMenu={(e) => e.preventDefault()}
        onKeyDown={(e) => (e.key === "Enter" || e.key === " ") && !e.repeat && (e.preventDefault(), start())} onKeyUp={end} onBlur={end}
      >
        <span className="fill" />
        {sending ? t(incidentTexts.sending) : label}
      </button>
      <small>
        {t(incidentTexts.holdHint)} · {children}
      </small>
    </div>
  );
}

/** Closing is not undone: words where alarms still hold, then press and hold. */
export function CloseIncident({ incident, doing }: { incident: Incident; doing: Doing }) {
  const t = useSay();
  const { may } = useMe();
  const [words, setWords] = useState("");
  const active = incident.members.filter((m) => m.active).length;
  if (!may("incidents.close") || incident.status === "closed" || incident.status === "dissolved") return null;
  const text = words.trim();
  return (
    <div className="close-box">
      <input
        className="field" value={words} maxLength={2000} onChange={(e) => setWords(e.target.value)} aria-label={t(incidentTexts.closeWords)}
        placeholder={t(active > 0 ? incidentTexts.closeWordsNeeded : incidentTexts.closeWords)} aria-required={active > 0}
      />
      <HoldButton label={t(incidentTexts.close)} busy={doing.busy !== null || (active > 0 && !text)} sending={doing.busy === "close"} onHeld={() => void doing.run("close", text ? { text } : {})}>
        {active > 0 ? t(incidentTexts.closeActive, { n: active }) : t(incidentTexts.closeHint)}
      </HoldButton>
    </div>
  );
}

export function NoteForm({ doing }: { doing: Doing }) {
  const t = useSay();
  const { may } = useMe();
  const [text, setText] = useState("");
  if (!may("incidents.note")) return null;
  const send = async () => {
    if (text.trim() && (await doing.run("note", { text: text.trim() }))) setText("");
  };
  return (
    <form
      className="words-form note-form"
      onSubmit={(e) => {
        e.preventDefault();
        void send();
      }}
    >
      <textarea
        className="field grow" rows={2} value={text} maxLength={2000} onChange={(e) => setText(e.target.value)} placeholder={t(incidentTexts.noteHolder)} aria-label={t(incidentTexts.note)}
        onKeyDown={(e) => {
          if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) void send();
        }}
      />
      <button className="button" disabled={!text.trim() || doing.busy !== null}>
        {t(doing.busy === "note" ? incidentTexts.sending : incidentTexts.send)}
      </button>
    </form>
  );
}
