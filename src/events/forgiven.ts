/** Failures that did not keep the group around them from its good end: as far as `tolerate` goes, or where another won. */
import { isAtOrBelow } from '../plan/plan.ts';
import type { Outcome } from './outcome.ts';
import type { Progress } from './progress.ts';
import { count, type ProgressNode } from './tree.ts';

/** The same outcome, of a step in a group that has ended well. */
export function forgiven<T extends Outcome>(outcome: T): T {
  return outcome.state === 'failed' ? { ...outcome, allowed: true } : outcome;
}

/** From now on what has failed in the group was allowed to. */
export function forgive({ failures }: Progress, group: ProgressNode): void {
  const { failed } = group.counts;
  let isAny = failed > 0;
  for (const [step, failure] of failures) {
    if (failure.outcome.allowed || !isAtOrBelow(step, group.path)) continue;
    failures.set(step, { ...failure, outcome: forgiven(failure.outcome) });
    isAny = true;
  }
  if (!isAny) return;
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
