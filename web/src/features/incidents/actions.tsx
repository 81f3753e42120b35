import { useRef, useState } from "react";
import { ApiProblem, command } from "../../api/client";
import type { Incident } from "../../api/types";
import { useSay } from "../../app/language";
import { useMe } from "../../app/me";
import { useSite } from "../../app/site";
import { partsTexts } from "../../parts/texts";
import { incidentTexts } from "./texts";

export interface Doing {
  busy: string | null;
  problem: { zh: string; en: string } | null;
  run: (verb: string, text?: string) => Promise<boolean>;
}

/** Commands on one incident: says at once that it is on its way, then done or why not; never pretends. */
export function useIncidentCommands(incident: string, after: () => void): Doing {
  const { me } = useMe();
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<{ zh: string; en: string } | null>(null);
  const run = async (verb: string, text?: string) => {
    if (!me) {
      setProblem(partsTexts.mayNot);
      return false;
    }
    setBusy(verb);
    setProblem(null);
    try {
      await command<Incident>(`/incidents/${encodeURIComponent(incident)}/${verb}`, text ? { text } : {});
      after();
      return true;
    } catch (error) {
      setProblem(error instanceof ApiProblem ? error.text : { zh: String(error), en: String(error) });
      return false;
    } finally {
      setBusy(null);
    }
  };
  return { busy, problem, run };
}

/** The one large button. */
export function TakeButton({ incident, doing }: { incident: Incident; doing: Doing }) {
  const t = useSay();
  const { people } = useSite();
  const { me } = useMe();
  const over = incident.status === "closed" || incident.status === "dissolved";
  if (over) return null;
  const owner = people.get(incident.owner ?? "");
  if (incident.owner && incident.owner === me?.id) return null;
  const other = incident.owner !== null;
  return (
    <button
      className={other ? "button huge" : "button main huge"} disabled={doing.busy !== null} onClick={() => void doing.run("take")}
      title={other ? t(incidentTexts.takeOverHint, { who: owner ? t(owner.name) : (incident.owner ?? "") }) : t(incidentTexts.takeHint)}
    >
      {t(doing.busy === "take" ? incidentTexts.sending : other ? incidentTexts.takeOver : incidentTexts.iHaveIt)}
    </button>
  );
}

/** Press and hold, with the consequence in words: closing is not undone. */
export function CloseButton({ incident, doing }: { incident: Incident; doing: Doing }) {
  const t = useSay();
  const [holding, setHolding] = useState(false);
  const timer = useRef<number | undefined>(undefined);
  const active = incident.members.filter((m) => m.active).length;
  const start = () => {
    if (doing.busy) return;
    setHolding(true);
    timer.current = window.setTimeout(() => {
      setHolding(false);
      void doing.run("close");
    }, 1500);
  };
  const end = () => {
    window.clearTimeout(timer.current);
    setHolding(false);
  };
  return (
    <div className="soft">
      <button
        className={holding ? "button hold holding" : "button hold"} disabled={doing.busy !== null}
        onPointerDown={start} onPointerUp={end} onPointerLeave={end} onPointerCancel={end} onContextMenu={(e) => e.preventDefault()}
        onKeyDown={(e) => (e.key === "Enter" || e.key === " ") && !e.repeat && (e.preventDefault(), start())} onKeyUp={end} onBlur={end}
      >
        <span className="fill" />
        {t(doing.busy === "close" ? incidentTexts.sending : incidentTexts.close)}
      </button>{" "}
      <small>
        {t(incidentTexts.closeTitle)} · {active > 0 ? t(incidentTexts.closeActive, { n: active }) : t(incidentTexts.closeHint)}
      </small>
    </div>
  );
}

export function NoteForm({ doing }: { doing: Doing }) {
  const t = useSay();
  const [text, setText] = useState("");
  const send = async () => {
    if (text.trim() && (await doing.run("note", text.trim()))) setText("");
  };
  return (
    <form
      className="actions" style={{ padding: "0 16px 14px" }}
      onSubmit={(e) => {
        e.preventDefault();
        void send();
      }}
    >
      <input className="field grow" value={text} maxLength={2000} onChange={(e) => setText(e.target.value)} placeholder={t(incidentTexts.noteHolder)} aria-label={t(incidentTexts.note)} />
      <button className="button" disabled={!text.trim() || doing.busy !== null}>
        {t(doing.busy === "note" ? incidentTexts.sending : incidentTexts.send)}
      </button>
    </form>
  );
}
