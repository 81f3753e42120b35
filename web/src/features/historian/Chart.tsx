import { useEffect, useMemo, useRef } from "react";
import type { AlarmEvent } from "../../api/types";
import { useLanguage } from "../../app/language";
import { useSite } from "../../app/site";
import { useTheme } from "../../app/theme";
import { init, type ECharts } from "./echarts";
import { chartOption, type Drawn, type Look, type Range } from "./trend";

function look(): Look {
  const style = getComputedStyle(document.documentElement);
  const v = (name: string) => style.getPropertyValue(name).trim();
  return {
    ink: v("--ink"), ink2: v("--ink-2"), line: v("--line"), surface: v("--surface"), raised: v("--raised"),
    shades: [v("--ink"), v("--ink-3"), v("--line-strong")], priorities: ["--p1", "--p2", "--p3", "--p4"].map(v),
    font: getComputedStyle(document.body).fontFamily,
  };
}

/** Lines over time; drag chooses a range, double click goes back. */
export function Chart(props: { drawn: Drawn[]; range: Range; flags?: AlarmEvent[]; height: number; onZoom?: (range: Range) => void; onBack?: () => void }) {
  const { drawn, range, flags, height, onZoom, onBack } = props;
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts | null>(null);
  const language = useLanguage();
  const { dark } = useTheme();
  const { site } = useSite();
  const handlers = useRef({ onZoom, onBack });
  handlers.current = { onZoom, onBack };
  useEffect(() => {
    const made = init(box.current!, null, { renderer: "canvas" });
    chart.current = made;
    made.on("datazoom", (event: unknown) => {
      const batch = (event as { batch?: { startValue?: number; endValue?: number }[] }).batch?.[0];
      if (batch?.startValue !== undefined && batch.endValue !== undefined && batch.endValue - batch.startValue > 1000)
        handlers.current.onZoom?.({ from: batch.startValue, to: batch.endValue });
    });
    made.getZr().on("dblclick", () => handlers.current.onBack?.());
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(box.current!);
    return () => {
      observer.disconnect();
      made.dispose();
    };
  }, []);
  const option = useMemo(
    () => chartOption(drawn, range, look(), site.timezone, language, height, flags),
    // the colours of `look` follow the theme
    [drawn, range, site.timezone, language, height, flags, dark],
  );
  useEffect(() => {
    const made = chart.current;
    if (!made) return;
    made.setOption(option, { notMerge: true });
    if (handlers.current.onZoom)
      made.dispatchAction({ type: "takeGlobalCursor", key: "dataZoomSelect", dataZoomSelectActive: true });
  }, [option]);
  return <div ref={box} style={{ height, width: "100%" }} role="img" aria-label={drawn.map((d) => d.point.name[language]).join(", ")} />;
}
