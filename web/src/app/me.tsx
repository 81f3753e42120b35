import { Select } from "antd";
import type { Text } from "../api/types";
import { useSay } from "./language";
import { useRemembered } from "./remembered";
import { useSite } from "./site";
import { appTexts } from "./texts";

export interface Me {
  id: string;
  name: Text;
  role: string;
}

/** Who sits before this page (null: nobody said so), and what they may do, by verb as in identity/roles.py. */
export function useMe(): { me: Me | null; may: (verb: string) => boolean; choose: (id: string) => void } {
  const { people } = useSite();
  const [id, choose] = useRemembered("me", "");
  const me = people.get(id) ?? null;
  return { me, may: () => me !== null, choose };
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
