import { useSay } from "../../app/language";
import { useMe } from "../../app/me";
import { setQuery, useAddress } from "../../app/router";
import { PageHead } from "../../parts/head";
import { Chains } from "./Chains";
import { Contacts } from "./Contacts";
import "./duty.css";
import { HandoverTab } from "./Handover";
import { RotaTab } from "./Rota";
import { dutyTexts } from "./texts";

/** Who is on, how they are reached, what happens when nobody answers, what the next shift must know. */
export default function DutyPage() {
  const t = useSay();
  const { query } = useAddress();
  const { may } = useMe();
  const tab = query.get("tab") ?? "rota";
  const tabs = [
    { id: "rota", name: dutyTexts.rota },
    { id: "handover", name: dutyTexts.handover },
    ...(may("duty.contacts") ? [{ id: "contacts", name: dutyTexts.contacts }] : []),
    { id: "chains", name: dutyTexts.chains },
  ];
  return (
    <div className="duty">
      <PageHead title={t(dutyTexts.title)}>
        <div className="choices" role="group" aria-label={t(dutyTexts.sections)}>
          {tabs.map((one) => (
            <button key={one.id} className="button" aria-pressed={tab === one.id} onClick={() => setQuery({ tab: one.id === "rota" ? null : one.id }, false)}>
              {t(one.name)}
            </button>
          ))}
        </div>
      </PageHead>
      {tab === "handover" ? <HandoverTab /> : tab === "contacts" ? <Contacts /> : tab === "chains" ? <Chains /> : <RotaTab />}
    </div>
  );
}
