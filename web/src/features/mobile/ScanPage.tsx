import { useState } from "react";
import { useSay } from "../../app/language";
import { go } from "../../app/router";
import { useSite } from "../../app/site";
import { Camera } from "./Camera";
import { parseCode, placePath } from "./codes";
import { phoneTexts } from "./texts";

/** The code at the place, by camera or by hand. */
export default function ScanPage() {
  const t = useSay();
  const { zones } = useSite();
  const [isOpen, setOpen] = useState(false);
  const [why, setWhy] = useState<string | null>(null);
  const [typed, setTyped] = useState("");
  const [foreign, setForeign] = useState<string | null>(null);
  const use = (text: string) => {
    const code = parseCode(text, (id) => (zones.has(id) ? "zone" : "point"));
    if (code) go(placePath(code));
    else setForeign(text.slice(0, 60));
  };
  return (
    <>
      <h1>{t(phoneTexts.scanTitle)}</h1>
      <p className="soft">{t(phoneTexts.scanHow)}</p>
      {why !== null ? (
        <p role="alert">{t(phoneTexts.noCamera, { why })}</p>
      ) : isOpen ? (
        <Camera onCode={use} onFail={setWhy} />
      ) : (
        <button className="button main m-huge" onClick={() => setOpen(true)}>{t(phoneTexts.openCamera)}</button>
      )}
      {foreign !== null && <p role="alert">{t(phoneTexts.notOurs, { text: foreign })}</p>}
      <form
        className="m-form" onSubmit={(event) => {
          event.preventDefault();
          if (typed.trim()) use(typed);
        }}
      >
        <label htmlFor="m-code">{t(phoneTexts.typeCode)}</label>
        <div className="m-line">
          <input id="m-code" className="field" value={typed} onChange={(e) => setTyped(e.target.value)} placeholder={t(phoneTexts.codeHolder)} maxLength={120} autoCapitalize="off" autoCorrect="off" spellCheck={false} />
          <button className="button" disabled={!typed.trim()}>{t(phoneTexts.open)}</button>
        </div>
      </form>
    </>
  );
}
