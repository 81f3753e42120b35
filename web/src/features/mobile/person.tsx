import type { Text } from "../../api/types";
import { useRemembered } from "../../app/remembered";
import { useSite } from "../../app/site";

export interface Person {
  id: string;
  name: Text;
  role: string;
}

/** Who holds this phone (null: nobody said so), also without a line, and what they may do. */
export function usePerson(): { me: Person | null; may: (verb: string) => boolean; choose: (id: string) => void } {
  const { people } = useSite();
  const [id, choose] = useRemembered("me", "");
  const me = people.get(id) ?? null;
  return { me, may: () => me !== null, choose };
}
