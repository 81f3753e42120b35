import type { Notice } from "../../api/types";
import { useSay } from "../../app/language";
import { Empty, Loading } from "../../parts/states";
import { When } from "../../parts/when";
import { incidentTexts } from "./texts";
import { EVERYONE } from "./told";

/** Who was told by which way, with the receipts. */
export function Told({ notices, fetched }: { notices: Notice[] | null; fetched: boolean }) {
  const t = useSay();
  return (
    <section className="panel">
      <header>
        <h2>{t(incidentTexts.told)}</h2>
        {notices && notices.length > 0 && <span className="muted">{t(incidentTexts.readBy, { n: notices.filter((n) => n.read).length, all: notices.length })}</span>}
      </header>
      {notices === null ? (
        fetched ? <Empty title={t(incidentTexts.toldUnknown)} /> : <Loading lines={2} />
      ) : notices.length === 0 ? (
        <Empty title={t(incidentTexts.toldNobody)} />
      ) : (
        <div className="tablebox told-box">
          <table className="list">
            <thead>
              <tr>
                <th>{t(incidentTexts.person)}</th>
                <th>{t(incidentTexts.channel)}</th>
                <th>{t(incidentTexts.sent)}</th>
                <th>{t(incidentTexts.arrived)}</th>
                <th>{t(incidentTexts.read)}</th>
              </tr>
            </thead>
            <tbody>
              {notices.map((n) => (
                <tr key={n.id}>
                  <td className="nowrap">
                    {t(n.person_name)}
                    {n.step > 0 && <span className="muted"> · {n.step >= EVERYONE ? t(incidentTexts.everyone) : t(incidentTexts.step, { n: n.step })}</span>}
                  </td>
                  <td>{n.channel === "websocket" ? t(incidentTexts.websocket) : n.channel}</td>
                  <td><When ns={n.sent} short /></td>
                  <td>
                    {n.state === "failed" ? (
                      <b title={n.error ?? undefined}>{t(incidentTexts.failed)}</b>
                    ) : n.arrived ? (
                      <When ns={n.arrived} short />
                    ) : (
                      <span className="muted">—</span>
                    )}
                  </td>
                  <td>{n.read ? <When ns={n.read} short /> : <span className="muted">—</span>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
