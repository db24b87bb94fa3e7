/** `gather`: children concurrently; the first failure cancels the siblings. */

import type { Outcome } from '../events/outcome.ts';
import { childPath, type GatherStep } from '../plan/plan.ts';
import type { RunContext } from './context.ts';
import { Group } from './group.ts';
import type { Scope } from './scope.ts';
import { skip } from './skip.ts';

/**
 * Starts the children in declared order, at most `limit` at once, and resolves when all have ended. Once the scope is
 * closed, by a failure or from outside, those that wait for their turn are skipped.
 */
export async function gather(run: RunContext, step: GatherStep, scope: Scope): Promise<Outcome> {
  const group = new Group(run, scope, step.failFast);
  const limit = step.limit ?? Number.POSITIVE_INFINITY;
  await new Promise<void>(resolve => {
    const waiting = step.children.values();
    let running = 0;
    const ended = () => {
      running -= 1;
      startMore();
    };
    const startMore = () => {
      while (running < limit) {
        const { value: child } = waiting.next();
        if (child === undefined) break;
        if (scope.closed !== undefined) skip(run, child, childPath(scope.path, child.id), scope.closed);
        else if (child.background) void group.startBackground(child);
        else {
          running += 1;
          void group.child(child).then(ended);
        }
      }
      if (running === 0) resolve();
    };
    startMore();
  });
  return group.end();
}
