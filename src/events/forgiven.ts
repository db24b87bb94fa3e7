/** Failures that did not keep the group around them from its good end: as far as `tolerate` goes, or where another won. */
import type { Outcome } from './outcome.ts';
import type { Progress } from './progress.ts';
import { count, type ProgressNode } from './tree.ts';

/** The same outcome, of a step in a group that has ended well. */
export function forgiven<T extends Outcome>(outcome: T): T {
  return outcome.state === 'failed' ? { ...outcome, allowed: true } : outcome;
}

/** From now on what has failed in the group was allowed to. */
export function forgive({ failures, failed: paths }: Progress, group: ProgressNode): void {
  const { failed } = group.counts;
  const below = paths.within(group.path);
  if (failed === 0 && below.length === 0) return;
  for (const step of below) {
    const failure = failures.get(step);
    if (failure !== undefined) failures.set(step, { ...failure, outcome: forgiven(failure.outcome) });
  }
  count(group, 'failed', -failed);
  count(group, 'allowed', failed);
  forgiveBelow(group);
}

function forgiveBelow(node: ProgressNode): void {
  for (const child of node.children.values()) {
    if (child.phase === 'failed') child.phase = 'allowed';
    if (child.outcome !== undefined) child.outcome = forgiven(child.outcome);
    forgiveBelow(child);
  }
}
