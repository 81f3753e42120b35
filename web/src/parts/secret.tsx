import { useState } from "react";
import { useSay } from "../app/language";
import { partsTexts } from "./texts";

/** A text that is shown this once: selectable, with a button that copies it. */
export function Secret({ text, label }: { text: string; label: string }) {
  const t = useSay();
  const [said, setSaid] = useState<string | null>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid(t(partsTexts.copied));
    } catch {
      setSaid(t(partsTexts.notCopied));
    }
  };
  return (
    <div className="secret">
      <input className="field" readOnly value={text} aria-label={label} onFocus={(e) => e.currentTarget.select()} />
      <button type="button" className="button" onClick={() => void copy()}>{said ?? t(partsTexts.copy)}</button>
    </div>
  );
}
