import type { Page, Point, PointRow } from "../../api/types";
import { age, duration, useNow } from "../../app/clock";
import { useLanguage, useSay } from "../../app/language";
import { useLive, useWatch } from "../../app/live";
import { go } from "../../app/router";
import { useSite } from "../../app/site";
import { PriorityMark } from "../../parts/priority";
import { Value, valueText } from "../../parts/value";
import type { HazardPage } from "../work/hazard";
import type { Code } from "./codes";
import { HazardList } from "./hazards";
import { useKept, usePicture } from "./kept";
import { Aged, Nothing, Part } from "./parts";
import { isMeasured } from "./picture";
import { phoneTexts } from "./texts";

/** What hangs at a place: its alarms, its values with their age, its hazards, and a way to report another. */
export default function PlacePage({ code }: { code: Code }) {
  const t = useSay();
  const { zones } = useSite();
  const id = encodeURIComponent(code.id);
  const point = useKept<Point>(code.kind === "point" ? `/points/${id}` : null);
  const zone = code.kind === "zone" ? code.id : (point.data?.zone ?? null);
  const list = useKept<Page<PointRow>>(code.kind === "zone" && zones.has(code.id) ? `/points?zone=${id}&limit=100` : null);
  const hazards = useKept<HazardPage>(
    zone && `/work/hazards?status=reported&status=assigned&status=fixed&${code.kind === "zone" ? `zone=${id}` : `point=${id}`}`, 30_000,
  );
  if (code.kind === "zone" ? !zones.has(code.id) : point.error && !point.data) return <Nothing>{t(phoneTexts.unknownPlace, { id: code.id })}</Nothing>;
  const name = code.kind === "zone" ? t(zones.get(code.id)!.name) : point.data ? t(point.data.name) : code.id;
  const rows = code.kind === "zone" ? (list.data?.items ?? []) : point.data ? [point.data] : [];
  const shown = code.kind === "zone" ? list : point;
  return (
    <>
      <header className="m-head">
        <div>
          <h1>{name}</h1>
          <p className="soft">
            {t(code.kind === "zone" ? phoneTexts.zone : phoneTexts.point)}
            {code.kind === "point" && ` ${code.id}`}
            {code.kind === "point" && zone && ` · ${t(zones.get(zone)?.name ?? { zh: zone, en: zone })}`}
          </p>
        </div>
      </header>
      <Alarms code={code} />
      <Part title={t(phoneTexts.valuesHere)}>
        <Aged at={shown.at} fresh={shown.fresh} />
        <Values rows={rows} loading={!shown.data && !shown.error} />
      </Part>
      <Part title={t(phoneTexts.hazardsHere)} count={hazards.data?.total}>
        <Aged at={hazards.at} fresh={hazards.fresh} />
        {hazards.data?.items.length ? <HazardList hazards={hazards.data.items} /> : <Nothing>{t(hazards.data ? phoneTexts.noHazards : hazards.error ? phoneTexts.notKnown : phoneTexts.loading)}</Nothing>}
      </Part>
      <div className="m-thumb">
        <button className="button main m-huge" onClick={() => go(`/m/report?${code.kind === "zone" ? `zone=${id}` : `zone=${encodeURIComponent(zone ?? "")}&point=${id}`}`)}>
          {t(phoneTexts.reportHere)}
        </button>
      </div>
    </>
  );
}

function Alarms({ code }: { code: Code }) {
  const t = useSay();
  const language = useLanguage();
  const now = useNow();
  const { alarms, known } = usePicture();
  const here = alarms
    .filter((a) => (code.kind === "zone" ? a.zone : a.point) === code.id && a.state !== "normal" && a.state !== "suppressed")
    .sort((a, b) => a.priority - b.priority || b.since - a.since);
  return (
    <Part title={t(phoneTexts.alarmsHere)} count={here.length}>
      {here.length === 0 ? (
        <Nothing>{t(known ? phoneTexts.noAlarms : phoneTexts.alarmsNotKnown)}</Nothing>
      ) : (
        <ul className="m-facts">
          {here.slice(0, 30).map((a) => (
            <li key={a.alarm}>
              <PriorityMark priority={a.priority} size={24} hollow={!a.active} />
              <span>
                {t(a.message)}
                <small className="soft">{age(a.since / 1e6, now, language)}</small>
              </span>
              {isMeasured(a.unit) && <span className="num">{valueText(a.value, a.unit, language)}</span>}
            </li>
          ))}
        </ul>
      )}
    </Part>
  );
}

function Values({ rows, loading }: { rows: (PointRow | Point)[]; loading: boolean }) {
  const t = useSay();
  const language = useLanguage();
  const now = useNow();
  const latest = useLive("latest");
  useWatch(rows.map((row) => row.id));
  if (rows.length === 0) return <Nothing>{t(loading ? phoneTexts.loading : phoneTexts.notKnown)}</Nothing>;
  return (
    <ul className="m-facts">
      {rows.map((row) => {
        const value = latest.get(row.id) ?? row.latest;
        return (
          <li key={row.id}>
            <span>
              {t(row.name)}
              <small className="soft">{row.id}</small>
            </span>
            <span className="num">
              <Value latest={value} unit={row.unit} states={row.states} staleAfter={row.stale_after} />
              {value && <small className="soft"> {t(phoneTexts.stale, { age: duration(now - value[0], language) })}</small>}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
