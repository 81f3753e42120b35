import type { ReactNode } from "react";
import type { Text } from "../../api/types";

/** How a page does things to a run: through the phone's queue, or at once. */
export interface Doing {
  busy: boolean;
  /** Why the last one was not done. */
  problem: Text | null;
  /** What is on its way, in words; null: nothing. */
  pending: ReactNode | null;
  /** `online`: it needs a second proof, so it is done at once or not at all. True: done, or safe on this phone. */
  run: (path: string, body: Record<string, unknown>, title: Text, online?: boolean) => Promise<boolean>;
}
