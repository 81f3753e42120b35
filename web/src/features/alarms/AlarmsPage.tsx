import { lazy, Suspense } from "react";
import { useAsk } from "../../app/ask";
import { useSay } from "../../app/language";
import { useLive } from "../../app/live";
import { setQuery, useAddress } from "../../app/router";
import { PageHead } from "../../parts/head";
import { Loading } from "../../parts/states";
import "./alarms.css";
import { CurrentAlarms } from "./CurrentAlarms";
import { HiddenAlarms } from "./HiddenAlarms";
import { Journal } from "./Journal";
import { HIDDEN } from "./list";
import { Proposals } from "./Proposals";
import { alarmTexts } from "./texts";

const KpiPage = lazy(() => import("./KpiPage"));
const Definitions = lazy(() => import("./Definitions"));

const VIEWS = ["hidden", "journal", "kpi", "definitions", "reviews"] as const;

/** Alarms: what stands, what is out of sight, what happened, how good it is, what is defined, what waits for approval. */
export default function AlarmsPage() {
  const t = useSay();
  const { query } = useAddress();
  const alarms = useLive("alarms");
  const open = useAsk<{ total: number }>("/alarms/proposals?state=open&limit=1", 15_000);
  const view = query.get("view") ?? "";
  const hidden = [...alarms.values()].filter((a) => HIDDEN.has(a.state)).length;
  const counts: Record<string, number> = { hidden, reviews: open.data?.total ?? 0 };
  const show = (next: string) =>
    setQuery({ view: next || null, q: null, zone: null, state: null, priority: null, sort: null, offset: null, decided: null }, false);
  return (
    <div className="alarms-page">
      <PageHead title={t(alarmTexts.title)}>
        <div className="choices views" role="group" aria-label={t(alarmTexts.which)}>
          {(["", ...VIEWS] as const).map((v) => (
            <button key={v} className="button" aria-pressed={view === v} onClick={() => show(v)}>
              {t(v === "" ? alarmTexts.now : alarmTexts[v])}
              {(counts[v] ?? 0) > 0 && <span className="count">{counts[v]}</span>}
            </button>
          ))}
        </div>
      </PageHead>
      <Suspense fallback={<Loading lines={8} />}>
        {view === "journal" ? <Journal /> : view === "hidden" ? <HiddenAlarms /> : view === "kpi" ? <KpiPage /> : view === "definitions" ? <Definitions /> : view === "reviews" ? <Proposals onDecided={open.again} /> : <CurrentAlarms />}
      </Suspense>
    </div>
  );
}
