import { useState } from "react";
import type { AlarmStatus } from "../../api/types";
import { useSay } from "../../app/language";
import { Dialog } from "../../parts/dialog";
import { partsTexts } from "../../parts/texts";
import { alarmTexts } from "./texts";

const TIMES: [number, { zh: string; en: string }][] = [
  [900, alarmTexts.m15],
  [3600, alarmTexts.h1],
  [4 * 3600, alarmTexts.h4],
  [8 * 3600, alarmTexts.h8],
];

/** Out of sight for a time, with a reason and the consequence in words. */
export function ShelveDialog(props: { alarm: AlarmStatus; busy: boolean; problem?: string | null; onShelve: (seconds: number, reason: string) => void; onCancel: () => void }) {
  const { alarm, busy, problem, onShelve, onCancel } = props;
  const t = useSay();
  const [seconds, setSeconds] = useState(900);
  const [reason, setReason] = useState("");
  return (
    <Dialog title={t(alarmTexts.shelveTitle, { name: t(alarm.message) })} onClose={onCancel}>
      <p className="soft">{t(alarmTexts.shelveWhat)}</p>
      <h3>{t(alarmTexts.howLong)}</h3>
      <div className="choices" role="group" aria-label={t(alarmTexts.howLong)}>
        {TIMES.map(([s, text]) => (
          <button key={s} type="button" className="button" aria-pressed={seconds === s} onClick={() => setSeconds(s)}>
            {t(text)}
          </button>
        ))}
      </div>
      <h3>{t(alarmTexts.reason)}</h3>
      <textarea className="field" rows={2} maxLength={500} value={reason} onChange={(e) => setReason(e.target.value)} placeholder={t(alarmTexts.reasonHolder)} aria-label={t(alarmTexts.reason)} autoFocus />
      {problem && <p role="alert" className="fault">{problem}</p>}
      <div className="foot">
        <button className="button" onClick={onCancel}>{t(partsTexts.cancel)}</button>
        <button className="button main" disabled={busy || reason.trim().length < 2} onClick={() => onShelve(seconds, reason.trim())}>{t(busy ? alarmTexts.sending : alarmTexts.shelve)}</button>
      </div>
    </Dialog>
  );
}
