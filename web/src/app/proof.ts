import { useSyncExternalStore } from "react";
import { onProofNeeded } from "../api/client";

// A command that counts asks for a second proof. The dialog appears by itself; when the proof is given the command goes
// out again, so that nobody presses twice. Commands that wait at the same time share one proof.

let waiting: { given: Promise<boolean>; settle: (given: boolean) => void; commands: number } | null = null;
const listeners = new Set<() => void>();

function tell(): void {
  listeners.forEach((listener) => listener());
}

export function askProof(): Promise<boolean> {
  if (!waiting) {
    let settle: (given: boolean) => void = () => undefined;
    const given = new Promise<boolean>((resolve) => (settle = resolve));
    waiting = { given, settle, commands: 0 };
  }
  waiting.commands += 1;
  // Counted before it is told: who listens looks at the count, and would see nobody waiting.
  tell();
  return waiting.given;
}

export function settleProof(given: boolean): void {
  waiting?.settle(given);
  waiting = null;
  tell();
}

onProofNeeded(askProof);

/** How many commands wait for the proof. */
export function proofWanted(): number {
  return waiting?.commands ?? 0;
}

export function onProof(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useProofWanted(): boolean {
  return useSyncExternalStore(onProof, () => proofWanted() > 0);
}
