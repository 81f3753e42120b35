// A trend's data and drawing instructions. Pure.

import type { AlarmEvent, Point, Series } from "../../api/types";
import type { Language } from "../../app/language";
import { clock, dateTime } from "../../app/clock";
import { trendTexts } from "./texts";
import { UNTRUSTED } from "../../parts/texts";
import { digits, doubtsOf, unitText, valueText } from "../../parts/value";

export interface Range {
  from: number;
  to: number;
}

/** Lines are told apart by form first (solid, dashed, dotted, widths), colours stay for what is abnormal. */
const FORMS = [
  { type: "solid", width: 1.8 },
  { type: [8, 4], width: 1.6 },
  { type: [2, 3], width: 1.8 },
  { type: [12, 3, 2, 3], width: 1.6 },
] as const;

export interface Look {
  ink: string;
  ink2: string;
  line: string;
  surface: string;
  raised: string;
  shades: string[];
  priorities: string[];
  font: string;
}

export interface Drawn {
  point: Point;
  series: Series | null;
  /** The same time a week earlier; null where it is not compared. */
  before?: Series | null;
  /** Length of a bucket, ns; 0 where it is not known. */
  width?: number;
}

export const WEEK_NS = 7 * 86_400 * 1e9;

/** An incident that began in the range. */
export interface IncidentFlag {
  id: string;
  started: number;
  priority: number;
  title: string;
}

/** How long a point may be silent before its line breaks, ns: until it counts as stale, or three times as long as it
 * usually is. Buckets finer than a sensor's own pace are no gaps. Pure. */
export function silence(series: Series, width: number, staleAfter: number | null): number {
  const spacing: number[] = [];
  let last: number | null = null;
  for (const [n, time] of series.time.entries()) {
    if ((series.mean[n] ?? null) === null) continue;
    if (last !== null) spacing.push(time - last);
    last = time;
  }
  spacing.sort((x, y) => x - y);
  const usual = spacing[Math.floor(spacing.length / 2)] ?? 0;
  return Math.max(2.5 * width, 3 * usual, (staleAfter ?? 0) * 1e9);
}

/** Values over time as [ms in the middle of the bucket, value, bucket]; a silence longer than `gap` (ns) is a break, and
 * a value that stands alone gets a dot, or it would not be seen. */
export function xy(times: number[], values: (number | null)[], middle: number, gap: number, shift = 0): unknown[] {
  const found: { at: number; value: number; n: number; alone: boolean }[] = [];
  const items: unknown[] = [];
  let last: (typeof found)[number] | null = null;
  for (const [n, time] of times.entries()) {
    const value = values[n] ?? null;
    if (value === null) continue;
    const here = { at: (time + shift + middle) / 1e6, value, n, alone: true };
    if (last && time - times[last.n]! <= gap) last.alone = here.alone = false;
    else if (last) found.push({ at: (last.at + here.at) / 2, value: NaN, n: last.n, alone: false });
    found.push(here);
    last = here;
  }
  for (const { at, value, n, alone } of found) {
    const item = [at, Number.isNaN(value) ? null : value, n];
    items.push(alone ? { value: item, symbol: "circle", symbolSize: 4 } : item);
  }
  return items;
}

/** A line's data; with symbols only where it has dots, since looking for them costs as much as drawing the line. */
function dotted(data: unknown[]): { data: unknown[]; showSymbol: boolean } {
  return { data, showSymbol: data.some((item) => !Array.isArray(item)) };
}

/** Means whose readings cannot be trusted, and null elsewhere; each stretch is widened by one so that it is a line. */
export function doubtful(series: Series): (number | null)[] {
  const bad = (n: number) => ((series.quality[n] ?? 0) & UNTRUSTED) !== 0;
  return series.mean.map((value, n) => (bad(n) || bad(n - 1) ? value : null));
}

/** Of flags that would be drawn over each other the most urgent one. */
export function apart(flags: AlarmEvent[], room: number): AlarmEvent[] {
  const kept: AlarmEvent[] = [];
  for (const flag of [...flags].sort((a, b) => a.source_time - b.source_time)) {
    const last = kept[kept.length - 1];
    if (!last || (flag.source_time - last.source_time) / 1e6 > room) kept.push(flag);
    else if (flag.priority < last.priority) kept[kept.length - 1] = flag;
  }
  return kept;
}

/** Whether buckets hold several readings, so that the spread between them is worth a band. */
export function isDownsampled(series: Series): boolean {
  return series.count.some((n) => n > 1);
}

