/** `steps`: children one after the other; after a failure the rest is skipped. */

import type { Outcome } from '../events/outcome.ts';
import { childPath, type SequenceStep } from '../plan/plan.ts';
import type { RunContext } from './context.ts';
import { Group } from './group.ts';
import type { Scope } from './scope.ts';
import { skip } from './skip.ts';

/** Runs the children in order, passing over what was skipped; resolves when all of them have ended. */
export async function sequence(run: RunContext, step: SequenceStep, scope: Scope): Promise<Outcome> {
  const group = new Group(run, scope, true);
  for (const child of step.children) {
    if (scope.closed !== undefined) {
      const { failure } = group;
      const reason = failure === undefined ? scope.closed : { type: 'earlier-failed' as const, step: failure.step };
      skip(run, child, childPath(scope.path, child.id), reason);
    } else if (child.background) await group.startBackground(child);
    else await group.child(child);
  }
  return group.end();
}
