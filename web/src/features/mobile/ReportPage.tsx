import { useEffect, useRef, useState } from "react";
import { serverNow } from "../../app/clock";
import { useSay } from "../../app/language";
import { go, useAddress } from "../../app/router";
import { useSite } from "../../app/site";
import { kindTexts, levelTexts, type HazardKind, type HazardLevel } from "../work/hazard";
import { EMPTY, opened, reportBody, type Draft } from "./draft";
import { kept } from "./kept";
import { useOutbox } from "./outbox";
import { Nothing, StateOf, useDo } from "./parts";
import { usePerson } from "./person";
import { PhotoPicker } from "./PhotoPicker";
import { PlanPicker } from "./PlanPicker";
import { propose, toSite, zonesAt } from "./position";
import { phoneTexts } from "./texts";

const POSITION_MS = 15_000;

/** Report a hidden hazard: where, what, in words and pictures; works without a line. */
export default function ReportPage() {
  const t = useSay();
  const { me, may } = usePerson();
  const { query } = useAddress();
  const asked = query.toString();
  const [draft, setDraft] = useState<Draft | null>(null);
  const [sent, setSent] = useState<string | null>(null);
  const [missing, setMissing] = useState<{ zh: string; en: string } | null>(null);
  const { failed, run } = useDo();
  const { zones } = useSite();
  useEffect(() => {
    let wanted = true;
    void kept.get<Draft>("draft").then((entry) => wanted && setDraft(opened(entry?.data, new URLSearchParams(asked))));
    return () => {
      wanted = false;
    };
  }, [asked]);
  if (!me || !may("work.report")) return <Nothing>{t(me ? phoneTexts.mayNot : phoneTexts.signInFirst)}</Nothing>;
  if (sent) return <Sent id={sent} again={() => setSent(null)} />;
  if (!draft) return <Nothing>{t(phoneTexts.loading)}</Nothing>;
  const set = (changes: Partial<Draft>) => {
    const next = { ...draft, ...changes };
    setDraft(next);
    setMissing(null);
    void kept.put("draft", next);
  };
  const send = async () => {
    const lacks = !draft.zone ? phoneTexts.needZone : !draft.words.trim() ? phoneTexts.needWords : null;
    if (lacks) return setMissing(lacks);
    const zone = zones.get(draft.zone)?.name ?? { zh: draft.zone, en: draft.zone };
    const title = { zh: `隐患：${zone.zh} ${draft.words.slice(0, 30)}`, en: `Hazard: ${zone.en} ${draft.words.slice(0, 30)}` };
    const id = await run({ kind: "hazard", about: draft.zone, title, path: "/work/hazards", body: reportBody(draft, serverNow()), photos: draft.photos });
    if (id === null) return;
    await kept.forget("draft");
    setDraft(EMPTY);
    setSent(id);
    if (asked) go("/m/report", true);
  };
  return (
    <form
      className="m-form m-report" onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <h1>{t(phoneTexts.reportTitle)}</h1>
      <Where draft={draft} set={set} />
      <fieldset>
        <legend>{t(phoneTexts.what)}</legend>
        <div className="m-kinds">
          {(Object.keys(kindTexts) as HazardKind[]).map((kind) => (
            <button key={kind} type="button" className="button" aria-pressed={draft.kind === kind} onClick={() => set({ kind })}>{t(kindTexts[kind])}</button>
          ))}
        </div>
        <textarea className="field" rows={3} maxLength={2000} value={draft.words} onChange={(e) => set({ words: e.target.value })} placeholder={t(phoneTexts.wordsHolder)} aria-label={t(phoneTexts.wordsHolder)} />
      </fieldset>
      <fieldset>
        <legend>{t(phoneTexts.photos)}</legend>
        <PhotoPicker photos={draft.photos} onChange={(photos) => set({ photos })} />
      </fieldset>
      <fieldset>
        <legend>{t(phoneTexts.level)}</legend>
        <div className="m-choices">
          {(["general", "major"] as HazardLevel[]).map((level) => (
            <button key={level} type="button" className="button" aria-pressed={draft.level === level} onClick={() => set({ level })}>{t(levelTexts[level])}</button>
          ))}
        </div>
        {draft.level === "major" && <p role="note"><b>{t(phoneTexts.majorHint)}</b></p>}
      </fieldset>
      <div className="m-thumb">
        {missing && <p role="alert">{t(missing)}</p>}
        {failed && <p role="alert">{failed}</p>}
        <button className="button main m-huge">{t(phoneTexts.send)}</button>
      </div>
    </form>
  );
}

