/** What earlier runs of the plan took, looked up only for a run that lasts. */
import type { RunStarted } from '../events/event.ts';
import type { Progress } from '../events/progress.ts';
import type { Usual } from './outlook.ts';

/** A run that has ended by then is not judged: looking back would cost more than it tells. */
const LASTS_MS = 3000;

export interface Hindsight {
  begin(event: RunStarted): void;
  /** @param t milliseconds since the run's start. */
  usual(progress: Progress, t: number): Usual | undefined;
}

export function createHindsight(read?: (folder: string) => Usual | undefined): Hindsight {
  let found: Usual | undefined;
  let isAsked = false;
  let isResumed = false;
  return {
    begin({ resumed }) {
      isResumed = resumed !== undefined;
    },
    usual({ folder, outcome }, t) {
      if (isAsked || t < LASTS_MS || folder === undefined || outcome !== undefined) return found;
      isAsked = true;
      found = read?.(folder);
      // A resumed run does only the rest: only its steps can be judged.
      if (found !== undefined && isResumed) found = { ...found, totalMs: 0 };
      return found;
    },
  };
}
