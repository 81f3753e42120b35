import { useState } from "react";
import type { AlarmStatus } from "../../api/types";
import { useSay } from "../../app/language";
import { Dialog } from "../../parts/dialog";
import { partsTexts } from "../../parts/texts";
import { alarmTexts } from "./texts";

const TIMES: [number, { zh: string; en: string }][] = [
  [8 * 3600, alarmTexts.h8],
  [86_400, alarmTexts.h24],
  [7 * 86_400, alarmTexts.d7],
  [30 * 86_400, alarmTexts.d30],
];

/** Asks that an alarm be taken out of service; a second person decides. */
export function TakeOutDialog(props: { alarm: AlarmStatus; busy: boolean; problem: string | null; onTakeOut: (seconds: number, reason: string) => void; onCancel: () => void }) {
  const { alarm, busy, problem, onTakeOut, onCancel } = props;
  const t = useSay();
  const [seconds, setSeconds] = useState(8 * 3600);
  const [reason, setReason] = useState("");
  return (
    <Dialog title={t(alarmTexts.takeOutTitle, { name: t(alarm.message) })} onClose={onCancel}>
      <p className="soft">{t(alarmTexts.takeOutWhat)}</p>
      <h3>{t(alarmTexts.howLong)}</h3>
      <div className="choices" role="group" aria-label={t(alarmTexts.howLong)}>
        {TIMES.map(([s, text]) => (
          <button key={s} type="button" className="button" aria-pressed={seconds === s} onClick={() => setSeconds(s)}>{t(text)}</button>
        ))}
      </div>
      <h3>{t(alarmTexts.reason)}</h3>
      <textarea className="field" rows={2} maxLength={500} value={reason} onChange={(e) => setReason(e.target.value)} placeholder={t(alarmTexts.takeOutHolder)} aria-label={t(alarmTexts.reason)} autoFocus />
      {problem && <p role="alert" className="fault">{problem}</p>}
      <div className="foot">
        <button className="button" onClick={onCancel}>{t(partsTexts.cancel)}</button>
        <button className="button main" disabled={busy || reason.trim().length < 2} onClick={() => onTakeOut(seconds, reason.trim())}>{t(busy ? alarmTexts.sending : alarmTexts.askApproval)}</button>
      </div>
    </Dialog>
  );
}
