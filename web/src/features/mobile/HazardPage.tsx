import { useState } from "react";
import { clock, useNow } from "../../app/clock";
import { useSay } from "../../app/language";
import { useSite } from "../../app/site";
import { actionTexts, kindTexts, levelTexts, statusTexts, steps, type FoundHazard, type HazardLine } from "../work/hazard";
import { Photos } from "../work/Photos";
import { Deadline, useNames } from "./hazards";
import { useKept } from "./kept";
import { useOutbox } from "./outbox";
import { Aged, Nothing, Part, StateOf, useDo } from "./parts";
import { usePerson } from "./person";
import { PhotoPicker } from "./PhotoPicker";
import { phoneTexts } from "./texts";

/** One hidden hazard: what, where, who, until when; and the step that is mine. */
export default function HazardPage({ id }: { id: string }) {
  const t = useSay();
  const asked = useKept<{ hazard: FoundHazard; history: HazardLine[] }>(`/work/hazards/${encodeURIComponent(id)}`, 30_000);
  const now = useNow();
  const { site } = useSite();
  const { zone, person } = useNames();
  if (!asked.data) return <Nothing>{t(asked.error ? phoneTexts.unknownHazard : phoneTexts.loading)}</Nothing>;
  const { hazard, history } = asked.data;
  return (
    <>
      <header className="m-head">
        <div>
          <h1>{hazard.words}</h1>
          <p>
            <b>{zone(hazard.zone)}</b>
            {hazard.point && ` · ${hazard.point}`}
          </p>
          <p className="soft">
            {t(kindTexts[hazard.kind])} · {t(levelTexts[hazard.level])} · {t(phoneTexts.reportedBy, { who: person(hazard.reporter) })} ·{" "}
            {clock(hazard.seen / 1e6, now, site.timezone, "minute")}
          </p>
          <p>
            <span className="tag strong">{t(statusTexts[hazard.status])}</span> {hazard.assignee && t(phoneTexts.assignedTo, { who: person(hazard.assignee) })}{" "}
            <Deadline hazard={hazard} />
          </p>
        </div>
      </header>
      <Aged at={asked.at} fresh={asked.fresh} />
      <Photos ids={hazard.photos} />
      <Steps hazard={hazard} again={asked.again} />
      <Part title={t(phoneTexts.history)}>
        <ol className="m-timeline">
          {[...history].reverse().map((line) => (
            <li key={line.id}>
              <time>{clock(line.time / 1e6, now, site.timezone, "minute")}</time>
              <div>
                <p>
                  {person(line.by)} · {t(actionTexts[line.action], { who: person(line.person) })}
                  {line.words && line.action !== "report" && `：${line.words}`}
                </p>
                {line.action !== "report" && <Photos ids={line.photos} />}
              </div>
            </li>
          ))}
        </ol>
      </Part>
    </>
  );
}

function Steps({ hazard, again }: { hazard: FoundHazard; again: () => void }) {
  const t = useSay();
  const { me, may } = usePerson();
  const items = useOutbox();
  const { failed, run } = useDo();
  const [words, setWords] = useState("");
  const [photos, setPhotos] = useState<Blob[]>([]);
  const possible = steps(hazard, me?.id ?? null).filter((step) => may(`work.${step === "return" ? "verify" : step}`));
  const mine = items.filter((i) => i.about === hazard.id && i.kind !== "hazard" && i.state !== "sent").at(-1);
  if (mine)
    return (
      <p className="m-unsent">
        {t(mine.title)} <StateOf item={mine} /> {mine.state === "refused" && mine.problem && <small role="alert">{t(mine.problem)}</small>}
      </p>
    );
  const act = async (step: "fix" | "verify" | "return", title: { zh: string; en: string }) => {
    const done = await run({
      kind: step === "fix" ? "fix" : "verify", about: hazard.id, title, path: `/work/hazards/${encodeURIComponent(hazard.id)}/${step}`,
      body: { words: words.trim() }, ifMatch: `"${hazard.revision}"`, photos,
    });
    if (done === null) return;
    setWords("");
    setPhotos([]);
    window.setTimeout(again, 1500);
  };
  if (possible.includes("fix"))
    return (
      <div className="m-form">
        <textarea className="field" rows={2} maxLength={2000} value={words} onChange={(e) => setWords(e.target.value)} placeholder={t(phoneTexts.fixHolder)} aria-label={t(phoneTexts.fixHolder)} />
        <PhotoPicker photos={photos} onChange={setPhotos} />
        <button className="button main m-wide" disabled={!words.trim()} onClick={() => void act("fix", phoneTexts.fixed)}>{t(phoneTexts.fixed)}</button>
        {failed && <p role="alert">{failed}</p>}
      </div>
    );
  if (possible.includes("verify"))
    return (
      <div className="m-form">
        <textarea className="field" rows={2} maxLength={2000} value={words} onChange={(e) => setWords(e.target.value)} placeholder={t(phoneTexts.noteHolder)} aria-label={t(phoneTexts.note)} />
        <div className="m-two">
          <button className="button" disabled={!words.trim()} onClick={() => void act("return", phoneTexts.returnIt)}>{t(phoneTexts.returnIt)}</button>
          <button className="button main" onClick={() => void act("verify", phoneTexts.verify)}>{t(phoneTexts.verify)}</button>
        </div>
        {failed && <p role="alert">{failed}</p>}
      </div>
    );
  return hazard.status === "fixed" && hazard.fixed_by === me?.id ? <Nothing>{t(phoneTexts.ownWork)}</Nothing> : null;
}
