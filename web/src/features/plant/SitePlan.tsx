import { useEffect, useId, useMemo, useRef, useState, type PointerEvent } from "react";
import type { AlarmStatus, Glyph, Incident, Zone } from "../../api/types";
import { clock, useNow } from "../../app/clock";
import { useLanguage, useSay } from "../../app/language";
import { useLive } from "../../app/live";
import { useSite } from "../../app/site";
import { magnified } from "../../parts/magnified";
import { PriorityShape } from "../../parts/priority";
import { kindNames, UNTRUSTED } from "../../parts/texts";
import { boxOf, breadth, breakName, namePlace, type Corner } from "./geometry";
import { kindForm } from "./glyphs";
import { countPeople } from "./people";
import "./plan.css";
import { plantTexts } from "./texts";
import { WindRose } from "./WindRose";

interface Props {
  storey: string;
  incidents: Incident[];
  /** Bring these zones close: an area, or an incident's own plan. */
  focus?: string[];
  /** Times at which an incident reached its zones, UTC ns. */
  reached?: Map<string, number>;
  /** The alarms of `incidents` as they were then (UTC ns) instead of all that hold now. */
  at?: number;
  onZone?: (zone: string) => void;
  onIncident?: (incident: string) => void;
  wind?: boolean;
  zoom?: boolean;
}

const MARGIN = 14;

function useSize<E extends Element>(): [React.RefObject<E | null>, { width: number; height: number }] {
  const ref = useRef<E>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setSize({ width: entry.contentRect.width, height: entry.contentRect.height });
    });
    if (ref.current) observer.observe(ref.current);
    return () => observer.disconnect();
  }, []);
  return [ref, size];
}

/** The most urgent alarm of each point. */
function worstByPoint(alarms: Map<string, AlarmStatus>): Map<string, AlarmStatus> {
  const worst = new Map<string, AlarmStatus>();
  for (const alarm of alarms.values()) {
    if (alarm.state !== "unack_active" && alarm.state !== "ack_active") continue;
    const before = worst.get(alarm.point);
    if (!before || alarm.priority < before.priority) worst.set(alarm.point, alarm);
  }
  return worst;
}

/** What a mark on the plan shows of an alarm. */
type Mark = Pick<AlarmStatus, "priority" | "state" | "message">;

/** The most urgent alarm of each point as incidents had it at a moment of their past. */
function worstThen(incidents: Incident[]): Map<string, Mark> {
  const worst = new Map<string, Mark>();
  for (const m of incidents.flatMap((i) => i.members)) {
    const before = worst.get(m.point);
    if (m.active && (!before || m.priority < before.priority))
      worst.set(m.point, { priority: m.priority, state: "unack_active", message: { zh: m.point, en: m.point } });
  }
  return worst;
}

