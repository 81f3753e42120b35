import { useState } from "react";
import { command, edit } from "../../api/client";
import { useAct } from "../../parts/doing";
import { Labelled, Picks } from "./ChangeFields";
import { useNames } from "./names";
import { dutyTexts, WEEKDAYS } from "./texts";
import type { Contact, Quiet } from "./types";

/** A channel of one's own. Its address is entered here and never comes back. */
export function ContactForm({ path, contact, onClose }: { path: string; contact: Contact | null; onClose: () => void }) {
  const { t } = useNames();
  const [name, setName] = useState(contact?.name ?? "");
  const [type, setType] = useState(contact?.type ?? "webhook");
  const [address, setAddress] = useState("");
  const [most, setMost] = useState(contact?.max_priority ?? 4);
  const [quiet, setQuiet] = useState<Quiet[]>(contact?.quiet ?? []);
  const act = useAct();
  const kept = contact !== null && contact.type === type && contact.usable;
  const save = () =>
    void act.run(async () => {
      const body = { name, type, max_priority: most, quiet, ...(address ? { address } : {}) };
      if (contact) await edit(`${path}/${contact.id}`, contact.revision, body);
      else await command(path, body);
      onClose();
    });
  const change = (at: number, part: Partial<Quiet>) => setQuiet(quiet.map((q, i) => (i === at ? { ...q, ...part } : q)));
  return (
    <form
      className="duty-form body"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Labelled label={t(dutyTexts.name)}><input className="field" value={name} maxLength={40} onChange={(e) => setName(e.target.value)} autoFocus /></Labelled>
      <Labelled label={t(dutyTexts.type)}>
        <select className="field" value={type} onChange={(e) => setType(e.target.value)}>
          <option value="webhook">{t(dutyTexts.webhook)}</option>
          <option value="apprise">{t(dutyTexts.apprise)}</option>
        </select>
      </Labelled>
      <Labelled label={`${t(dutyTexts.address)} · ${t(dutyTexts.addressNote)}`} wide>
        <input className="field" type="password" autoComplete="off" value={address} maxLength={1000} onChange={(e) => setAddress(e.target.value)} placeholder={kept ? `${contact.shown} · ${t(dutyTexts.addressKept)}` : type === "webhook" ? "https://…" : "wecombot://…  dingtalk://…  mailto://…"} />
      </Labelled>
      <Labelled label={t(dutyTexts.upTo)}>
        <select className="field" value={most} onChange={(e) => setMost(Number(e.target.value))}>
          {[4, 3, 2, 1].map((n) => <option key={n} value={n}>{n === 1 ? t(dutyTexts.only1) : t(dutyTexts.upToN, { n })}</option>)}
        </select>
      </Labelled>
      <fieldset className="wide picks steps">
        <legend>{t(dutyTexts.quiet)}</legend>
        {quiet.map((one, i) => (
          <div key={i} className="step-row">
            <input className="field" type="time" aria-label={t(dutyTexts.from)} value={one.start} onChange={(e) => change(i, { start: e.target.value })} />
            <input className="field" type="time" aria-label={t(dutyTexts.to)} value={one.end} onChange={(e) => change(i, { end: e.target.value })} />
            <select className="field" aria-label={t(dutyTexts.still)} value={one.still} onChange={(e) => change(i, { still: Number(e.target.value) })}>
              {[1, 2, 3].map((n) => <option key={n} value={n}>{t(dutyTexts.still)} {n === 1 ? t(dutyTexts.only1) : t(dutyTexts.upToN, { n })}</option>)}
              <option value={0}>{t(dutyTexts.stillNone)}</option>
            </select>
            <button type="button" className="button" onClick={() => setQuiet(quiet.filter((_, n) => n !== i))}>{t(dutyTexts.less)}</button>
            <Picks label={t(dutyTexts.days)} all={WEEKDAYS.map((day) => ({ id: day, name: t(dutyTexts[day]) }))} chosen={one.days} onChange={(days) => change(i, { days })} />
          </div>
        ))}
        {quiet.length < 10 && <button type="button" className="button" onClick={() => setQuiet([...quiet, { start: "22:00", end: "06:00", days: [], still: 1 }])}>{t(dutyTexts.addQuiet)}</button>}
      </fieldset>
      {act.problem && <p className="wide refusal" role="alert">{t(act.problem)}</p>}
      <div className="wide acts-row end">
        <button type="button" className="button" onClick={onClose}>{t(dutyTexts.cancel)}</button>
        <button className="button main" disabled={act.busy || !name.trim() || (!kept && !address.trim())}>{t(dutyTexts.save)}</button>
      </div>
    </form>
  );
}
