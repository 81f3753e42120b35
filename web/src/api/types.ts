// The shapes of the API in one place; they follow core/events.py and api/describe.py. Times are UTC nanoseconds as
// JSON numbers: beyond 2^53 they lose some hundred nanoseconds, which no screen shows.

export interface Text {
  zh: string;
  en: string;
}

export type Kind =
  | "combustible_gas" | "toxic_gas" | "oxygen" | "temperature" | "hot_spot" | "smoke" | "flame" | "pressure" | "level"
  | "ventilation_flow" | "vibration" | "electrical" | "video_event" | "access" | "people_position" | "weather"
  | "process" | "source";

export type Hazard = "release" | "fire" | "thermal" | "process" | "mechanical" | "electrical" | "people" | "data";

export interface Storey {
  id: string;
  name: Text;
  floor: number;
  ceiling: number;
}

export interface Zone {
  id: string;
  name: Text;
  storey: string;
  polygon: [number, number][];
  floor: number;
  ceiling: number;
  adjoins: string[];
  use: string;
}

export interface Person {
  id: string;
  name: Text;
  role: string;
  language: "zh" | "en";
}

export interface Site {
  id: string;
  name: Text;
  timezone: string;
  georeference: { longitude: number; latitude: number; height: number; rotation: number; frame: string };
  storeys: Storey[];
  zones: Zone[];
  people: Person[];
  sources: { id: string; protocol: string; enabled: boolean }[];
  channels: { id: string; type: string }[];
  points: number;
}

/** [source time in ms, value (null: not a number), quality bits] */
export type Latest = [number, number | null, number];

export interface Glyph {
  id: string;
  name: Text;
  kind: Kind;
  zone: string;
  place: [number, number, number];
  unit: string;
  states: Record<string, Text>;
  stale_after: number | null;
}

export interface PointRow extends Glyph {
  latest: Latest | null;
  normal: [number, number] | null;
  limits: number;
  changed: number;
  sources: string[];
  calibration_due: string | null;
}

export interface Rationalisation {
  cause: Text;
  consequence: Text;
  action: Text;
  time_to_respond: number;
}

export interface Definition {
  alarm: string;
  point: string;
  id: string;
  type: "high" | "low" | "rate" | "deviation" | "equals" | "rule" | "vote";
  at: number | null;
  of?: string | null;
  window?: number;
  deadband?: number;
  on_delay?: number;
  off_delay?: number;
  when?: string | null;
  points?: string[];
  priority: number;
  hazard: Hazard;
  latch: boolean;
  shelvable: boolean;
  message: Text | null;
  unit: string;
  rationalisation: Rationalisation | null;
  /** Of the limit in force; 0: never changed. */
  version?: number;
  overridden?: boolean;
  /** The site's file says otherwise than when people set this. */
  file_changed?: boolean;
  file?: { at: number; deadband: number; on_delay: number; off_delay: number; priority: number } | null;
}

export interface Point extends Glyph {
  hazard: Hazard;
  gas: { substance: string; lel: number | null; oel: number | null } | null;
  range: [number, number] | null;
  normal: [number, number] | null;
  max_rate: number | null;
  frozen_after: number | null;
  calibration: { last: string; every_days: number } | null;
  limits: Definition[];
  /** false: the alarms room does not answer, and these are perhaps only the files' limits. */
  limits_known: boolean;
  calibration_due: string | null;
  rules: Definition[];
  sources: string[];
  latest: Latest | null;
}

export type AlarmState =
  | "normal" | "unack_active" | "ack_active" | "return_unack" | "shelved" | "suppressed" | "out_of_service";

export interface AlarmStatus {
  alarm: string;
  occurrence: string;
  point: string;
  zone: string;
  kind: Kind;
  hazard: Hazard;
  priority: number;
  state: AlarmState;
  active: boolean;
  value: number | null;
  limit: number | null;
  unit: string;
  quality: number;
  since: number;
  changed: number;
  message: Text;
  shelvable: boolean;
  by: string | null;
  reason: string | null;
  /** Of a suppression by design: the site's own words. */
  why?: Text | null;
  until: number | null;
}

export interface AlarmEvent {
  id: string;
  occurrence: string;
  alarm: string;
  point: string;
  zone: string;
  priority: number;
  change: string;
  state: AlarmState;
  active: boolean;
  value: number | null;
  limit: number | null;
  unit: string;
  source_time: number;
  decided_time: number;
  message: Text;
  by: string | null;
  reason: string | null;
  /** Of a suppression by design: the site's own words. */
  why?: Text | null;
  until: number | null;
}

