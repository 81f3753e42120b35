import type { Corner } from "../plant/geometry";
import type { HazardKind, HazardLevel } from "../work/hazard";

/** A report half written; kept on the phone, so that a call, a crash or a new version costs nobody their words. */
export interface Draft {
  zone: string;
  point: string | null;
  place: Corner | null;
  kind: HazardKind | null;
  level: HazardLevel;
  words: string;
  photos: Blob[];
}

export const EMPTY: Draft = { zone: "", point: null, place: null, kind: null, level: "general", words: "", photos: [] };

/** What the address asks for, on top of what was half written: a scanned place wins over an older one. Pure. */
export function opened(kept: Draft | undefined, query: URLSearchParams): Draft {
  const draft = { ...EMPTY, ...kept };
  const zone = query.get("zone");
  if (!zone) return draft;
  const point = query.get("point");
  return { ...draft, zone, point, place: zone === draft.zone && point === draft.point ? draft.place : null };
}

/** The report as the API takes it; `seen` in UTC ns as a number that JSON can hold (whole microseconds are). Pure. */
export function reportBody(draft: Draft, now: number): Record<string, unknown> {
  return {
    zone: draft.zone, words: draft.words.trim(), kind: draft.kind ?? "other", level: draft.level, seen: Math.round(now) * 1_000_000,
    ...(draft.place ? { place: draft.place.map((v) => Math.round(v * 10) / 10) } : {}),
    ...(draft.point ? { point: draft.point } : {}),
  };
}