/** The site from above, north up: zones named in place, sensors by kind, incidents as soft areas. */
export function SitePlan(props: Props) {
  const { storey, incidents, focus, reached, at, onZone, onIncident, wind = false, zoom: zoomable = false } = props;
  const { site, zones, points } = useSite();
  const language = useLanguage();
  const t = useSay();
  const now = useNow();
  const alarms = useLive("alarms");
  const latest = useLive("latest");
  const [ref, { width, height }] = useSize<HTMLDivElement>();
  const ids = useId().replace(/[^a-zA-Z0-9]/g, "");
  const [view, setView] = useState({ zoom: 1, x: 0, y: 0 });
  const drag = useRef<{ x: number; y: number; moved: boolean } | null>(null);

  const focusKey = focus?.join(" ") ?? "";
  const shown = useMemo(() => {
    return site.zones.filter((z) => z.storey === storey);
  }, [site, storey]);
  useEffect(() => setView({ zoom: 1, x: 0, y: 0 }), [focusKey, storey]);

  const box = useMemo(() => {
    const wanted = focusKey ? new Set(focusKey.split(" ")) : null;
    const own = wanted ? shown.filter((z) => wanted.has(z.id)) : shown;
    const b = boxOf((own.length ? own : shown).flatMap((z) => z.polygon));
    if (!wanted) return b;
    const edge = Math.max(b.east - b.west, b.north - b.south) * 0.12;
    return { west: b.west - edge, east: b.east + edge, south: b.south - edge, north: b.north + edge };
  }, [shown, focusKey]);

  // Below the site there is room for the wind and the zoom: they never lie on a zone of the whole picture.
  const foot = wind ? 56 : 0;
  const scale = Math.max(
    0.01,
    Math.min((width - 2 * MARGIN) / (box.east - box.west), (height - 2 * MARGIN - foot) / (box.north - box.south)),
  );
  const k = scale * view.zoom;
  const midE = (box.west + box.east) / 2;
  const midN = (box.south + box.north) / 2;
  const px = ([e, n]: Corner): Corner => [
    width / 2 + (e - midE) * k + view.x,
    (height - foot) / 2 - (n - midN) * k + view.y,
  ];
  const outline = (z: Zone) => z.polygon.map((c) => px(c).map((v) => v.toFixed(1)).join(",")).join(" ");

  const worst = useMemo(() => (at === undefined ? worstByPoint(alarms) : worstThen(incidents)), [alarms, at, incidents]);
  const here = useMemo(() => new Set(shown.map((z) => z.id)), [shown]);
  const placed = useMemo(() => [...points.values()].filter((p) => here.has(p.zone) && p.kind !== "weather"), [points, here]);
  const people = countPeople(latest, points.values(), now);
  const namePlaces = useMemo(() => {
    const size = (z: Zone) => { const b = boxOf(z.polygon); return (b.east - b.west) * (b.north - b.south); };
    return [...shown].sort((a, b) => size(a) - size(b)).map((zone) => ({ zone, spot: namePlace(zone.polygon) }));
  }, [shown]);
  const zoneSize = Math.min(16, Math.max(11, k * 1.9));

  // Small zones first: a large one finds another place for its words, or the eye finds it without.
  const names: { zone: string; x: number; y: number; lines: string[]; time: string | null; people: string | null; wide: number; high: number }[] = [];
  const covers = (n: { x: number; y: number; wide: number; high: number }) =>
    names.some((m) => n.x < m.x + m.wide && m.x < n.x + n.wide && n.y < m.y + m.high && m.y < n.y + n.high);
  for (const { zone: z, spot } of namePlaces) {
    const [x, y] = px(spot.at);
    const pad = Math.min(8, Math.max(3, k * 0.8));
    const room = spot.width * k - 2 * pad;
    const lines = breakName(t(z.name), room, zoneSize);
    const line = zoneSize * 1.15;
    if (room < zoneSize * 1.5 || lines.some((l) => breadth(l, zoneSize) > room + pad) || spot.height * k < lines.length * line + pad) continue;
    const count = people.get(z.id);
    const at = reached?.get(z.id);
    const time = at === undefined ? null : clock(at / 1e6, now, site.timezone);
    const counted = count === undefined ? null : count.people === null ? t(plantTexts.peopleUnknown) : t(plantTexts.people, { n: count.people });
    const wide = Math.min(room, Math.max(...lines.map((l) => breadth(l, zoneSize))));
    const name = { zone: z.id, x: x + pad, y: y + pad, lines, time: null, people: null, wide, high: lines.length * line };
    const withSecond = { ...name, time, people: counted, high: (lines.length + 1) * line };
    const second = time ?? counted;
    if (second !== null && breadth(second, Math.max(11, zoneSize * 0.85)) <= room + pad && spot.height * k > (lines.length + 1.2) * line + pad && !covers(withSecond)) names.push(withSecond);
    else if (!covers(name)) names.push(name);
  }
  const underName = (x: number, y: number) =>
    names.some((n) => x > n.x - 8 && x < n.x + n.wide + 4 && y > n.y - 6 && y < n.y + n.high + 6);

  const glyphSize = Math.min(1.35, Math.max(0.8, k / 9));
  // Sensors that would lie on each other are drawn as the first of them; zooming in parts them. An alarm is never
  // left out: it has a mark of its own.
  const glyphs: { p: Glyph; x: number; y: number }[] = [];
  if (k >= 4.5 || view.zoom > 1) {
    const taken = new Set<string>();
    const cell = 13 * glyphSize;
    for (const p of placed) {
      if (worst.has(p.id) || (p.kind === "people_position" && view.zoom < 2 && !focusKey)) continue;
      const [x, y] = px([p.place[0], p.place[1]]);
      if (x < -20 || y < -20 || x > width + 20 || y > height + 20 || underName(x, y)) continue;
      const [column, row] = [Math.round(x / cell), Math.round(y / cell)];
      if (taken.has(`${column} ${row}`)) continue;
      taken.add(`${column} ${row}`);
      glyphs.push({ p, x, y });
    }
  }

  const zoomBy = (factor: number, at: Corner = [width / 2, height / 2]) =>
    setView((v) => {
      const zoom = Math.min(8, Math.max(1, v.zoom * factor));
      if (zoom === 1) return { zoom, x: 0, y: 0 };
      const f = zoom / v.zoom;
      return { zoom, x: (v.x - at[0] + width / 2) * f + at[0] - width / 2, y: (v.y - at[1] + height / 2) * f + at[1] - height / 2 };
    });
  useEffect(() => {
    const element = ref.current;
    if (!element || !zoomable) return;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const rect = element.getBoundingClientRect();
      const wall = magnified(element);
      zoomBy(event.deltaY < 0 ? 1.25 : 0.8, [(event.clientX - rect.left) / wall, (event.clientY - rect.top) / wall]);
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  });
  const moving = {
    onPointerDown: (e: PointerEvent) => {
      if (view.zoom > 1) drag.current = { x: e.clientX, y: e.clientY, moved: false };
    },
    onPointerMove: (e: PointerEvent) => {
      const d = drag.current;
      if (!d) return;
      const wall = magnified(e.currentTarget);
      const dx = (e.clientX - d.x) / wall;
      const dy = (e.clientY - d.y) / wall;
      if (Math.abs(dx) + Math.abs(dy) < 4 && !d.moved) return;
      drag.current = { x: e.clientX, y: e.clientY, moved: true };
      setView((v) => ({ ...v, x: v.x + dx, y: v.y + dy }));
    },
    onPointerUp: () => window.setTimeout(() => (drag.current = null)),
    onPointerLeave: () => (drag.current = null),
  };

  return (
    <div className="plan" ref={ref}>
      <svg width={width} height={height} role="group" aria-label={t(plantTexts.plan)} {...(zoomable ? moving : {})} className={view.zoom > 1 ? "movable" : undefined}>
        <defs>
          <filter id={`${ids}soft`} x="-50%" y="-50%" width="200%" height="200%">
            <feGaussianBlur stdDeviation={Math.max(4, k * 1.6)} />
          </filter>
          <pattern id={`${ids}blind`} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect width="2" height="6" fill="var(--glyph)" opacity="0.35" />
          </pattern>
        </defs>
        {shown.map((z) => (
          <g
            key={z.id} className={onZone ? "zone can" : "zone"} role={onZone ? "button" : undefined} tabIndex={onZone ? 0 : undefined}
            aria-label={onZone ? t(z.name) : undefined}
            onClick={() => onZone && !drag.current?.moved && onZone(z.id)}
            onKeyDown={(e) => onZone && (e.key === "Enter" || e.key === " ") && (e.preventDefault(), onZone(z.id))}
          >
            <polygon points={outline(z)} />
          </g>
        ))}
        {[...incidents].reverse().map((incident) => (
          <Area key={incident.id} incident={incident} here={here} zones={zones} outline={outline} px={px} k={k} ids={ids} />
        ))}
        <g className="glyphs" aria-hidden="true">
          {glyphs.map(({ p, x, y }) => {
            const value = latest.get(p.id);
            const blind = !value || (value[2] & UNTRUSTED) !== 0;
            return (
              <g key={p.id} transform={`translate(${x.toFixed(1)} ${y.toFixed(1)}) scale(${glyphSize.toFixed(2)})`} className={blind ? "glyph blind" : "glyph"}>
                <title>{`${t(kindNames[p.kind]!)} · ${t(p.name)}`}</title>
                {blind && <circle r="7" fill={`url(#${ids}blind)`} stroke="none" />}
                <path d={kindForm(p.kind)} />
              </g>
            );
          })}
        </g>
        <g>
          {placed.map((p) => {
            const alarm = worst.get(p.id);
            if (!alarm) return null;
            const [x, y] = px([p.place[0], p.place[1]]);
            const s = Math.min(20, Math.max(13, k * 2));
            return (
              <g key={p.id} transform={`translate(${(x - s / 2).toFixed(1)} ${(y - s / 2).toFixed(1)}) scale(${s / 24})`} className="alarming" data-alarm-point={p.id}>
                <title>{t(alarm.message)}</title>
                <PriorityShape priority={alarm.priority} hollow={alarm.state === "ack_active"} />
              </g>
            );
          })}
        </g>
        <g className="names" aria-hidden="true">
          {names.map(({ zone, x, y, lines, people: count, time }) => (
            <g key={zone} transform={`translate(${x.toFixed(1)} ${y.toFixed(1)})`} fontSize={zoneSize}>
              {lines.map((line, i) => (
                <text key={i} y={(i + 0.85) * zoneSize * 1.15}>
                  {line}
                </text>
              ))}
              {(time !== null || count !== null) && (
                <text className={time ? "reached" : "people"} y={(lines.length + 0.85) * zoneSize * 1.15} fontSize={Math.max(11, zoneSize * 0.85)}>
                  {time ?? count}
                </text>
              )}
            </g>
          ))}
        </g>
        {onIncident &&
          incidents.map((incident) => {
            if (!here.has(incident.first_out.zone)) return null;
            const [x, y] = px([incident.first_out.east, incident.first_out.north]);
            return (
              <g
                key={incident.id} className="origin can" data-alarm-point={incident.first_out.point} transform={`translate(${x.toFixed(1)} ${y.toFixed(1)})`} role="button" tabIndex={0}
                aria-label={t(incident.title)} onClick={() => onIncident(incident.id)} onKeyDown={(e) => e.key === "Enter" && onIncident(incident.id)}
              >
                <circle r={Math.max(16, Math.min(30, k * 1.9))} style={{ stroke: `var(--p${incident.priority})` }} className={incident.status === "settled" ? "settled" : undefined} />
                <title>{t(incident.title)}</title>
              </g>
            );
          })}
        {!wind && <g className="compass" transform={`translate(${width - 26} 34)`} aria-hidden="true">
          <path d="M0-18 5 4 0 0-5 4Z" />
          <text y="20" textAnchor="middle">{t(plantTexts.north)}</text>
        </g>}
      </svg>
      {wind && <WindRose />}
      {zoomable && (
        <div className="zoom">
          <button className="tool" aria-label={language === "zh" ? "放大" : "Zoom in"} onClick={() => zoomBy(1.6)}>＋</button>
          <button className="tool" aria-label={language === "zh" ? "缩小" : "Zoom out"} onClick={() => zoomBy(1 / 1.6)} disabled={view.zoom === 1}>－</button>
        </div>
      )}
    </div>
  );
}

