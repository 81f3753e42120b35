import type { Me, Session } from "../../app/session";

/** Who holds this phone: whom the platform knows; without a line, whom it knew last. Pure. */
export function holder(now: Session, before: Me | null): Me | null {
  return now.state === "in" ? now.me : now.state === "asking" ? before : null;
}