function Sent({ id, again }: { id: string; again: () => void }) {
  const t = useSay();
  const item = useOutbox().find((i) => i.id === id);
  return (
    <div className="state" role="status">
      <b>{t(item?.state === "sent" ? phoneTexts.reported : item?.state === "refused" ? phoneTexts.refused : phoneTexts.keptHere)}</b>
      {item && item.state !== "sent" && <p>{item.problem ? t(item.problem) : <StateOf item={item} />}</p>}
      {item?.state === "sent" && <p><button className="button m-wide" onClick={() => go(`/m/hazard/${id}`)}>{t(phoneTexts.open)}</button></p>}
      <button className="button m-wide" onClick={again}>{t(phoneTexts.another)}</button>
    </div>
  );
}

function Where({ draft, set }: { draft: Draft; set: (changes: Partial<Draft>) => void }) {
  const t = useSay();
  const { site } = useSite();
  const [isPlan, setPlan] = useState(false);
  const [told, setTold] = useState<string | null>(null);
  const asking = useRef(false);
  const locate = () => {
    if (asking.current) return;
    if (!navigator.geolocation) return setTold(t(phoneTexts.positionFailed));
    asking.current = true;
    setTold(t(phoneTexts.loading));
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        asking.current = false;
        const place = toSite(coords.longitude, coords.latitude, site.georeference);
        const m = Math.round(coords.accuracy);
        const zone = propose(place, site.zones);
        if (zone) set({ zone: zone.id, place, point: null });
        const many = zonesAt(place, site.zones).length > 1;
        if (many) set({ place, point: null });
        setTold(t(zone ? phoneTexts.positionFound : many ? phoneTexts.positionMany : phoneTexts.positionOutside, { m }));
        if (!zone && !many) setPlan(true);
      },
      () => {
        asking.current = false;
        setTold(t(phoneTexts.positionFailed));
        setPlan(true);
      },
      { enableHighAccuracy: true, timeout: POSITION_MS, maximumAge: 30_000 },
    );
  };
  return (
    <fieldset>
      <legend>{t(phoneTexts.whereIs)}</legend>
      <select className="field m-wide" value={draft.zone} onChange={(e) => set({ zone: e.target.value, place: null, point: null })} aria-label={t(phoneTexts.chooseZone)}>
        <option value="">{t(phoneTexts.chooseZone)}</option>
        {site.storeys.map((storey) => (
          <optgroup key={storey.id} label={t(storey.name)}>
            {site.zones.filter((z) => z.storey === storey.id).map((z) => (
              <option key={z.id} value={z.id}>{t(z.name)}</option>
            ))}
          </optgroup>
        ))}
      </select>
      {draft.point && <p className="tag strong">{draft.point}</p>}
      <div className="m-three">
        <button type="button" className="button" onClick={() => go("/m/scan")}>{t(phoneTexts.byScan)}</button>
        <button type="button" className="button" aria-pressed={isPlan} onClick={() => setPlan(!isPlan)}>{t(phoneTexts.byPlan)}</button>
        <button type="button" className="button" onClick={locate}>{t(phoneTexts.byPosition)}</button>
      </div>
      {told && <p role="status">{told}</p>}
      {isPlan && <PlanPicker zone={draft.zone} place={draft.place} onPick={(zone, place) => set({ zone, place, point: null })} />}
    </fieldset>
  );
}
