/** `gather`: children concurrently, each once what it `needs` has come; the first failure cancels the siblings. */
import type { GatherStep, Step } from '../plan/plan.ts';
import type { Ending, RunContext } from './context.ts';
import { fanOut, policyOf, type Turn } from './fan-out.ts';
import { Group } from './group.ts';
import { Needs } from './needs.ts';
import { Scope } from './scope.ts';

/**
 * Starts the children in declared order, each once the one before has started or waits for its slot, at most `limit` at
 * once; a child with `needs` as soon as the last of them has come, a background one when it is ready. Resolves when all have ended. Once the scope is
 * closed, by a failure or from outside, those that wait for their turn are skipped.
 * @param onBegun called when all that may run at once have started or wait for their slots.
 */
export async function gather(run: RunContext, step: GatherStep, scope: Scope, onBegun: () => void): Promise<Ending> {
  const group = new Group(run, scope, policyOf(step, step.children.length), step.env);
  const needs = new Needs(step.children, scope.path);

  /** What those have saved that it needs; the group's own level is seen by nobody else yet. */
  const seenBy = (child: Step) => {
    if (child.needs === undefined) return scope.variables;
    const saved = Object.assign({}, ...needs.before(child).map(sibling => group.savedBy(sibling)));
    return scope.variables.saving(saved, scope.path, step.env);
  };
  const inItsScope = async <T>(child: Step, body: (inner: Scope) => Promise<T>): Promise<T> => {
    const inner = Scope.below(scope, { variables: seenBy(child) });
    try {
      return await body(inner);
    } finally {
      inner.end();
    }
  };
  const next = (): Turn | undefined => {
    const turn = scope.closed === undefined ? needs.next() : needs.rest();
    if (turn === undefined) return undefined;
    const { child, unmet } = turn;
    const reason = scope.closed ?? unmet;
    if (reason !== undefined) {
      needs.ended(child, group.skip(child, reason));
      return { type: 'aside', done: undefined };
    }
    if (child.background) {
      const { begun, ready, ended } = group.startBackground(child, seenBy(child), () => needs.ready(child));
      const over = ended.then(outcome => outcome && needs.ended(child, outcome));
      const pending = [
        ...(needs.isAwaited(child) ? [Promise.race([ready, over])] : []),
        ...(needs.awaitsEnd(child) ? [over] : []),
      ];
      return { type: 'aside', done: begun, pending };
    }
    return {
      type: 'run',
      run: begun => {
        const ended =
          child.needs === undefined
            ? group.child(child, begun)
            : inItsScope(child, inner => group.child(child, begun, inner));
        return needs.isAwaited(child) ? ended.then(outcome => needs.ended(child, outcome)) : ended;
      },
    };
  };
  await fanOut(step.limit ?? Number.POSITIVE_INFINITY, next, onBegun);
  return group.end(step.children);
}
