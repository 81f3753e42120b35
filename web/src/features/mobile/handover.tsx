import { clock, useNow } from "../../app/clock";
import { useSay } from "../../app/language";
import { useSite } from "../../app/site";
import { useNames } from "./hazards";
import { useOutbox } from "./outbox";
import { Hold, StateOf, useDo } from "./parts";
import { phoneTexts } from "./texts";

/** A hand-over note between shifts, as duty keeps it (duty/handover.py): what the phone shows of it. */
export interface Handover {
  id: string;
  time: number;
  by: string;
  to: string;
  text: string;
  confirmed: number | null;
}

/** The outgoing person's words, and the incoming one's confirmation. */
export function HandoverBox({ handover }: { handover: Handover }) {
  const t = useSay();
  const now = useNow();
  const { site } = useSite();
  const { person } = useNames();
  const { failed, run } = useDo();
  const item = useOutbox().find((i) => i.kind === "handover" && i.about === handover.id);
  const title = { zh: `接班：${person(handover.by)}`, en: `Hand-over from ${person(handover.by)}` };
  return (
    <div className="m-do">
      <h2>{t(phoneTexts.handoverFrom, { who: person(handover.by) })} · {clock(handover.time / 1e6, now, site.timezone, "minute")}</h2>
      <p>{handover.text}</p>
      {item ? (
        <StateOf item={item} />
      ) : (
        <Hold
          ms={1000} className="button m-wide" hint={t(phoneTexts.confirmHold)}
          onHeld={() => void run({ kind: "handover", about: handover.id, title, path: `/duty/handovers/${encodeURIComponent(handover.id)}/confirm`, body: {} })}
        >
          {t(phoneTexts.confirmHandover)}
        </Hold>
      )}
      {item?.state === "refused" && item.problem && <p role="alert">{t(item.problem)}</p>}
      {failed && <p role="alert">{failed}</p>}
    </div>
  );
}
