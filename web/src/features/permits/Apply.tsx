import { lazy, Suspense, useState } from "react";
import { useSay } from "../../app/language";
import { useSite } from "../../app/site";
import { Loading } from "../../parts/states";
import type { Text } from "../../api/types";
import type { Application } from "./application";
import { permitTexts } from "./texts";
import type { Offer } from "./types";
import "./permits.css";

const FormView = lazy(() => import("./FormView"));

/** Apply for what a flow gives: where, what, and its first form. `keep` as one types. */
export function Apply(props: {
  offer: Offer;
  start: Application;
  busy: boolean;
  problem: Text | null;
  keep?: (application: Application) => void;
  send: (application: Application) => void;
}) {
  const { offer, busy, keep, send } = props;
  const t = useSay();
  const { site } = useSite();
  const [draft, setDraft] = useState(props.start);
  const [lacks, setLacks] = useState(false);
  const set = (changes: Partial<Application>) => {
    setLacks(false);
    setDraft((before) => {
      const next = { ...before, ...changes };
      keep?.(next);
      return next;
    });
  };
  const submit = (answers: Record<string, unknown>) => (draft.zone ? send({ ...draft, answers }) : setLacks(true));
  return (
    <div className="permit">
      <header className="permit-head">
        <h1>{t(offer.name)}</h1>
        {offer.about && <p className="soft">{t(offer.about)}</p>}
      </header>
      <label className="permit-field">
        {t(permitTexts.where)}
        <select className="field" value={draft.zone} onChange={(e) => set({ zone: e.target.value })}>
          <option value="">{t(permitTexts.chooseZone)}</option>
          {site.zones.map((zone) => <option key={zone.id} value={zone.id}>{t(zone.name)}</option>)}
        </select>
      </label>
      <label className="permit-field">
        {t(permitTexts.what)}
        <input className="field" value={draft.title} maxLength={200} placeholder={t(permitTexts.whatHolder)} onChange={(e) => set({ title: e.target.value })} />
      </label>
      {offer.first?.as?.form ? (
        <Suspense fallback={<Loading lines={4} />}>
          <FormView schema={offer.first.as.form} start={props.start.answers} label={t(permitTexts.send)} busy={busy} onChange={(answers) => set({ answers })} onSubmit={submit} />
        </Suspense>
      ) : (
        <button type="button" className="button main permit-main" disabled={busy} onClick={() => submit({})}>{t(permitTexts.send)}</button>
      )}
      {lacks && <p className="permit-problem" role="alert">{t(permitTexts.needZone)}</p>}
      {props.problem && <p className="permit-problem" role="alert">{t(props.problem)}</p>}
    </div>
  );
}
