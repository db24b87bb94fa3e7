/** What stands in the place of the plan's own, as the options that say so. */
import type { Overrides } from '../journal/plan-copy.ts';
import { spellDuration } from '../plan/duration.ts';

/**
 * `--timeout 10m -j 2 --lock`: without them a step that is run again would have another time, other company, or no lock. Not
 * what only says where and how the run is kept and told: a report of few steps is not to take the place of the whole one.
 */
export function overrideWords({ timeoutMs, slots, lock }: Overrides): readonly string[] {
  return [
    ...(timeoutMs === undefined ? [] : ['--timeout', spellDuration(timeoutMs)]),
    ...(slots === undefined ? [] : ['-j', String(slots)]),
    ...(lock === undefined ? [] : ['--lock']),
  ];
}
