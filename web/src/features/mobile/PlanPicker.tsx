import { useMemo, useState } from "react";
import { useSay } from "../../app/language";
import { useSite } from "../../app/site";
import { boxOf, breakName, namePlace, type Corner } from "../plant/geometry";

const WIDTH = 340;

/** The plan of one storey to tap on: gives the zone and the place in site metres. */
export function PlanPicker({ zone, place, onPick }: { zone: string; place: Corner | null; onPick: (zone: string, place: Corner) => void }) {
  const t = useSay();
  const { site, zones } = useSite();
  const [storey, setStorey] = useState(zones.get(zone)?.storey ?? site.storeys[0]?.id ?? "");
  const shown = useMemo(() => site.zones.filter((z) => z.storey === storey), [site, storey]);
  const box = useMemo(() => boxOf((shown.length ? shown : site.zones).flatMap((z) => z.polygon)), [shown, site]);
  const scale = WIDTH / Math.max(1, box.east - box.west);
  const height = Math.max(60, (box.north - box.south) * scale);
  const px = ([e, n]: Corner): Corner => [(e - box.west) * scale, height - (n - box.south) * scale];
  return (
    <div className="m-plan">
      {site.storeys.length > 1 && (
        <div className="m-choices" role="group">
          {site.storeys.map((s) => (
            <button key={s.id} type="button" className="button" aria-pressed={s.id === storey} onClick={() => setStorey(s.id)}>{t(s.name)}</button>
          ))}
        </div>
      )}
      <svg viewBox={`0 0 ${WIDTH} ${height}`} role="group">
        {shown.map((z) => {
          const points = z.polygon.map((c) => px(c).map((v) => v.toFixed(1)).join(",")).join(" ");
          const spot = namePlace(z.polygon);
          const [x, y] = px(spot.at);
          const lines = breakName(t(z.name), spot.width * scale - 6, 11);
          const wide = (line: string) => [...line].reduce((sum, c) => sum + (c.charCodeAt(0) > 0x2e80 ? 11 : 6.2), 0);
          const fits = lines.every((line) => wide(line) <= spot.width * scale - 3) && spot.height * scale > lines.length * 13 && spot.width * scale > 22;
          return (
            <g
              key={z.id} role="button" tabIndex={0} aria-label={t(z.name)} aria-pressed={z.id === zone} className={z.id === zone ? "chosen" : undefined}
              onKeyDown={(e) => (e.key === "Enter" || e.key === " ") && onPick(z.id, spot.at)}
              onClick={(e) => {
                const area = e.currentTarget.ownerSVGElement!.getBoundingClientRect();
                const k = area.width / WIDTH;
                onPick(z.id, [box.west + (e.clientX - area.left) / k / scale, box.north - (e.clientY - area.top) / k / scale]);
              }}
            >
              <polygon points={points} />
              {fits && lines.map((line, i) => <text key={i} aria-hidden="true" x={x + 3} y={y + 12 + i * 13}>{line}</text>)}
            </g>
          );
        })}
        {place && zones.get(zone)?.storey === storey && <circle cx={px(place)[0]} cy={px(place)[1]} r={6} className="here" />}
      </svg>
    </div>
  );
}
