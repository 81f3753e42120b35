import { useState } from "react";
import { useAsk } from "../../app/ask";
import { useSay } from "../../app/language";
import { useMe } from "../../app/me";
import { setQuery, useAddress } from "../../app/router";
import { useSite } from "../../app/site";
import { Dialog } from "../../parts/dialog";
import { useAct } from "../../parts/doing";
import { PageHead } from "../../parts/head";
import { Secret } from "../../parts/secret";
import { Empty, Failed, Loading } from "../../parts/states";
import { makeLink, type PersonRow } from "./door";
import "./identity.css";
import { PersonDialog } from "./PersonDialog";
import { roleNames } from "./roles";
import { identityTexts } from "./texts";
import { Tokens } from "./Tokens";

/** Accounts and what they may do; for the administrator, and to read for the auditor. */
export default function PeoplePage() {
  const t = useSay();
  const { may } = useMe();
  const { query } = useAddress();
  const asked = useAsk<{ total: number; items: PersonRow[] }>("/people/accounts?limit=500");
  const [open, setOpen] = useState<PersonRow | "new" | null>(null);
  const [link, setLink] = useState<{ person: PersonRow; url: string } | null>(null);
  const act = useAct();
  const q = (query.get("q") ?? "").trim().toLowerCase();
  const role = (r: PersonRow) => t(roleNames[r.role] ?? { zh: r.role, en: r.role });
  const rows = (asked.data?.items ?? []).filter((p) => !q || `${p.id} ${p.name.zh} ${p.name.en} ${role(p)}`.toLowerCase().includes(q));
  const hand = (person: PersonRow) => act.run(async () => setLink({ person, url: await makeLink(person.id) }));
  return (
    <div className="people-page">
      <PageHead title={t(identityTexts.people)}>
        <input className="field" type="search" value={query.get("q") ?? ""} onChange={(e) => setQuery({ q: e.target.value })} placeholder={t(identityTexts.find)} aria-label={t(identityTexts.find)} />
        {may("identity.edit") && <button className="button main" onClick={() => setOpen("new")}>{t(identityTexts.add)}</button>}
      </PageHead>
      {act.problem && <div className="form"><p className="problem" role="alert">{t(act.problem)}</p></div>}
      <section className="panel">
        {asked.error && !asked.data ? (
          <Failed error={asked.error} retry={asked.again} />
        ) : !asked.data ? (
          <Loading lines={8} />
        ) : rows.length === 0 ? (
          <Empty title={t(identityTexts.noPeople)}>{t(identityTexts.noPeopleHow)}</Empty>
        ) : (
          <div className="tablebox" tabIndex={0}>
            <table className="list">
              <thead>
                <tr>
                  <th>{t(identityTexts.name)}</th>
                  <th>{t(identityTexts.role)}</th>
                  <th>{t(identityTexts.zones)}</th>
                  <th>{t(identityTexts.ways)}</th>
                  <th>{t(identityTexts.state)}</th>
                  {may("identity.edit") && <th><span className="sr">{t(identityTexts.edit)}</span></th>}
                </tr>
              </thead>
              <tbody>
                {rows.map((p) => (
                  <tr key={p.id} className={p.state === "active" ? "" : "off"}>
                    <td><b>{t(p.name)}</b><div className="muted"><code>{p.id}</code></div></td>
                    <td className="nowrap">{role(p)}</td>
                    <td><Zones ids={p.zones} /></td>
                    <td>{waysOf(p).map((w) => t(w.text, w.values)).join(t({ zh: "、", en: ", " })) || <span className="muted">{t(identityTexts.noWay)}</span>}</td>
                    <td className="nowrap">{t(identityTexts[p.state])}</td>
                    {may("identity.edit") && (
                      <td className="nowrap">
                        <button className="button" onClick={() => setOpen(p)}>{t(identityTexts.edit)}</button>{" "}
                        {p.state === "active" && <button className="button" disabled={act.busy} onClick={() => void hand(p)}>{t(identityTexts.makeLink)}</button>}
                      </td>
                    )}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
      {may("identity.tokens") && <Tokens />}
      {open && <PersonDialog person={open === "new" ? null : open} close={() => setOpen(null)} saved={asked.again} />}
      {link && (
        <Dialog title={t(identityTexts.linkFor, { name: t(link.person.name) })} onClose={() => setLink(null)}>
          <div className="form">
            <p className="soft">{t(identityTexts.linkOnce)}</p>
            <Secret text={link.url} label={t(identityTexts.makeLink)} />
          </div>
        </Dialog>
      )}
    </div>
  );
}

function Zones({ ids }: { ids: string[] | null }) {
  const t = useSay();
  const { zones } = useSite();
  if (ids === null) return <span className="soft">{t(identityTexts.wholeSite)}</span>;
  if (ids.length === 0) return <span className="soft">{t(identityTexts.noZone)}</span>;
  return <>{ids.map((id) => t(zones.get(id)?.name ?? { zh: id, en: id })).join(t({ zh: "、", en: ", " }))}</>;
}

function waysOf(p: PersonRow): { text: { zh: string; en: string }; values?: Record<string, number> }[] {
  return [
    ...(p.password ? [{ text: identityTexts.hasPassword }] : []),
    ...(p.passkeys > 0 ? [{ text: identityTexts.hasPasskeys, values: { n: p.passkeys } }] : []),
  ];
}
