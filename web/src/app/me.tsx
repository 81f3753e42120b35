import { Select } from "antd";
import type { Person } from "../api/types";
import { useSay } from "./language";
import { useRemembered } from "./remembered";
import { useSite } from "./site";
import { appTexts } from "./texts";

/** Who sits before this page, as chosen; null when nobody said so (or the person has left the duty file). */
export function useMe(): { me: Person | null; choose: (id: string) => void } {
  const { people } = useSite();
  const [id, choose] = useRemembered("me", "");
  return { me: people.get(id) ?? null, choose };
}

export function WhoAmI() {
  const t = useSay();
  const { site } = useSite();
  const { me, choose } = useMe();
  return (
    <Select
      id="who-am-i" value={me?.id ?? null} onChange={(id: string | null) => choose(id ?? "")} showSearch={{ optionFilterProp: "label" }}
      placeholder={t(appTexts.iAm)} title={t(appTexts.iAmHint)} aria-label={t(appTexts.iAm)}
      popupMatchSelectWidth={false} className="who" options={site.people.map((p) => ({ value: p.id, label: t(p.name) }))}
    />
  );
}
