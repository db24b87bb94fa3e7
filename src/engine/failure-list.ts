/** The failures of a run, in the order in which they happened. */
import type { Failed } from '../events/outcome.ts';
import { createPathSet } from '../events/path-set.ts';
import { isAtOrBelow } from '../plan/plan.ts';

export interface StepFailure {
  readonly step: string;
  readonly outcome: Failed;
}

export interface FailureList {
  /** Keeps a failure; one that only passes on another is left out. */
  failed(step: string, outcome: Failed): void;
  /** Forgets those at and below a step that is tried again, or ticks again; what is a bug of ours stays. */
  retried(step: string): void;
  /** Those that count so far, the first one first. */
  all(): readonly StepFailure[];
}

export function createFailureList(): FailureList {
  let failures: StepFailure[] = [];
  /** Where they are, so that a step that is tried again without any costs nothing. */
  const places = createPathSet();
  return {
    failed(step, outcome) {
      if (isDerived(outcome)) return;
      failures.push({ step, outcome });
      places.add(step);
    },
    retried(step) {
      const below = places.within(step);
      if (below.length === 0) return;
      for (const place of below) places.delete(place);
      failures = failures.filter(
        ({ step: place, outcome }) => outcome.reason.type === 'internal' || !isAtOrBelow(place, step),
      );
    },
    all: () => failures,
  };
}

/** Whether the failure only passes on that of a step inside, or of a `finally` whose time ran out: these are told by themselves. */
function isDerived({ reason }: Failed): boolean {
  return reason.type === 'child' || reason.type === 'finally';
}
