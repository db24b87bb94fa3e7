/** `gather`: children concurrently; the first failure cancels the siblings. */
import type { Outcome } from '../events/outcome.ts';
import type { GatherStep, Step } from '../plan/plan.ts';
import type { RunContext } from './context.ts';
import { Group } from './group.ts';
import type { Scope } from './scope.ts';

/**
 * Starts the children in declared order, each once the one before has started or waits for its slot, at most `limit` at
 * once; resolves when all have ended. Once the scope is closed, by a failure or from outside, those that wait for their
 * turn are skipped.
 * @param onBegun called when all that may run at once have started or wait for their slots.
 */
export async function gather(run: RunContext, step: GatherStep, scope: Scope, onBegun: () => void): Promise<Outcome> {
  const group = new Group(run, scope, step.failFast ? 'any failure' : 'a background failure');
  const limit = step.limit ?? Number.POSITIVE_INFINITY;
  const waiting = step.children.values();
  let running = 0;

  await new Promise<void>(resolve => {
    const start = (child: Step) =>
      new Promise<void>(begun => {
        running += 1;
        void group.child(child, begun).then(() => {
          running -= 1;
          void startMore();
        });
      });
    let isStarting = false;
    const startMore = async () => {
      if (isStarting) return;
      isStarting = true;
      while (running < limit) {
        const { value: child } = waiting.next();
        if (child === undefined) break;
        if (scope.closed !== undefined) group.skip(child, scope.closed);
        else await (child.background ? group.startBackground(child) : start(child));
      }
      isStarting = false;
      if (running === 0) resolve();
    };
    void startMore().then(onBegun);
  });
  return group.end();
}
