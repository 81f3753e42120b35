import { useSay } from "../app/language";
import { partsTexts } from "./texts";

/** Line paths through the values; a null breaks the line. Pure; y grows downwards. */
export function paths(values: (number | null)[], low: number, high: number, width: number, height: number): string[] {
  const found: string[] = [];
  let current = "";
  values.forEach((value, i) => {
    if (value === null) {
      if (current) found.push(current);
      current = "";
      return;
    }
    const x = values.length > 1 ? (i / (values.length - 1)) * width : width;
    const y = height - ((value - low) / (high - low || 1)) * height;
    current += `${current ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  if (current) found.push(current);
  return found;
}

/** The last minutes of a value in one small line, with its limit dashed. */
export function Sparkline(props: { values: (number | null)[]; limit?: number | null; width?: number; height?: number }) {
  const { values, limit, width = 120, height = 32 } = props;
  const t = useSay();
  const numbers = values.filter((v): v is number => v !== null);
  if (numbers.length === 0) return <svg className="spark" width={width} height={height} aria-hidden="true" />;
  const all = limit == null ? numbers : [...numbers, limit];
  const low = Math.min(...all);
  const high = Math.max(...all);
  const margin = (high - low || Math.abs(high) || 1) * 0.08;
  const y = (v: number) => height - ((v - low + margin) / (high - low + 2 * margin)) * height;
  const last = values[values.length - 1] ?? null;
  return (
    <svg className="spark" width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={t(partsTexts.trend10)}>
      {limit != null && (
        <line x1="0" x2={width} y1={y(limit)} y2={y(limit)} stroke="var(--ink-3)" strokeDasharray="3 3" />
      )}
      {paths(values, low - margin, high + margin, width, height).map((d, i) => (
        <path key={i} d={d} fill="none" stroke="var(--ink)" strokeWidth="1.5" strokeLinejoin="round" />
      ))}
      {last !== null && <circle cx={width - 2} cy={y(last)} r="2.2" fill="var(--ink)" />}
    </svg>
  );
}
