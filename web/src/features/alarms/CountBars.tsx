import { dateTime } from "../../app/clock";
import { useSite } from "../../app/site";
import type { Report } from "./KpiPage";

const HEIGHT = 120;

/** Alarms per period as bars, with the most that is bearable as a line; what is beyond it is dark. */
export function CountBars({ counts: c, label }: { counts: Report["counts"]; label: string }) {
  const { site } = useSite();
  const top = Math.max(c.limit * 1.3, ...c.counts);
  const n = c.counts.length;
  const line = HEIGHT - (c.limit / top) * HEIGHT;
  const ms = (i: number) => c.start / 1e6 + (i * c.period) / 1e6;
  return (
    <figure className="count-bars">
      <svg viewBox={`0 0 ${n} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
        {c.counts.map((count, i) =>
          count ? <rect key={i} x={i + 0.1} width={0.8} y={HEIGHT - (count / top) * HEIGHT} height={(count / top) * HEIGHT} className={count > c.limit ? "over" : ""}><title>{`${dateTime(ms(i), site.timezone)}: ${count}`}</title></rect> : null,
        )}
        <line x1={0} x2={n} y1={line} y2={line} vectorEffect="non-scaling-stroke" />
      </svg>
      <figcaption className="muted"><span>{dateTime(ms(0), site.timezone).slice(0, 16)}</span><span>{Math.max(0, ...c.counts)}</span><span>{dateTime(ms(n), site.timezone).slice(0, 16)}</span></figcaption>
    </figure>
  );
}
