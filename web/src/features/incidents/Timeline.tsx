import { useMemo, useState } from "react";
import type { TimelineEntry } from "../../api/types";
import { clock, useNow } from "../../app/clock";
import { useLanguage, useSay } from "../../app/language";
import { setQuery, useAddress } from "../../app/router";
import { useSite } from "../../app/site";
import { Empty } from "../../parts/states";
import { valueText } from "../../parts/value";
import { counted, groupOf, ORDER, type Group } from "./lines";
import { incidentTexts } from "./texts";

const SHOWN = 40;
const NAMES = { alarms: incidentTexts.linesAlarms, spread: incidentTexts.linesSpread, people: incidentTexts.linesPeople, told: incidentTexts.linesTold };

/** What happened so far, newest first; the address keeps which lines are wanted. */
export function Timeline({ incident, lines }: { incident: string; lines: TimelineEntry[] }) {
  const t = useSay();
  const { query } = useAddress();
  const only = ORDER.find((g) => g === query.get("lines")) ?? null;
  const [most, setMost] = useState(SHOWN);
  const count = useMemo(() => counted(lines), [lines]);
  const wanted = useMemo(() => [...(only ? lines.filter((l) => groupOf(l.kind) === only) : lines)].reverse(), [lines, only]);
  const choose = (group: Group | null) => {
    setMost(SHOWN);
    setQuery({ lines: group });
  };
  return (
    <>
      <div className="line-choices" role="group" aria-label={t(incidentTexts.linesWhich)}>
        <button className="tag" aria-pressed={only === null} onClick={() => choose(null)}>{t(incidentTexts.linesAll, { n: lines.length })}</button>
        {ORDER.map((g) => (
          <button key={g} className="tag" aria-pressed={only === g} disabled={count[g] === 0} onClick={() => choose(g)}>
            {t(NAMES[g], { n: count[g] })}
          </button>
        ))}
      </div>
      {wanted.length === 0 ? (
        <Empty title={t(incidentTexts.linesNone)} />
      ) : (
        <ol className="timeline" reversed>
          {wanted.slice(0, most).map((line) => <Line key={line.id} incident={incident} line={line} />)}
        </ol>
      )}
      {wanted.length > most && (
        <p className="state">
          <button className="button" onClick={() => setMost(most + 500)}>{t(incidentTexts.linesMore, { n: Math.min(500, wanted.length - most) })}</button>
        </p>
      )}
    </>
  );
}

function Line({ incident, line }: { incident: string; line: TimelineEntry }) {
  const t = useSay();
  const language = useLanguage();
  const { site, people, points, zones } = useSite();
  const now = useNow();
  const who = people.get(line.by ?? "");
  const point = points.get(line.point ?? line.alarm?.split(".")[0] ?? "");
  const zone = zones.get(line.zone ?? "");
  const group = groupOf(line.kind);
  const own = line.words && line.kind === "note";
  const name = who ? t(who.name) : (line.by ?? "");
  const more = [
    // Most lines of people name them already.
    line.by && group !== "told" && (own || !t(line.text).includes(name)) ? name : null,
    line.value !== null ? valueText(line.value, line.unit, language, point?.states) : null,
    zone ? t(zone.name) : null,
    line.certainty !== null ? t(incidentTexts.sure, { n: Math.round(line.certainty * 100) }) : null,
  ].filter(Boolean);
  return (
    <li>
      <span className="nowrap">{clock(line.time / 1e6, now, site.timezone)}</span>
      <span className={group === "people" ? "dot person" : group === "spread" ? "dot spread-dot" : "dot"} />
      <div>
        <p>{own ? line.words : t(line.text)}</p>
        {line.photo && line.kind === "photo" && <PhotoThumb incident={incident} photo={line.photo} words={line.words} />}
        {more.length > 0 && <p className="muted">{more.join(" · ")}</p>}
      </div>
    </li>
  );
}

/** A small copy of a photo; an erased one is not there, and its line says so by itself. */
function PhotoThumb({ incident, photo, words }: { incident: string; photo: string; words: string | null }) {
  const t = useSay();
  const [gone, setGone] = useState(false);
  if (gone) return <p className="muted">{t(incidentTexts.photoGone)}</p>;
  const address = `/api/incidents/${encodeURIComponent(incident)}/photos/${encodeURIComponent(photo)}`;
  return (
    <a href={address} target="_blank" rel="noreferrer">
      <img className="line-photo" src={`${address}?small=true`} alt={words || t(incidentTexts.photo)} loading="lazy" onError={() => setGone(true)} />
    </a>
  );
}
