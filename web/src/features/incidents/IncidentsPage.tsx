import { useState } from "react";
import type { Incident, Page } from "../../api/types";
import { useAsk } from "../../app/ask";
import { useSay } from "../../app/language";
import { useLive } from "../../app/live";
import { useMe } from "../../app/me";
import { Link, setQuery, useAddress } from "../../app/router";
import { PageHead } from "../../parts/head";
import { Empty, Failed, Loading } from "../../parts/states";
import { byUrgency, IncidentRow } from "./IncidentRow";
import { incidentTexts } from "./texts";

const PAST = 100;
/** As many as one answer holds. */
const PAGE_MOST = 500;

export function IncidentsPage() {
  const t = useSay();
  const { query } = useAddress();
  const { me, may } = useMe();
  const live = useLive("incidents");
  const confirmed = useLive("confirmed");
  const show = query.get("show") ?? "open";
  const [pastLimit, setPastLimit] = useState(PAST);
  const past = useAsk<Page<Incident>>(show === "past" ? `/incidents?status=closed&status=dissolved&sort=-started&limit=${pastLimit}` : null);
  const open = [...live.values()].filter((i) => i.status !== "closed" && i.status !== "dissolved").sort(byUrgency);
  const choices = [
    { value: "open", text: incidentTexts.open },
    { value: "mine", text: incidentTexts.mine },
    { value: "past", text: incidentTexts.past },
  ];
  return (
    <div className="incidents-page">
      <PageHead title={t(incidentTexts.title)}>
        <div className="choices" role="group" aria-label={t(incidentTexts.show)}>
          {choices.map((c) => (
            <button key={c.value} className="button" aria-pressed={show === c.value} onClick={() => setQuery({ show: c.value === "open" ? null : c.value })}>
              {t(c.text)}
            </button>
          ))}
        </div>
        {may("work.read") && <Link className="button as-link" to="/hazards">{t(incidentTexts.hazards)}</Link>}
      </PageHead>
      <section className="panel">{content()}</section>
    </div>
  );

  function content() {
    if (show === "past") {
      if (past.error) return <Failed error={past.error} retry={past.again} />;
      if (!past.data) return <Loading lines={6} />;
      if (past.data.items.length === 0) return <Empty title={t(incidentTexts.nonePast)}>{t(incidentTexts.nonePastHow)}</Empty>;
      return (
        <>
          {list(past.data.items)}
          {past.data.total > past.data.items.length && pastLimit < PAGE_MOST && (
            <p className="state">
              <button className="button" onClick={() => setPastLimit((n) => Math.min(PAGE_MOST, n + PAST))}>
                {t(incidentTexts.morePast, { n: past.data.items.length, total: past.data.total })}
              </button>
            </p>
          )}
        </>
      );
    }
    if (confirmed.incidents === null && open.length === 0)
      return <Empty title={t(incidentTexts.notKnown)}>{t(incidentTexts.notKnownHow)}</Empty>;
    if (show === "mine") {
      const mine = open.filter((i) => i.owner === me?.id);
      return mine.length ? list(mine) : <Empty title={t(incidentTexts.noneMine)}>{t(incidentTexts.noneMineHow)}</Empty>;
    }
    return open.length ? list(open) : <Empty title={t(incidentTexts.allWell)}>{t(incidentTexts.allWellHow)}</Empty>;
  }

  function list(incidents: Incident[]) {
    return (
      <ul className="incident-list">
        {incidents.map((incident) => (
          <IncidentRow key={incident.id} incident={incident} />
        ))}
      </ul>
    );
  }
}