/** One incident over the zones it reached: tinted zones, a soft cloud around its alarms, a moving edge while it grows. */
function Area(props: {
  incident: Incident; here: Set<string>; zones: Map<string, Zone>; outline: (z: Zone) => string; px: (c: Corner) => Corner; k: number; ids: string;
}) {
  const { incident, here, zones, outline, px, k, ids } = props;
  const colour = `var(--p${incident.priority})`;
  const reachedHere = incident.zones.filter((id) => here.has(id)).map((id) => zones.get(id)!);
  if (reachedHere.length === 0) return null;
  const clip = `${ids}clip${incident.id.replace(/[^a-zA-Z0-9]/g, "")}`;
  const members = incident.members.filter((m) => m.active && here.has(m.zone));
  const settled = incident.status === "settled";
  const standing = new Set(members.map((m) => m.zone));
  const newest = reachedHere[reachedHere.length - 1]!;
  return (
    <g className="area" style={{ color: colour }} aria-hidden="true">
      <clipPath id={clip}>
        {reachedHere.map((z) => (
          <polygon key={z.id} points={outline(z)} />
        ))}
      </clipPath>
      {!settled && reachedHere.map((z) => (
        <polygon key={z.id} points={outline(z)} className={standing.has(z.id) ? "tint" : "tint past"} />
      ))}
      <g clipPath={`url(#${clip})`}>
        <g filter={`url(#${ids}soft)`} className="cloud">
          {members.map((m) => {
            const [x, y] = px([m.east, m.north]);
            return <circle key={m.occurrence} cx={x} cy={y} r={Math.max(14, k * 5)} />;
          })}
        </g>
      </g>
      {reachedHere.map((z) => (
        <polygon key={z.id} points={outline(z)} className={settled ? "edge settled" : incident.growing && z === newest ? "edge growing" : "edge"} />
      ))}
    </g>
  );
}
