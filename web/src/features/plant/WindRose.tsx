import { age, useNow } from "../../app/clock";
import { useLanguage, useSay } from "../../app/language";
import { useLive } from "../../app/live";
import { useSite } from "../../app/site";
import { digits, valueText } from "../../parts/value";
import { plantTexts, windNames } from "./texts";
import { weatherNow } from "./weather";

/** Where the wind comes from and how strong: which way a release drifts and which way people walk. */
export function WindRose() {
  const { points } = useSite();
  const latest = useLive("latest");
  const now = useNow();
  const language = useLanguage();
  const t = useSay();
  const { wind, measured, rest } = weatherNow(latest, points.values(), now);
  const name = windNames[wind ? Math.round((((wind.from % 360) + 360) % 360) / 45) % 8 : 0]!;
  return (
    <div className="wind" title={t(plantTexts.wind)}>
      <svg width="54" height="54" viewBox="-27 -33 54 54" aria-hidden="true">
        <circle r="20" />
        <text y="-21.5" textAnchor="middle">{t(plantTexts.north)}</text>
        {[0, 45, 90, 135, 180, 225, 270, 315].map((a) => (
          <line key={a} x1="0" y1={a % 90 ? -18 : -16} x2="0" y2="-20" transform={`rotate(${a})`} />
        ))}
        {wind && <path d="M0 16-6-16 0-11 6-16Z" transform={`rotate(${wind.from})`} />}
      </svg>
      {measured && (
        <span className="wind-words">
          {wind ? <b>{t(plantTexts.windFrom, { from: t(name), speed: digits(wind.speed) })}</b> : <b>{t(plantTexts.windOld)}</b>}
          {wind && <span className="muted">{age(wind.at, now, language)}</span>}
        </span>
      )}
      {rest.map(({ point, value }) => (
        <span key={point.id} className="weather-part" title={t(point.name)}>
          {point.unit === "%RH" ? t(plantTexts.humidity, { n: Math.round(value) }) : point.unit === "mm" ? t(plantTexts.rain, { n: value.toFixed(1) }) : valueText(value, point.unit, language)}
        </span>
      ))}
    </div>
  );
}
