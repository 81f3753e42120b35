import { clock, useNow } from "../../app/clock";
import { useSay } from "../../app/language";
import { useSite } from "../../app/site";
import { outbox, useOutbox } from "./outbox";
import { Hold, StateOf } from "./parts";
import { usePerson } from "./person";
import { counts, type Kind } from "./queue";
import { phoneTexts } from "./texts";

const kinds: Record<Kind, { zh: string; en: string }> = {
  take: phoneTexts.iHaveIt, release: phoneTexts.giveBack, note: phoneTexts.note, help: phoneTexts.help, hazard: phoneTexts.reportTitle,
  acknowledge: { zh: "确认报警", en: "Acknowledge" }, fix: phoneTexts.fixed, verify: { zh: "验收", en: "Check" },
  handover: { zh: "交接班", en: "Hand-over" }, permit: { zh: "作业票", en: "Permit" },
};

/** Everything that was done on this phone and where it is now: nothing is lost without a word. */
export default function QueuePage() {
  const t = useSay();
  const now = useNow();
  const { site } = useSite();
  const { me } = usePerson();
  const items = useOutbox();
  const mine = items.filter((i) => i.person === me?.id);
  const { waiting, others } = counts(items, me?.id ?? null);
  return (
    <>
      <h1>{t(phoneTexts.queueTitle)}</h1>
      <p className="soft">{t(phoneTexts.queueHow)}</p>
      {waiting > 0 && <button className="button m-wide" onClick={() => void outbox.hurry()}>{t(phoneTexts.sendNow)}</button>}
      {others > 0 && <p role="note">{t(phoneTexts.ofAnother, { n: others })}</p>}
      {mine.length === 0 && <div className="state"><b>{t(phoneTexts.queueEmpty)}</b></div>}
      <ul className="m-list">
        {[...mine].reverse().map((item) => (
          <li key={item.id} className="m-row m-item">
            <span className="m-about">
              <b>{t(kinds[item.kind])}</b>
              <span className="soft">
                {t(item.title)}
                {typeof item.body.text === "string" && item.body.text && `：${item.body.text}`}
              </span>
              <span>
                <StateOf item={item} /> <small className="soft">{clock(item.made, now, site.timezone)}</small>
              </span>
              {item.problem && item.state !== "sent" && <span role="alert">{t(item.problem)}</span>}
              {item.state === "refused" && (
                <span className="m-two">
                  <button className="button" onClick={() => void outbox.again(item.id)}>{t(phoneTexts.tryAgain)}</button>
                  <Hold ms={1000} hint={t(phoneTexts.dropHold)} onHeld={() => void outbox.drop(item.id)}>{t(phoneTexts.drop)}</Hold>
                </span>
              )}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
