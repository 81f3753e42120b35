import { useEffect, useState } from "react";
import { ApiProblem, command, request } from "../../api/client";
import type { Text } from "../../api/types";
import { useAsk } from "../../app/ask";
import { useLanguage, useSay } from "../../app/language";
import { useSite } from "../../app/site";
import { Dialog } from "../../parts/dialog";
import { useAct } from "../../parts/doing";
import { Failed, Loading } from "../../parts/states";
import { partsTexts } from "../../parts/texts";
import { digits, unitText } from "../../parts/value";
import { Differences } from "./Differences";
import { formOf, settingOf, type Form, type LimitState, type Setting } from "./limits";
import { limitTexts } from "./limitTexts";

interface Checked {
  faults: Text[];
  notes: Text[];
}

/** Another setting for a limit, with what it would do; two people who edit at once both keep what they wrote. */
export function LimitEditor({ alarm, onClose, onSent }: { alarm: string; onClose: () => void; onSent: () => void }) {
  const t = useSay();
  const asked = useAsk<LimitState>(`/alarms/limits/${encodeURIComponent(alarm)}`);
  return (
    <Dialog title={t(limitTexts.editTitle, { alarm })} onClose={onClose} wide>
      {asked.data ? <Editing first={asked.data} onClose={onClose} onSent={onSent} /> : asked.error ? <Failed error={asked.error} retry={asked.again} /> : <Loading lines={6} />}
    </Dialog>
  );
}

function Editing({ first, onClose, onSent }: { first: LimitState; onClose: () => void; onSent: () => void }) {
  const t = useSay();
  const language = useLanguage();
  const [state, setState] = useState(first);
  const [form, setForm] = useState<Form>(() => formOf(first.in_force));
  const [reason, setReason] = useState("");
  const [conflict, setConflict] = useState(false);
  const act = useAct();
  const after = settingOf(form);
  const checked = useChecked(state.alarm, after);
  const changed = after !== null && JSON.stringify(after) !== JSON.stringify(state.in_force);
  const unit = unitText(state.unit, language);
  const send = async (setting: Setting | null) => {
    const done = await act.run(async () => {
      try {
        await command(`/alarms/limits/${encodeURIComponent(state.alarm)}/propose`, { after: setting, reason: reason.trim() }, state.revision);
      } catch (error) {
        if (error instanceof ApiProblem && error.status === 412 && error.current) {
          setState(error.current as LimitState);
          setConflict(true);
        }
        throw error;
      }
    });
    if (done) onSent();
  };
  const field = (name: "at" | "deadband" | "on_delay" | "off_delay", label: Text, inUnit: string) => (
    <label className="setting">
      <span>{t(label)}{inUnit && ` (${inUnit})`}</span>
      <input className="field num" inputMode="decimal" value={form[name]} onChange={(e) => setForm({ ...form, [name]: e.target.value })} />
      <small className="muted">{t(limitTexts.inForce)} {digits(state.in_force[name])}{state.file[name] !== state.in_force[name] && ` · ${t(limitTexts.inFile)} ${digits(state.file[name])}`}</small>
    </label>
  );
  const s = t(limitTexts.seconds);
  const ready = after !== null && changed && reason.trim().length >= 2 && !act.busy && checked?.faults.length === 0;
  return (
    <div className="limit-editor">
      <p className="soft">{t(limitTexts.editWhat)}</p>
      {conflict && <Conflict state={state} mine={after} onTake={(setting) => setForm(formOf(setting))} onGoOn={() => setConflict(false)} />}
      <div className="settings">
        {field("at", limitTexts.at, unit)}
        {field("deadband", limitTexts.deadband, unit)}
        {field("on_delay", limitTexts.onDelay, s)}
        {field("off_delay", limitTexts.offDelay, s)}
        <label className="setting">
          <span>{t(limitTexts.priority)}</span>
          <select className="field" value={form.priority} onChange={(e) => setForm({ ...form, priority: e.target.value })}>
            {[1, 2, 3, 4].map((p) => <option key={p} value={p}>{p}</option>)}
          </select>
          <small className="muted">{t(limitTexts.inForce)} {state.in_force.priority}</small>
        </label>
      </div>
      <fieldset className="why-editor">
        <legend>
          <label className="pick-all">
            <input type="checkbox" checked={form.rationalised} onChange={(e) => setForm({ ...form, rationalised: e.target.checked })} /> {t(limitTexts.addWhy)}
          </label>
        </legend>
        {form.rationalised && (
          <>
            {(["cause", "consequence", "action"] as const).map((part) => (
              <div key={part} className="why-words">
                <span>{t(limitTexts[part])}</span>
                {(["zh", "en"] as const).map((lang) => (
                  <textarea
                    key={lang} className="field" rows={2} maxLength={500} lang={lang} value={form[part][lang]} placeholder={t(lang === "zh" ? limitTexts.chinese : limitTexts.english)}
                    aria-label={`${t(limitTexts[part])} ${t(lang === "zh" ? limitTexts.chinese : limitTexts.english)}`} onChange={(e) => setForm({ ...form, [part]: { ...form[part], [lang]: e.target.value } })}
                  />
                ))}
              </div>
            ))}
            <label className="setting">
              <span>{t(limitTexts.respondSeconds)}</span>
              <input className="field num" inputMode="decimal" value={form.respond} onChange={(e) => setForm({ ...form, respond: e.target.value })} />
            </label>
          </>
        )}
      </fieldset>
      <label className="reason">
        <span>{t(limitTexts.reason)}</span>
        <textarea className="field" rows={2} maxLength={500} value={reason} onChange={(e) => setReason(e.target.value)} placeholder={t(limitTexts.reasonHolder)} />
      </label>
      <div role="status" className="told">
        {after === null && <p className="fault">{t(limitTexts.notNumber)}</p>}
        {changed && checked?.faults.map((f) => <p key={f.en} className="fault">{t(f)}</p>)}
        {changed && checked?.notes.map((n) => <p key={n.en} className="note">{t(limitTexts.warned)}: {t(n)}</p>)}
        {act.problem && <p className="fault">{t(act.problem)}</p>}
      </div>
      <div className="foot">
        <button className="button" onClick={onClose}>{t(partsTexts.cancel)}</button>
        {state.overridden && (
          <button className="button" disabled={act.busy || reason.trim().length < 2} title={t(limitTexts.toFileTitle)} onClick={() => void send(null)}>{t(limitTexts.toFile)}</button>
        )}
        <button className="button main" disabled={!ready} onClick={() => void send(after)}>{t(act.busy ? limitTexts.sending : limitTexts.send)}</button>
      </div>
    </div>
  );
}

