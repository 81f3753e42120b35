import type { Page } from "../../api/types";
import { command, commandId } from "../../api/client";
import { useAsk } from "../../app/ask";
import { useSay } from "../../app/language";
import { useMe } from "../../app/me";
import { go, Link } from "../../app/router";
import { useAct } from "../../parts/doing";
import { Empty, Failed, Loading } from "../../parts/states";
import { startBody, type Application } from "./application";
import { Apply } from "./Apply";
import type { Doing } from "./doing";
import { Run } from "./Run";
import { permitTexts } from "./texts";
import type { Offer, Shown } from "./types";
import { useRunNews } from "./useRuns";

/** One permit at the desk, or (`apply/<flow>`) the application for one. */
export default function PermitPage({ id }: { id: string }) {
  const t = useSay();
  const flow = id.startsWith("apply/") ? id.slice("apply/".length) : null;
  return (
    <div className="permit-desk">
      <Link to="/permits" className="back">‹ {t(permitTexts.back)}</Link>
      {flow ? <ApplyAtDesk flow={flow} /> : <OneRun id={id} />}
    </div>
  );
}

function OneRun({ id }: { id: string }) {
  const { me, may } = useMe();
  const asked = useAsk<Shown>(`/runs/${encodeURIComponent(id)}`, 30_000);
  useRunNews(id, asked.again);
  const act = useAct();
  if (asked.error && !asked.data) return <Failed error={asked.error} retry={asked.again} />;
  if (!asked.data) return <Loading lines={8} />;
  const doing: Doing = {
    busy: act.busy, problem: act.problem, pending: null,
    run: async (path, body) => {
      const done = await act.run(() => command(path, body));
      asked.again();
      return done;
    },
  };
  return <Run shown={asked.data} me={me} may={may} doing={doing} />;
}

function ApplyAtDesk({ flow }: { flow: string }) {
  const t = useSay();
  const offers = useAsk<Page<Offer>>("/runs/offers?limit=200&sort=name");
  const act = useAct();
  if (offers.error && !offers.data) return <Failed error={offers.error} retry={offers.again} />;
  if (!offers.data) return <Loading lines={6} />;
  const offer = offers.data.items.find((one) => one.flow === flow);
  if (!offer) return <Empty title={t(permitTexts.noOffers)}>{t(permitTexts.noOffersHow)}</Empty>;
  const send = async (application: Application) => {
    const id = commandId();
    if (await act.run(() => command("/runs", { id, ...startBody(offer, application) }))) go(`/permits/${id}`);
  };
  return <Apply offer={offer} start={{ zone: "", title: "", answers: {} }} busy={act.busy} problem={act.problem} send={(application) => void send(application)} />;
}
