/** What stands in the place of the plan's own, as the options that say so. */
import type { Overrides } from '../journal/plan-copy.ts';
import { spellDuration } from '../plan/duration.ts';

/**
 * `--timeout 10m --lock`: without them a step that is run again would have another time, or no lock. Not how many run at once,
 * as few are run again, nor where and how the run is kept and told: a report of few is not to take the place of the whole one.
 */
export function overrideWords({ timeoutMs, lock }: Overrides): readonly string[] {
  return [
    ...(timeoutMs === undefined ? [] : ['--timeout', spellDuration(timeoutMs)]),
    ...(lock === undefined ? [] : ['--lock']),
  ];
}
