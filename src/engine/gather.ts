/** `gather`: children concurrently, each once what it `needs` has come; the first failure cancels the siblings. */
import type { GatherStep, Step } from '../plan/plan.ts';
import type { Ending, RunContext } from './context.ts';
import { Group } from './group.ts';
import { Needs } from './needs.ts';
import { Scope } from './scope.ts';

/**
 * Starts the children in declared order, each once the one before has started or waits for its slot, at most `limit` at
 * once; a child with `needs` as soon as the last of them has come. Resolves when all have ended. Once the scope is
 * closed, by a failure or from outside, those that wait for their turn are skipped.
 * @param onBegun called when all that may run at once have started or wait for their slots.
 */
export async function gather(run: RunContext, step: GatherStep, scope: Scope, onBegun: () => void): Promise<Ending> {
  const group = new Group(run, scope, step.failFast ? 'any failure' : 'a background failure', step.env);
  const limit = step.limit ?? Number.POSITIVE_INFINITY;
  const needs = new Needs(step.children, scope.path);
  let running = 0;

  await new Promise<void>(resolve => {
    /** Runs a child to its end; calls `begun` when it has started, waits for its slot, or has ended. */
    const start = (child: Step, begun: () => void) => {
      running += 1;
      void inItsScope(child, inner => group.child(child, begun, inner)).then(outcome => {
        running -= 1;
        needs.ended(child, outcome);
        void startMore();
      });
    };
    const inItsScope = async <T>(child: Step, body: (inner: Scope) => Promise<T>): Promise<T> => {
      if (child.needs === undefined) return body(scope);
      // It sees what those have saved that it needs; the group's own level is seen by nobody else yet.
      const saved = Object.assign({}, ...needs.before(child).map(sibling => group.savedBy(sibling)));
      const inner = Scope.below(scope, { variables: scope.variables.saving(saved, scope.path, step.env) });
      try {
        return await body(inner);
      } finally {
        inner.end();
      }
    };
    let isStarting = false;
    const startMore = async () => {
      if (isStarting) return;
      isStarting = true;
      while (running < limit) {
        const next = scope.closed === undefined ? needs.next() : needs.rest();
        if (next === undefined) break;
        const { child, unmet } = next;
        const reason = scope.closed ?? unmet;
        if (reason !== undefined) needs.ended(child, group.skip(child, reason));
        else if (child.background) {
          const outcome = await group.startBackground(child);
          needs.started(child, outcome);
        } else await new Promise<void>(begun => start(child, begun));
      }
      isStarting = false;
      if (running === 0) resolve();
    };
    void startMore().then(onBegun);
  });
  return group.end(step.children);
}
