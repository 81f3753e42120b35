import { useEffect, useState } from "react";
import type { Page } from "../../api/types";
import { useSay } from "../../app/language";
import { go, useAddress } from "../../app/router";
import { useSite } from "../../app/site";
import { startBody, type Application } from "../permits/application";
import { Apply } from "../permits/Apply";
import { permitTexts } from "../permits/texts";
import type { Offer } from "../permits/types";
import { kept, useKept } from "./kept";
import { Nothing, useDo } from "./parts";
import { usePerson } from "./person";
import { phoneTexts } from "./texts";

/** Apply on the phone: what is filled in stays on it until it is sent, and is sent once. */
export default function ApplyPage({ flow }: { flow: string }) {
  const t = useSay();
  const { me, may } = usePerson();
  const { zones } = useSite();
  const { query } = useAddress();
  const offers = useKept<Page<Offer>>(me && may("flows.apply") ? "/runs/offers?limit=200&sort=name" : null);
  const [start, setStart] = useState<Application | null>(null);
  const [busy, setBusy] = useState(false);
  const { failed, run } = useDo();
  const key = `application/${flow}`;
  const zone = query.get("zone");
  useEffect(() => {
    let wanted = true;
    void kept.get<Application>(key).then((entry) => {
      if (wanted) setStart({ zone: "", title: "", answers: {}, ...entry?.data, ...(zone ? { zone } : {}) });
    });
    return () => {
      wanted = false;
    };
  }, [key, zone]);
  if (!me || !may("flows.apply")) return <Nothing>{t(me ? phoneTexts.mayNot : phoneTexts.signInFirst)}</Nothing>;
  const offer = offers.data?.items.find((one) => one.flow === flow);
  if (!offer || !start) return <Nothing>{t(offers.data && !offer ? permitTexts.noOffers : offers.error ? phoneTexts.notKnown : phoneTexts.loading)}</Nothing>;
  const send = async (application: Application) => {
    setBusy(true);
    const where = zones.get(application.zone)?.name ?? { zh: application.zone, en: application.zone };
    const title = { zh: `申请：${offer.name.zh} ${where.zh}`, en: `Apply: ${offer.name.en}, ${where.en}` };
    const id = await run({ kind: "permit", about: application.zone, title, path: "/runs", body: startBody(offer, application) });
    setBusy(false);
    if (id === null) return;
    await kept.forget(key);
    go(`/m/permit/${encodeURIComponent(id)}`, true);
  };
  return (
    <>
      <Apply offer={offer} start={start} busy={busy} problem={failed ? { zh: failed, en: failed } : null} keep={(application) => void kept.put(key, application)} send={(application) => void send(application)} />
      <p className="soft">{t(permitTexts.draftKept)}</p>
    </>
  );
}
