// Whom an incident was told, in the order of escalation. Pure.

import type { Notice, Text } from "../../api/types";

/** The step of a notice that went to everyone, as duty counts (duty/rota.py). */
export const EVERYONE = 10;

export interface Reached {
  step: number;
  names: Text[];
}

/** Who was told at each step, each person once: by whichever way, but not by one that failed. */
export function reached(notices: Notice[]): Reached[] {
  const steps = new Map<number, Map<string, Text>>();
  for (const n of notices) {
    if (n.state === "failed") continue;
    const step = Math.min(n.step, EVERYONE);
    if (!steps.has(step)) steps.set(step, new Map());
    steps.get(step)!.set(n.person, n.person_name);
  }
  return [...steps].sort(([a], [b]) => a - b).map(([step, people]) => ({ step, names: [...people.values()] }));
}
