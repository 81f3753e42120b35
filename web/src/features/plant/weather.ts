import type { Glyph, Latest } from "../../api/types";
import { isStale } from "../../parts/value";

/** What the site's weather station says now; a part without a trusted value is null. `at`: the older of wind's two values, ms. */
export interface Weather {
  measured: boolean;
  wind: { from: number; speed: number; at: number } | null;
  rest: { point: Glyph; value: number }[];
}

/** The first point of each unit is the site's station. Pure. */
export function weatherNow(latest: Map<string, Latest>, points: Iterable<Glyph>, now: number): Weather {
  const byUnit = new Map<string, Glyph>();
  for (const point of points) if (point.kind === "weather" && !byUnit.has(point.unit)) byUnit.set(point.unit, point);
  const fresh = (unit: string): Latest | null => {
    const point = byUnit.get(unit);
    const value = point && latest.get(point.id);
    return !value || value[1] === null || isStale(value, point.stale_after, now) ? null : value;
  };
  const from = fresh("deg");
  const speed = fresh("m/s");
  const rest = [];
  for (const unit of ["degC", "%RH", "mm"]) {
    const value = fresh(unit);
    if (value) rest.push({ point: byUnit.get(unit)!, value: value[1]! });
  }
  return {
    measured: byUnit.has("deg") && byUnit.has("m/s"),
    wind: from && speed ? { from: from[1]!, speed: speed[1]!, at: Math.min(from[0], speed[0]) } : null,
    rest,
  };
}
