import type { Text } from "../../api/types";
import { useSay, type Say } from "../../app/language";
import { useSite } from "../../app/site";
import { dutyTexts } from "./texts";

export function stepName(t: Say, step: number): string {
  if (step >= 10) return t(dutyTexts.everyone);
  return step === 0 ? t(dutyTexts.first) : t(dutyTexts.step, { n: step });
}

/** People and zones by name, in the language of the page. */
export function useNames() {
  const t = useSay();
  const { people, zones } = useSite();
  const named = (found: { name: Text } | undefined, id: string) => (found ? t(found.name) : id);
  const person = (id: string | null) => (id === null ? t(dutyTexts.nobody) : named(people.get(id), id));
  const zone = (id: string) => named(zones.get(id), id);
  const join = (words: string[]) => words.join(t({ zh: "、", en: ", " }));
  const zoneList = (ids: string[]) => (ids.length === 0 || ids.length >= zones.size ? t(dutyTexts.wholeSite) : join(ids.map(zone)));
  return { t, person, zone, zoneList, join };
}
