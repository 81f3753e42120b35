import { useSay } from "../app/language";
import { partsTexts } from "./texts";

/** The four shapes: 1 red square, 2 orange triangle, 3 yellow circle, 4 blue diamond; never colour alone. */
export function PriorityShape({ priority, hollow = false }: { priority: number; hollow?: boolean }) {
  const p = Math.min(4, Math.max(1, priority));
  const paint = hollow
    ? { fill: "var(--surface)", stroke: `var(--p${p})`, strokeWidth: 2 }
    : { fill: `var(--p${p})`, stroke: "var(--surface)", strokeWidth: 1 };
  const shapes = [
    <rect key="s" x="2" y="2" width="20" height="20" {...paint} />,
    <path key="t" d="M12 0.8 23.6 22.4H0.4Z" {...paint} strokeLinejoin="round" />,
    <circle key="c" cx="12" cy="12" r="10.6" {...paint} />,
    <path key="d" d="M12 0.4 23.6 12 12 23.6 0.4 12Z" {...paint} />,
  ];
  return (
    <>
      {shapes[p - 1]}
      <text
        x="12" y={p === 2 ? 19.6 : 17} textAnchor="middle" fontSize="13.5" fontWeight="700" fontFamily="var(--font)"
        fill={hollow ? "var(--ink)" : `var(--on-p${p})`}
      >
        {p}
      </text>
    </>
  );
}

/** A priority as a mark; hollow when what it stands for is over. */
export function PriorityMark({ priority, size = 22, hollow }: { priority: number; size?: number; hollow?: boolean }) {
  const t = useSay();
  return (
    <svg className="mark" width={size} height={size} viewBox="0 0 24 24" role="img" aria-label={t(partsTexts.priority, { n: priority })}>
      <PriorityShape priority={priority} hollow={hollow} />
    </svg>
  );
}
