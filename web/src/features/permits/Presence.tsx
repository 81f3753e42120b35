import { lazy, Suspense, useState } from "react";
import { duration, serverNow, useNow } from "../../app/clock";
import { useLanguage, useSay } from "../../app/language";
import { useRemembered } from "../../app/remembered";
import { useSite } from "../../app/site";
import { parseCode } from "../mobile/codes";
import { isThere } from "./permit";
import { permitTexts } from "./texts";

const Camera = lazy(() => import("../mobile/Camera").then((m) => ({ default: m.Camera })));

export interface There {
  zone: string;
  time: number;
}

/** The zone code that was scanned last, as long as it says where one is. */
export function usePresence(zones: string[]): { there: There | null; set: (there: There) => void } {
  const [kept, keep] = useRemembered("presence", "");
  const now = useNow();
  let there: There | null = null;
  try {
    there = kept ? (JSON.parse(kept) as There) : null;
  } catch {
    // kept by another version: scanned again
  }
  return { there: isThere(there, zones, now) ? there : null, set: (one) => keep(JSON.stringify(one)) };
}

/** Scan the code at the work's zone: a signature on site needs it. */
export function Presence({ zones, there, onThere }: { zones: string[]; there: There | null; onThere: (there: There) => void }) {
  const t = useSay();
  const language = useLanguage();
  const now = useNow();
  const site = useSite();
  const [isOpen, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const [said, setSaid] = useState<string | null>(null);
  const name = (zone: string) => t(site.zones.get(zone)?.name ?? { zh: zone, en: zone });
  const use = (text: string) => {
    const code = parseCode(text, (id) => (site.zones.has(id) ? "zone" : "point"));
    if (!code || code.kind !== "zone") return setSaid(text.slice(0, 60));
    if (!zones.includes(code.id)) return setSaid(t(permitTexts.wrongZone, { zone: name(code.id) }));
    setSaid(null);
    setOpen(false);
    onThere({ zone: code.id, time: serverNow() });
  };
  if (there) return <p className="permit-there">✓ {t(permitTexts.thereNow, { zone: name(there.zone), age: duration(now - there.time, language) })}</p>;
  return (
    <div className="permit-scan">
      <p><b>{t(permitTexts.mustBeThere)}</b></p>
      {isOpen ? (
        <Suspense fallback={null}>
          <Camera
            onCode={use} onFail={(why) => {
              setOpen(false);
              setSaid(why);
            }}
          />
        </Suspense>
      ) : (
        <button type="button" className="button permit-main" onClick={() => setOpen(true)}>{t(permitTexts.scan)}</button>
      )}
      <label>
        {t(permitTexts.typeCode)}
        <span className="permit-line">
          <input className="field" value={typed} maxLength={120} autoCapitalize="off" spellCheck={false} onChange={(e) => setTyped(e.target.value)} />
          <button type="button" className="button" disabled={!typed.trim()} onClick={() => use(typed)}>{t(permitTexts.useCode)}</button>
        </span>
      </label>
      {said && <p role="alert">{said}</p>}
    </div>
  );
}
