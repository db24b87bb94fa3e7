/** `steps`: children one after the other; after a failure the rest is skipped. */
import type { SequenceStep } from '../plan/plan.ts';
import type { Ending, RunContext } from './context.ts';
import { FAIL_FAST, Group } from './group.ts';
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
): Promise<Ending> {
  const group = new Group(run, scope, FAIL_FAST, step.env);
  await group.inOrder(step.children, onBegun);
  return group.end();
}
