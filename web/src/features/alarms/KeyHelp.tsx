import { useSay } from "../../app/language";
import { Dialog } from "../../parts/dialog";
import { alarmTexts, keyNames } from "./texts";

/** Which keys work the alarm list. */
export function KeyHelp({ onClose }: { onClose: () => void }) {
  const t = useSay();
  return (
    <Dialog title={t(alarmTexts.keys)} onClose={onClose}>
      <dl className="facts keys">
        {keyNames.map(([key, text]) => [
          <dt key={`k${key}`}><kbd>{key}</kbd></dt>,
          <dd key={`t${key}`}>{t(text)}</dd>,
        ])}
      </dl>
    </Dialog>
  );
}
