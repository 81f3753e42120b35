import { useSyncExternalStore } from "react";
import { ApiProblem, get, onNotSignedIn } from "../api/client";
import type { Text } from "../api/types";

export interface Me {
  id: string;
  name: Text;
  role: string;
  /** Everything this person may do somewhere, as in identity/roles.py. */
  verbs: string[];
  /** Zones this person answers for; null: the whole site. */
  zones: string[] | null;
  language: "zh" | "en";
  /** Came by a one-time link: must set a password or a passkey before doing anything. */
  way_missing: boolean;
}

export type Session =
  | { state: "asking"; error: unknown }
  | { state: "in"; me: Me }
  /** `ended`: there was a session in this page, and it is over without the person's doing. */
  | { state: "out"; ended: boolean };

class Sessions {
  now: Session = { state: "asking", error: null };
  private listeners = new Set<() => void>();

  /** Asks the platform who sits here. What stands meanwhile stays: a page is not torn down for a lost answer. */
  async ask(): Promise<void> {
    try {
      this.set({ state: "in", me: await get<Me>("/me") });
    } catch (error) {
      if (error instanceof ApiProblem && error.code === "identity.not_signed_in") this.lost();
      else if (this.now.state === "asking") this.set({ state: "asking", error });
    }
  }

  /** The platform does not know this session any more. */
  lost(): void {
    if (this.now.state !== "out") this.set({ state: "out", ended: this.now.state === "in" });
  }

  /** The person went. */
  left(): void {
    this.set({ state: "out", ended: false });
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private set(next: Session): void {
    this.now = next;
    this.listeners.forEach((listener) => listener());
  }
}

export const session = new Sessions();
onNotSignedIn(() => session.lost());

export function useSession(): Session {
  return useSyncExternalStore(session.subscribe, () => session.now);
}