export type IncidentStatus = "open" | "owned" | "settled" | "closed" | "dissolved";

export interface Member {
  alarm: string;
  occurrence: string;
  point: string;
  zone: string;
  east: number;
  north: number;
  up: number;
  kind: Kind;
  priority: number;
  active: boolean;
  value: number | null;
  unit: string;
  since: number;
  certainty: number;
}

export interface Incident {
  id: string;
  revision: number;
  status: IncidentStatus;
  title: Text;
  hazard: Hazard;
  priority: number;
  zones: string[];
  started: number;
  updated: number;
  announced: number;
  first_out: Member;
  members: Member[];
  owner: string | null;
  owned_at: number | null;
  /** Asked to take it; it stays with `owner` until then. */
  offered_to: string | null;
  offered_at: number | null;
  merged_into: string | null;
  growing: boolean;
  exercise: boolean;
}

export interface TimelineEntry {
  id: string;
  time: number;
  recorded: number;
  kind: string;
  text: Text;
  zone: string | null;
  point: string | null;
  alarm: string | null;
  value: number | null;
  unit: string;
  certainty: number | null;
  by: string | null;
  /** What the person wrote, without the sentence around it. */
  words: string | null;
  photo: string | null;
}

export interface Photo {
  id: string;
  incident: string;
  width: number;
  height: number;
  by: string;
  time: number;
  text: string;
  taken: number | null;
  latitude: number | null;
  longitude: number | null;
  erased: number | null;
  erased_by: string | null;
  erased_why: string | null;
}

export interface Notice {
  id: string;
  incident: string;
  revision: number;
  person: string;
  person_name: Text;
  channel: string;
  step: number;
  state: "sent" | "arrived" | "read" | "failed";
  text: Text;
  sent: number;
  arrived: number | null;
  read: number | null;
  error: string | null;
}

export interface Source {
  source: string;
  protocol: string;
  state: "connecting" | "up" | "down" | "degraded";
  since: number;
  time: number;
  readings: number;
  errors: number;
  last_reading: number | null;
  lag_s: number | null;
  clock_offset_s: number | null;
  detail: string;
}

export interface Process {
  process: string;
  state: string;
  time: number | null;
  pid?: number;
  started?: number;
  counts?: Record<string, number>;
  gauges?: Record<string, number>;
  errors?: Record<string, { count: number; last: string; last_time: number }>;
}

export interface Health {
  time: number;
  bus: boolean;
  healthy: boolean;
  processes: Process[];
  confirmed: Confirmed;
}

/** When each part of the picture was last confirmed by its room; null: not known now. */
export type Confirmed = Record<"incidents" | "alarms" | "sources" | "latest", number | null>;

export interface Series {
  time: number[];
  min: (number | null)[];
  max: (number | null)[];
  mean: (number | null)[];
  last: (number | null)[];
  count: number[];
  /** Every doubt in the bucket; null where nothing was read. */
  quality: (number | null)[];
}

export interface Problem {
  status: number;
  code: string;
  text: Text;
  current?: unknown;
}

export interface IncidentPageData {
  incident: Incident;
  timeline: TimelineEntry[];
  /** null: the duty room does not answer, so it is not known who was told. */
  notices: Notice[] | null;
}

export type Frame =
  | ({ type: "snapshot"; time: number; incidents: Incident[]; alarms: AlarmStatus[]; sources: Source[];
       processes: Process[]; latest: Record<string, Latest>; confirmed: Confirmed })
  | { type: "incident"; incident: Incident }
  | { type: "timeline"; incident: string; entries: TimelineEntry[] }
  | { type: "notice"; notice: Notice }
  | { type: "alarms"; alarms: AlarmStatus[] }
  | { type: "all_alarms"; alarms: AlarmStatus[] }
  | { type: "gone"; incidents: string[] }
  | { type: "latest"; latest: Record<string, Latest> }
  | { type: "limit"; alarm: string; point: string }
  | { type: "flow"; flow: { run: string; revision: number } }
  | { type: "source"; source: Source }
  | { type: "process"; process: Process }
  | { type: "beat"; time: number; bus: boolean; confirmed: Confirmed };

/** Part of a list, as every list of the API answers. */
export interface Page<T> {
  total: number;
  offset: number;
  items: T[];
}
