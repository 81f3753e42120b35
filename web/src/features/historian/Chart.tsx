import { useCallback, useEffect, useRef, type KeyboardEvent } from "react";
import type { AlarmEvent } from "../../api/types";
import { useLanguage, useSay } from "../../app/language";
import { useSite } from "../../app/site";
import { useTheme } from "../../app/theme";
import { init, type ECharts } from "./echarts";
import { trendTexts } from "./texts";
import { chartOption, type Drawn, type IncidentFlag, type Look, type Range } from "./trend";

function look(): Look {
  const style = getComputedStyle(document.documentElement);
  const v = (name: string) => style.getPropertyValue(name).trim();
  return {
    ink: v("--ink"), ink2: v("--ink-2"), line: v("--line"), surface: v("--surface"), raised: v("--raised"),
    shades: [v("--ink"), v("--ink-3"), v("--line-strong")], priorities: ["--p1", "--p2", "--p3", "--p4"].map(v),
    font: getComputedStyle(document.body).fontFamily,
  };
}

/** Drawing twice takes longer than waiting a little: the old lines move only when the new ones are not there by then. */
const PATIENCE_MS = 160;

interface Props {
  drawn: Drawn[];
  range: Range;
  flags?: AlarmEvent[];
  incidents?: IncidentFlag[];
  /** The lines are of another range than the axis: they are moved there only when their own keep one waiting. */
  waiting?: boolean;
  height: number;
  onZoom?: (range: Range) => void;
  onBack?: () => void;
}

/** The next range for a key; null where the key means nothing here. Pure. */
export function keyed(key: string, range: Range): Range | null {
  const span = range.to - range.from;
  if (key === "ArrowLeft") return { from: range.from - span / 4, to: range.to - span / 4 };
  if (key === "ArrowRight") return { from: range.from + span / 4, to: range.to + span / 4 };
  if ((key === "+" || key === "=") && span > 1000) return { from: range.from + span / 4, to: range.to - span / 4 };
  if (key === "-" || key === "_") return { from: range.from - span / 2, to: range.to + span / 2 };
  return null;
}

/** Lines over time; drag or wheel keys choose a range, double click goes back, arrows with shift move the cursor. */
export function Chart(props: Props) {
  const { drawn, range, flags, incidents, waiting = false, height, onZoom, onBack } = props;
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts | null>(null);
  const cursor = useRef<number | null>(null);
  const language = useLanguage();
  const t = useSay();
  const { dark } = useTheme();
  const { site } = useSite();
  const handlers = useRef({ onZoom, onBack });
  handlers.current = { onZoom, onBack };
  useEffect(() => {
    const made = init(box.current!, null, { renderer: "canvas" });
    chart.current = made;
    made.on("datazoom", (event: unknown) => {
      const batch = (event as { batch?: { startValue?: number; endValue?: number }[] }).batch?.[0];
      if (batch?.startValue !== undefined && batch.endValue !== undefined && batch.endValue - batch.startValue > 20)
        handlers.current.onZoom?.({ from: batch.startValue, to: batch.endValue });
    });
    made.getZr().on("dblclick", () => handlers.current.onBack?.());
    // Tests and measurements see by it that the picture is on the screen.
    made.on("finished", () => {
      if (box.current) box.current.dataset.drawn = box.current.dataset.asked ?? "";
    });
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(box.current!);
    return () => {
      observer.disconnect();
      made.dispose();
    };
  }, []);
  const option = useCallback(
    () => chartOption(drawn, range, look(), site.timezone, language, height, flags, incidents),
    // the colours of `look` follow the theme
    [drawn, range, site.timezone, language, height, flags, incidents, dark],
  );
  const series = useRef<{ id?: string }[]>([]);
  const show = () => {
    const made = chart.current;
    if (!made || !box.current) return;
    const now = option();
    series.current = now.series as { id?: string }[];
    const first = drawn.find((d) => d.series)?.series;
    box.current.dataset.asked = `${range.from} ${range.to} ${first?.time[0] ?? ""} ${first?.time.length ?? 0}`;
    made.setOption(now, { notMerge: true });
    if (handlers.current.onZoom)
      made.dispatchAction({ type: "takeGlobalCursor", key: "dataZoomSelect", dataZoomSelectActive: true });
  };
  useEffect(() => {
    if (!waiting) {
      show();
      return;
    }
    const timer = window.setTimeout(show, PATIENCE_MS);
    return () => window.clearTimeout(timer);
  }, [option, waiting]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Backspace" || event.key === "Escape") handlers.current.onBack?.();
    else if (event.shiftKey && event.key.startsWith("Arrow")) move(event.key === "ArrowLeft" ? -1 : 1);
    else {
      const next = event.ctrlKey || event.metaKey || event.altKey ? null : keyed(event.key, range);
      if (!next || !handlers.current.onZoom) return;
      handlers.current.onZoom(next);
    }
    event.preventDefault();
  };
  const move = (step: number) => {
    const at = drawn.findIndex((d) => d.series);
    const length = drawn[at]?.series?.time.length ?? 0;
    if (!length || !chart.current) return;
    cursor.current = Math.min(length - 1, Math.max(0, (cursor.current ?? Math.floor(length / 2)) + step * Math.max(1, Math.round(length / 100))));
    const seriesIndex = series.current.findIndex((s) => s.id === drawn[at]!.point.id);
    chart.current.dispatchAction({ type: "showTip", seriesIndex, dataIndex: cursor.current });
  };
  const names = drawn.map((d) => d.point.name[language]).join(", ");
  return (
    <div
      ref={box} style={{ height, width: "100%" }} role="img" aria-label={t(trendTexts.chart, { points: names })} tabIndex={onZoom ? 0 : undefined}
      aria-keyshortcuts={onZoom ? "ArrowLeft ArrowRight + - Backspace" : undefined} onKeyDown={onZoom ? onKeyDown : undefined} className="chart"
    />
  );
}
