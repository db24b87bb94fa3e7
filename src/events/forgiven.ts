/** Failures that did not keep the group around them from an end that is none of a failure, and why they did not. */
import type { Groups } from './groups.ts';
import type { Forgiveness, Outcome } from './outcome.ts';
import type { Progress } from './progress.ts';
import { count, type ProgressNode } from './tree.ts';

/** How failures in a group count that has ended so; undefined: as failures. */
export function forgivenessIn(group: string, outcome: Outcome, groups: Groups): Forgiveness | undefined {
  if (outcome.state === 'failed' && outcome.allowed) return 'allowed';
  return outcome.state === 'succeeded' ? (groups.forgivenIn(group) ?? 'allowed') : undefined;
}

/** The same outcome, of a step in such a group. What was allowed before stays as it is. */
export function forgiven<T extends Outcome>(outcome: T, why: Forgiveness): T {
  if (outcome.state !== 'failed' || outcome.allowed) return outcome;
  return { ...outcome, allowed: true, ...(why === 'allowed' ? {} : { forgiven: why }) };
}

/** From now on what has failed in the group was none, for this reason. */
export function forgive({ failures, failed: paths, allowed }: Progress, group: ProgressNode, why: Forgiveness): void {
  const { failed, groups = 0 } = group.counts;
  const below = paths.within(group.path);
  if (groups > 0) count(group, 'groups', -groups);
  if (failed === 0 && below.length === 0) return;
  for (const step of below) {
    const failure = failures.get(step);
    if (failure === undefined) continue;
    failures.set(step, { ...failure, outcome: forgiven(failure.outcome, why) });
    allowed.add(step);
  }
  if (failed > 0) {
    count(group, 'failed', -failed);
    count(group, why, failed);
  }
  forgiveBelow(group, why);
}

function forgiveBelow(node: ProgressNode, why: Forgiveness): void {
  for (const child of node.children.values()) {
    if (child.phase === 'failed') child.phase = why;
    if (child.counted === 'failed') child.counted = why;
    if (child.outcome !== undefined) child.outcome = forgiven(child.outcome, why);
    forgiveBelow(child, why);
  }
}
