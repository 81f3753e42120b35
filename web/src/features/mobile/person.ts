import { useSyncExternalStore } from "react";
import { session, useSession, type Me } from "../../app/session";
import { signOut } from "../identity/door";
import { holder, mayThere } from "./holder";
import { kept } from "./kept";
import { outbox } from "./outbox";

const LEFT = "fangwei.left";
const ASK_EVERY_MS = 5000;

/** Ask the platform who is here, as long as it does not answer. */
export function startSession(): void {
  const come = async () => {
    if (localStorage.getItem(LEFT)) {
      // Signed out without a line: the platform hears of it before anything else.
      try {
        await signOut();
        localStorage.removeItem(LEFT);
      } catch {
        return session.left();
      }
    }
    await session.ask();
  };
  void come();
  const again = () => session.now.state === "asking" && session.now.error !== null && void come();
  window.setInterval(again, ASK_EVERY_MS);
  window.addEventListener("online", again);
  session.subscribe(() => {
    if (session.now.state !== "in") return;
    localStorage.removeItem(LEFT);
    void kept.setMe(session.now.me);
  });
}

/** Sign out: everything on the phone is cleared, also where the platform cannot be reached. */
export async function leave(): Promise<void> {
  localStorage.setItem(LEFT, "1");
  await kept.clear();
  await outbox.load();
  try {
    await signOut();
    localStorage.removeItem(LEFT);
  } catch {
    // said to the platform when there is a line (startSession)
  }
  session.left();
}

export function usePerson(): { me: Me | null; known: boolean; may: (verb: string, zones?: string[]) => boolean } {
  const now = useSession();
  const before = useSyncExternalStore(kept.subscribe, () => kept.me);
  const ready = useSyncExternalStore(kept.subscribe, () => kept.ready);
  const me = holder(now, before);
  return { me, known: now.state !== "asking" || ready, may: (verb, zones) => mayThere(me, verb, zones) };
}
