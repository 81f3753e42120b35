import type { Site, Zone } from "../../api/types";
import { isInside, type Corner } from "../plant/geometry";

// From the earth to the site frame. Pure.

const A = 6_378_137.0; // WGS 84 and CGCS2000 agree to a tenth of a millimetre here
const E2 = 0.006_694_38;

/** Longitude and latitude (degrees) as east and north in the site frame, m: the tangent plane at the origin, turned by
 * `rotation` (clockwise from true north to the frame's north). Good to centimetres over the size of a plant. */
export function toSite(longitude: number, latitude: number, reference: Site["georeference"]): Corner {
  const rad = Math.PI / 180;
  const lat0 = reference.latitude * rad;
  const w = Math.sqrt(1 - E2 * Math.sin(lat0) ** 2);
  const east = (longitude - reference.longitude) * rad * (A / w) * Math.cos(lat0);
  const north = (latitude - reference.latitude) * rad * ((A * (1 - E2)) / w ** 3);
  const turn = reference.rotation * rad;
  return [east * Math.cos(turn) - north * Math.sin(turn), east * Math.sin(turn) + north * Math.cos(turn)];
}

/** The zones above a place, on any storey: a phone does not know how high it is. */
export function zonesAt(place: Corner, zones: Zone[]): Zone[] {
  return zones.filter((zone) => isInside(place, zone.polygon));
}

/** The zone to propose: the one at the place, if there is just one; else nothing, and the person says. */
export function propose(place: Corner, zones: Zone[]): Zone | null {
  const found = zonesAt(place, zones);
  return found.length === 1 ? found[0]! : null;
}
