import { useSession, type Me } from "./session";

export type { Me };

/** Who sits before this page, and what they may do, by verb as in identity/roles.py. */
export function useMe(): { me: Me | null; may: (verb: string) => boolean } {
  const session = useSession();
  const me = session.state === "in" ? session.me : null;
  return { me, may: (verb) => me !== null && me.verbs.includes(verb) };
}
