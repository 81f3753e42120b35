import { useNow } from "../../app/clock";
import { useSay } from "../../app/language";
import { useLive } from "../../app/live";
import { useSite } from "../../app/site";
import { digits, isStale } from "../../parts/value";
import { plantTexts, windNames } from "./texts";

/** Where the wind comes from and how strong: which way a release drifts and which way people walk. */
export function WindRose() {
  const { points } = useSite();
  const latest = useLive("latest");
  const now = useNow();
  const t = useSay();
  const weather = [...points.values()].filter((p) => p.kind === "weather");
  const direction = weather.find((p) => p.unit === "deg");
  const speed = weather.find((p) => p.unit === "m/s");
  const from = direction && latest.get(direction.id);
  const strong = speed && latest.get(speed.id);
  const known =
    direction && speed && from && strong && from[1] !== null && strong[1] !== null && !isStale(from, direction.stale_after, now) && !isStale(strong, speed.stale_after, now);
  const degrees = known ? from[1]! : 0;
  const name = windNames[Math.round((((degrees % 360) + 360) % 360) / 45) % 8]!;
  return (
    <div className="wind" title={t(plantTexts.wind)}>
      <svg width="54" height="54" viewBox="-27 -33 54 54" aria-hidden="true">
        <circle r="20" />
        <text y="-21.5" textAnchor="middle">{t(plantTexts.north)}</text>
        {[0, 45, 90, 135, 180, 225, 270, 315].map((a) => (
          <line key={a} x1="0" y1={a % 90 ? -18 : -16} x2="0" y2="-20" transform={`rotate(${a})`} />
        ))}
        {known && <path d="M0 16-6-16 0-11 6-16Z" transform={`rotate(${degrees})`} />}
      </svg>
      {direction && speed && <span>{known ? t(plantTexts.windFrom, { from: t(name), speed: digits(strong[1]!) }) : t(plantTexts.windOld)}</span>}
    </div>
  );
}
