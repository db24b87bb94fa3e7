/** `steps`: children one after the other; after a failure the rest is skipped. */
import type { Outcome } from '../events/outcome.ts';
import type { SequenceStep } from '../plan/plan.ts';
import type { RunContext } from './context.ts';
import { Group } from './group.ts';
import type { Scope } from './scope.ts';

/**
 * Runs the children in order, passing over what was skipped; resolves when all of them have ended.
 * @param onBegun called when the first one has started or waits for its slot.
 */
export async function sequence(
  run: RunContext,
  step: SequenceStep,
  scope: Scope,
  onBegun: () => void,
): Promise<Outcome> {
  const group = new Group(run, scope, 'any failure');
  await group.inOrder(step.children, onBegun);
  return group.end();
}
