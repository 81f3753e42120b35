import type { Text } from "../../api/types";
import { clock, duration, useNow } from "../../app/clock";
import { useLanguage, useSay } from "../../app/language";
import { useSite } from "../../app/site";
import { isOverdue, kindTexts, levelTexts, statusTexts, type FoundHazard } from "../work/hazard";
import { Row } from "./parts";
import { phoneTexts } from "./texts";

export function useNames(): { zone: (id: string) => string; person: (id: string | null) => string } {
  const t = useSay();
  const { zones, people } = useSite();
  const named = (found: { name: Text } | undefined, id: string) => (found ? t(found.name) : id);
  return { zone: (id) => named(zones.get(id), id), person: (id) => named(people.get(id ?? ""), id ?? "–") };
}

/** Until when, or since when it is late. */
export function Deadline({ hazard }: { hazard: FoundHazard }) {
  const t = useSay();
  const language = useLanguage();
  const now = useNow();
  const { site } = useSite();
  if (hazard.deadline === null) return null;
  const late = isOverdue(hazard, now);
  const at = hazard.deadline / 1e6;
  return (
    <span className={late ? "tag strong" : "tag"}>
      {late ? t(phoneTexts.overdue, { age: duration(now - at, language) }) : t(phoneTexts.until, { time: clock(at, now, site.timezone, "minute") })}
    </span>
  );
}

export function HazardRow({ hazard }: { hazard: FoundHazard }) {
  const t = useSay();
  const { zone } = useNames();
  return (
    <Row
      to={`/m/hazard/${encodeURIComponent(hazard.id)}`} title={hazard.words.slice(0, 80)}
      below={
        <>
          {zone(hazard.zone)} · {t(kindTexts[hazard.kind])} · {t(statusTexts[hazard.status])}
          <br />
          {hazard.level === "major" && <span className="tag strong">{t(levelTexts.major)}</span>} <Deadline hazard={hazard} />
        </>
      }
    />
  );
}

export function HazardList({ hazards }: { hazards: FoundHazard[] }) {
  return (
    <ul className="m-list">
      {hazards.map((hazard) => (
        <HazardRow key={hazard.id} hazard={hazard} />
      ))}
    </ul>
  );
}