/** What stands now beside what this person wrote. */
function Conflict(props: { state: LimitState; mine: Setting | null; onTake: (setting: Setting) => void; onGoOn: () => void }) {
  const { state, mine, onTake, onGoOn } = props;
  const t = useSay();
  const { people } = useSite();
  const open = state.proposals.filter((p) => p.state === "open" && p.after);
  return (
    <section className="panel conflict" role="alert">
      <p><b>{t(limitTexts.conflict)}</b></p>
      <div className="sides">
        {mine && <div><h3>{t(limitTexts.yours)}</h3><Differences before={state.in_force} after={mine} unit={state.unit} /></div>}
        {open.map((p) => (
          <div key={p.id}>
            <h3>{t(limitTexts.theirs, { name: people.has(p.by) ? t(people.get(p.by)!.name) : p.by })}</h3>
            <Differences before={state.in_force} after={p.after!} unit={state.unit} />
            <p className="soft">{p.reason}</p>
            <button className="button" onClick={() => onTake(p.after!)}>{t(limitTexts.takeTheirs)}</button>
          </div>
        ))}
      </div>
      <button className="button" onClick={onGoOn}>{t(limitTexts.goOn)}</button>
    </section>
  );
}

/** What the platform says of the setting, a moment after typing stopped; null while it is not known. */
function useChecked(alarm: string, after: Setting | null): Checked | null {
  const [checked, setChecked] = useState<{ key: string; told: Checked } | null>(null);
  const key = after ? JSON.stringify(after) : "";
  useEffect(() => {
    if (!after) return;
    let gone = false;
    const timer = window.setTimeout(() => {
      request<Checked>("POST", `/alarms/limits/${encodeURIComponent(alarm)}/check`, { after })
        .then((told) => !gone && setChecked({ key, told }))
        .catch((error: unknown) => {
          const words = error instanceof ApiProblem ? error.text : { zh: String(error), en: String(error) };
          if (!gone) setChecked({ key, told: { faults: [words], notes: [] } });
        });
    }, 250);
    return () => {
      gone = true;
      window.clearTimeout(timer);
    };
  }, [alarm, key]);
  return checked && checked.key === key ? checked.told : null;
}
