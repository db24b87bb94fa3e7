/** What each step of a run came to the last time that it ended. */
import type { Outcome } from '../events/outcome.ts';

export interface LastOutcomes {
  /** By path, without copies of a forEach and what is in them, which may be very many. */
  readonly steps: ReadonlyMap<string, Outcome>;
  /** Keeps a step's final state, and tells it to those who wait for it. */
  settled(step: string, outcome: Outcome): void;
  /** The next final state of a step, a copy included. */
  next(step: string): Promise<Outcome>;
}

export function createLastOutcomes(): LastOutcomes {
  const steps = new Map<string, Outcome>();
  const waiting = new Map<string, ((outcome: Outcome) => void)[]>();
  return {
    steps,
    settled(step, outcome) {
      if (!isInCopy(step)) steps.set(step, outcome);
      for (const tell of waiting.get(step) ?? []) tell(outcome);
      waiting.delete(step);
    },
    next: step => new Promise(tell => waiting.set(step, [...(waiting.get(step) ?? []), tell])),
  };
}

/** Whether the path is that of a copy of a forEach, or of a step in one. */
function isInCopy(path: string): boolean {
  return path.includes('[');
}
