import { useEffect, useMemo, useState } from "react";
import type { Incident, TimelineEntry } from "../../api/types";
import { clock, useNow } from "../../app/clock";
import { useSay } from "../../app/language";
import { useSite } from "../../app/site";
import { When } from "../../parts/when";
import { SitePlan } from "../plant/SitePlan";
import { asOf, moments, reachedTimes, turnsOf } from "./spread";
import { incidentTexts } from "./texts";

const PLAY_MS = 10_000;
const FRAME_MS = 100;

/** How it spread: the plan as it is, or as it was at a moment that the slider chooses or that is played. */
export function Spread({ incident, lines }: { incident: Incident; lines: TimelineEntry[] }) {
  const t = useSay();
  const { zones, site } = useSite();
  const now = useNow();
  const [at, setAt] = useState<number | null>(null);
  const [playing, setPlaying] = useState(false);
  const turns = useMemo(() => turnsOf(lines), [lines]);
  const stops = useMemo(() => moments(incident, turns), [incident, turns]);
  const reached = useMemo(() => reachedTimes(incident), [incident]);
  const begin = incident.started;
  const end = Math.max(incident.updated, begin + 1e9);
  useEffect(() => {
    if (!playing) return;
    const step = ((end - begin) / PLAY_MS) * FRAME_MS;
    const timer = window.setInterval(() => setAt((time) => (time ?? begin) + step), FRAME_MS);
    return () => window.clearInterval(timer);
  }, [playing, begin, end]);
  useEffect(() => {
    if (at !== null && at >= end) {
      setAt(null);
      setPlaying(false);
    }
  }, [at, end]);
  const shown = at === null ? incident : asOf(incident, turns, at);
  const zoneName = (id: string) => t(zones.get(id)?.name ?? { zh: id, en: id });
  const storeys = [...new Set(incident.zones.map((z) => zones.get(z)?.storey).filter((s): s is string => !!s))];
  const [storey, setStorey] = useState<string | null>(null);
  const floor = storey ?? zones.get(incident.first_out.zone)?.storey ?? storeys[0] ?? "";
  const told = at === null ? t(incidentTexts.spreadNow) : clock(at / 1e6, now, site.timezone);
  const onStop = (direction: 1 | -1) => {
    const here = at ?? end;
    const next = direction > 0 ? stops.find((s) => s > here) : [...stops].reverse().find((s) => s < here);
    setPlaying(false);
    setAt(next === undefined || next >= end ? null : next);
  };
  return (
    <section className="panel spread">
      <header>
        <h2>{t(incidentTexts.spread)}</h2>
        {storeys.length > 1 && (
          <div className="choices" role="group" aria-label={t(incidentTexts.floor)}>
            {storeys.map((s) => (
              <button key={s} className="button" aria-pressed={s === floor} onClick={() => setStorey(s)}>
                {t(site.storeys.find((each) => each.id === s)?.name ?? { zh: s, en: s })}
              </button>
            ))}
          </div>
        )}
      </header>
      <SitePlan storey={floor} incidents={[shown]} focus={incident.zones} reached={reached} at={at ?? undefined} />
      <div className="time-slider">
        <button
          className="button" aria-pressed={playing}
          onClick={() => {
            if (!playing && at === null) setAt(begin);
            setPlaying(!playing);
          }}
        >
          {t(playing ? incidentTexts.pause : incidentTexts.play)}
        </button>
        <button className="button" onClick={() => onStop(-1)} aria-label={t(incidentTexts.stepBack)}>‹</button>
        <input
          type="range" min={0} max={1000} value={Math.round((((at ?? end) - begin) / (end - begin)) * 1000)} aria-label={t(incidentTexts.spreadTime)} aria-valuetext={told}
          onChange={(e) => {
            setPlaying(false);
            const value = Number(e.target.value);
            setAt(value >= 1000 ? null : begin + ((end - begin) * value) / 1000);
          }}
        />
        <button className="button" onClick={() => onStop(1)} aria-label={t(incidentTexts.stepOn)}>›</button>
        <b className="nowrap">{told}</b>
        {at !== null && <button className="button" onClick={() => { setPlaying(false); setAt(null); }}>{t(incidentTexts.spreadToNow)}</button>}
      </div>
      <ol>
        {incident.zones.map((id, i) => (
          <li key={id} className={shown.zones.includes(id) ? undefined : "muted"}>
            {t(incidentTexts.order, { n: i + 1, zone: zoneName(id) })}{" "}
            {reached.has(id) && <span className="soft"><When ns={reached.get(id)!} short /></span>}
          </li>
        ))}
      </ol>
    </section>
  );
}