export function csv(drawn: Drawn[], zone: string): string {
  const first = drawn.find((d) => d.series)?.series;
  if (!first) return "";
  const head = ["time"];
  for (const d of drawn) for (const what of ["min", "mean", "max"]) head.push(`${d.point.id} ${what} ${d.point.unit}`);
  const rows = first.time.map((time, i) => {
    const cells = drawn.flatMap((d) => [d.series?.min[i], d.series?.mean[i], d.series?.max[i]]);
    return [dateTime(time / 1e6, zone), ...cells.map((v) => (v == null ? "" : String(v)))].join(",");
  });
  return [head.join(","), ...rows].join("\n");
}

/** Options for ECharts: one grid per unit, one time axis and cursor for all. */
export function chartOption(
  drawn: Drawn[], range: Range, look: Look, zone: string, language: Language, height: number, flags: AlarmEvent[] = [],
  incidents: IncidentFlag[] = [],
): Record<string, unknown> {
  const units = [...new Set(drawn.map((d) => d.point.unit))];
  const top = 62;
  const bottom = 34;
  const gap = 40;
  const each = (height - top - bottom - gap * (units.length - 1)) / units.length;
  const name = (d: Drawn) => `${d.point.name[language]} (${d.point.id})`;
  const axisTime = (value: number) => clock(value, range.to, zone, range.to - range.from > 600_000 ? "minute" : "time");
  const series: Record<string, unknown>[] = [];
  // Labels of one grid that would cover each other are left out; the lines themselves all stay.
  const labelled = new Set<AlarmEvent>();
  const limited = new Set<string>();
  for (const unit of units) {
    const here = new Set(drawn.filter((d) => d.point.unit === unit).map((d) => d.point.id));
    for (const flag of apart(flags.filter((f) => here.has(f.point) && f.change === "raised"), (range.to - range.from) / 28)) labelled.add(flag);
  }
  drawn.forEach((d, i) => {
    const grid = units.indexOf(d.point.unit);
    const colour = look.shades[i % look.shades.length]!;
    const form = FORMS[Math.floor(i / look.shades.length + i) % FORMS.length]!;
    const s = d.series;
    const middle = s && isDownsampled(s) ? (d.width ?? 0) / 2 : 0;
    const gap = s ? silence(s, d.width ?? 0, d.point.stale_after) : 0;
    const base = { type: "line", xAxisIndex: grid, yAxisIndex: grid, symbol: "none", showSymbol: false, connectNulls: false, animation: false, emphasis: { disabled: true } };
    if (d.before)
      series.push({
        ...base, id: `${d.point.id} before`, name: `${name(d)} before`, silent: true, tooltip: { show: false },
        data: xy(d.before.time, d.before.mean, middle, gap, WEEK_NS), lineStyle: { color: colour, width: 1.2, opacity: 0.42, type: "solid" },
      });
    if (s && isDownsampled(s)) {
      const stack = { ...base, stack: `band ${i}`, stackStrategy: "all", lineStyle: { opacity: 0 }, silent: true, tooltip: { show: false } };
      series.push({ ...stack, data: xy(s.time, s.min, middle, gap) });
      series.push({
        ...stack, areaStyle: { color: colour, opacity: 0.2 },
        data: xy(s.time, s.max.map((v, n) => (v === null || s.min[n] == null ? null : v - s.min[n]!)), middle, gap),
      });
    }
    const doubts = s ? doubtful(s) : [];
    if (s && doubts.some((v) => v !== null))
      series.push({ ...base, silent: true, tooltip: { show: false }, data: xy(s.time, doubts, middle, gap), lineStyle: { color: colour, width: 9, opacity: 0.26, type: [2, 2] } });
    // Eight sensors of one kind have the same limits: each is drawn once in its grid.
    const limits = d.point.limits.filter((l) => {
      const same = `${grid} ${l.at} ${l.priority}`;
      if (l.at === null || !["high", "low", "equals"].includes(l.type) || limited.has(same)) return false;
      limited.add(same);
      return true;
    });
    const own = apart(flags.filter((f) => f.point === d.point.id && f.change === "raised"), (range.to - range.from) / 40);
    series.push({
      ...base, id: d.point.id, name: name(d), ...dotted(s ? xy(s.time, s.mean, middle, gap) : []),
      lineStyle: { color: colour, width: form.width, type: form.type }, itemStyle: { color: colour },
      markLine: {
        silent: true, symbol: "none", animation: false,
        data: [
          ...limits.map((l) => ({
            yAxis: l.at,
            lineStyle: { color: look.priorities[l.priority - 1], type: "dashed", width: 1.4 },
            label: { formatter: `${l.priority} · ${valueText(l.at, d.point.unit, language)}`, position: "insideEndTop", color: look.ink2, fontSize: 12 },
          })),
          ...own.map((f) => ({
            xAxis: f.source_time / 1e6,
            lineStyle: { color: look.priorities[f.priority - 1], width: 1, type: "solid" },
            label: { show: labelled.has(f), formatter: `⚑ ${f.priority}`, position: "end", color: look.ink2, fontSize: 12 },
          })),
          ...(i === 0 ? incidents : []).map((one) => ({
            xAxis: one.started / 1e6,
            lineStyle: { color: look.priorities[one.priority - 1], width: 2, type: [6, 3] },
            label: { formatter: short(one.title), position: "insideEnd", rotate: 0, align: "right", verticalAlign: "top", padding: [2, 8, 0, 0], color: look.ink2, fontSize: 12 },
          })),
        ],
      },
    });
  });
  return {
    animation: false,
    textStyle: { fontFamily: look.font, color: look.ink },
    legend: { top: 6, left: 4, data: drawn.map(name), textStyle: { color: look.ink, fontSize: 13 }, itemWidth: 34, itemStyle: { opacity: 0 }, type: "scroll", pageTextStyle: { color: look.ink }, pageIconColor: look.ink, pageIconInactiveColor: look.line },
    toolbox: { show: true, showTitle: false, right: -100, feature: { dataZoom: { yAxisIndex: "none", filterMode: "none" } } },
    tooltip: {
      trigger: "axis", backgroundColor: look.raised, borderColor: look.line, textStyle: { color: look.ink }, confine: true,
      formatter: (items: { seriesName: string; seriesId: string; marker: string; value: [number, number | null, number] }[]) => {
        const lines = [clock(items[0]?.value[0] ?? 0, range.to, zone)];
        for (const item of items) {
          const d = drawn.find((x) => x.point.id === item.seriesId);
          if (!d || !d.series || item.value[1] == null) continue;
          const bucket = item.value[2];
          const low = d.series.min[bucket];
          const high = d.series.max[bucket];
          const doubt = doubtsOf(d.series.quality[bucket] ?? 0, language);
          const was = d.before?.mean[bucket];
          const week = was == null ? "" : ` · ${trendTexts.weekAgo[language]} ${escape(valueText(was, d.point.unit, language, d.point.states))}`;
          const spread = isDownsampled(d.series) && low != null && high != null ? ` (${digits(low)}–${digits(high)})` : "";
          lines.push(`${item.marker} ${escape(d.point.name[language])}: <b>${escape(valueText(item.value[1], d.point.unit, language, d.point.states))}</b>${spread}${week}${doubt.length ? ` · <i>${escape(doubt.join(language === "zh" ? "、" : ", "))}</i>` : ""}`);
        }
        return lines.join("<br>");
      },
    },
    axisPointer: { link: [{ xAxisIndex: "all" }] },
    grid: units.map((_, i) => ({ left: 64, right: 24, top: top + i * (each + gap), height: each })),
    xAxis: units.map((_, i) => ({
      type: "time", gridIndex: i, min: range.from, max: range.to, axisLine: { lineStyle: { color: look.line } }, axisTick: { show: false },
      axisLabel: { show: i === units.length - 1, color: look.ink2, formatter: axisTime, hideOverlap: true }, splitLine: { show: true, lineStyle: { color: look.line, opacity: 0.5 } },
    })),
    yAxis: units.map((unit, i) => ({
      type: "value", gridIndex: i, scale: true, name: unitText(unit, language), nameTextStyle: { color: look.ink2, align: "right", padding: [0, 6, 0, 0] }, nameGap: 10,
      axisLabel: { color: look.ink2, formatter: (v: number) => digits(v) }, splitLine: { lineStyle: { color: look.line, opacity: 0.6 } },
      min: (v: { min: number; max: number }) => reach(drawn, unit, v, "min"), max: (v: { min: number; max: number }) => reach(drawn, unit, v, "max"),
    })),
    series,
  };
}

/** The value axis reaches a limit when the values come within the last third of the way to it: a limit far off
 * would press the line flat, one near must be seen. */
export function reach(drawn: Drawn[], unit: string, seen: { min: number; max: number }, side: "min" | "max"): number {
  const room = seen.max - seen.min || Math.abs(seen.max) || 1;
  let edge = side === "max" ? seen.max + room * 0.06 : seen.min - room * 0.06;
  for (const d of drawn) {
    if (d.point.unit !== unit) continue;
    for (const l of d.point.limits) {
      if (l.at === null || !["high", "low"].includes(l.type)) continue;
      if (side === "max" && l.at > edge && l.at < seen.max + room * 2) edge = l.at + room * 0.06;
      if (side === "min" && l.at < edge && l.at > seen.min - room * 2) edge = l.at - room * 0.06;
    }
  }
  return Number(edge.toPrecision(4));
}

/** A title that fits beside its line. */
function short(title: string): string {
  return title.length > 18 ? `${title.slice(0, 17)}…` : title;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]!);
}
