import type { Me, Session } from "../../app/session";

/** Who holds this phone: whom the platform knows; without a line, whom it knew last. Pure. */
export function holder(now: Session, before: Me | null): Me | null {
  return now.state === "in" ? now.me : now.state === "asking" ? before : null;
}

/** Whether a person may do this, in one of `zones` where they are named; the platform decides again, and is asked last. */
export function mayThere(me: Me | null, verb: string, zones?: string[]): boolean {
  if (me === null || !me.verbs.includes(verb)) return false;
  return !zones || zones.length === 0 || me.zones === null || zones.some((zone) => me.zones!.includes(zone));
}
