import { useSyncExternalStore } from "react";
import type { Language } from "./language";
import { live } from "./live";

let now = Date.now();
const listeners = new Set<() => void>();
window.setInterval(() => {
  now = Date.now() + live.skew;
  listeners.forEach((listener) => listener());
}, 1000);

/** The server's time in ms, new each second: one timer for the whole page. */
export function useNow(): number {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => now,
  );
}

export function serverNow(): number {
  return Date.now() + live.skew;
}

const UNITS: [number, { zh: string; en: string }][] = [
  [86_400, { zh: "天", en: "d" }],
  [3600, { zh: "小时", en: "h" }],
  [60, { zh: "分", en: "min" }],
];

/** A length of time in at most two units: "4 s", "3 min 20 s", "2 h 5 min". */
export function duration(ms: number, language: Language): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const gap = language === "zh" ? "" : " ";
  const second = language === "zh" ? "秒" : "s";
  for (const [i, [size, name]] of UNITS.entries()) {
    if (seconds < size) continue;
    const whole = Math.floor(seconds / size);
    const [below, belowName] = UNITS[i + 1] ?? [1, { zh: "秒", en: "s" }];
    // From ten of the larger unit on, the smaller one says nothing that anybody acts on.
    const rest = whole >= 10 ? 0 : Math.floor((seconds % size) / below);
    return `${whole}${gap}${name[language]}` + (rest ? ` ${rest}${gap}${belowName[language]}` : "");
  }
  return `${seconds}${gap}${second}`;
}

/** How long ago: "4 s ago"; what is ahead of the clock by less than 2 s is now. */
export function age(ms: number, at: number, language: Language): string {
  const gone = at - ms;
  if (gone < -2000) return language === "zh" ? `${duration(-gone, language)}后` : `in ${duration(-gone, language)}`;
  if (gone < 1000) return language === "zh" ? "刚刚" : "now";
  return language === "zh" ? `${duration(gone, language)}前` : `${duration(gone, language)} ago`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, kind: "time" | "date" | "minute"): Intl.DateTimeFormat {
  const key = `${zone} ${kind}`;
  let found = formats.get(key);
  if (!found) {
    const base = { timeZone: zone, hourCycle: "h23" } as const;
    const parts =
      kind === "time"
        ? ({ hour: "2-digit", minute: "2-digit", second: "2-digit" } as const)
        : kind === "minute"
          ? ({ hour: "2-digit", minute: "2-digit" } as const)
          : ({ year: "numeric", month: "2-digit", day: "2-digit" } as const);
    found = new Intl.DateTimeFormat("sv-SE", { ...base, ...parts });
    formats.set(key, found);
  }
  return found;
}

/** Clock time in the site's zone; with the date where it is not today's. */
export function clock(ms: number, at: number, zone: string, kind: "time" | "minute" = "time"): string {
  const time = format(zone, kind).format(ms);
  const day = format(zone, "date").format(ms);
  return day === format(zone, "date").format(at) ? time : `${day.slice(5)} ${time}`;
}

export function dateTime(ms: number, zone: string): string {
  return `${format(zone, "date").format(ms)} ${format(zone, "time").format(ms)}`;
}
