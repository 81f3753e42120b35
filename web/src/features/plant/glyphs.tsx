import type { Kind } from "../../api/types";

/** A sign per kind of sensor in a 12 x 12 box around 0,0: strokes only, told apart by form. */
const forms: Record<Kind, string> = {
  combustible_gas: "M0-5C3-2 4 0 4 2a4 4 0 0 1-8 0c0-2 1-4 4-7Z",
  toxic_gas: "M-4-4 4 4M4-4-4 4",
  oxygen: "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0Z",
  temperature: "M0-5V1M-2.5 3a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0Z",
  hot_spot: "M-5-4H5V4H-5ZM0-1V1M-1 0H1",
  smoke: "M-4 3C-4 0 0 2 0-1S4-2 4-5M-1 5C-1 3 2 4 3 1",
  flame: "M0-5C1-2 4-1 4 2a4 3.4 0 0 1-8 0C-4 0-2-1-2-3",
  pressure: "M-4 3A5 5 0 1 1 4 3M0 0 3-3",
  level: "M-4-5V5H4V-5M-4 0H4",
  ventilation_flow: "M-5-2H3L1-4M-5 2H3L1 4",
  vibration: "M-5 0H-3L-1.5-4 1.5 4 3 0H5",
  electrical: "M1-5-3 1H0L-1 5 3-1H0Z",
  video_event: "M-5-3H2V3H-5ZM2-1 5-3V3L2 1",
  access: "M-3-5H3V5H-3ZM1 0V1",
  people_position: "M-1.8-3a1.8 1.8 0 1 0 3.6 0a1.8 1.8 0 1 0-3.6 0M-3.5 5C-3.5 0 3.5 0 3.5 5Z",
  weather: "M-5 1H4M1-2 4 1 1 4",
  process: "M-4-4H4V4H-4Z",
  source: "M-4 4V1M0 4V-1M4 4V-4",
};

export function KindGlyph({ kind, size = 12 }: { kind: Kind; size?: number }) {
  return (
    <svg className="mark" width={size} height={size} viewBox="-6.5 -6.5 13 13" aria-hidden="true">
      <path d={forms[kind]} fill="none" stroke="currentColor" strokeWidth="1.3" strokeLinejoin="round" strokeLinecap="round" />
    </svg>
  );
}

export function kindForm(kind: Kind): string {
  return forms[kind];
}
