/** Steps that never start. */
import type { Outcome, SkipReason } from '../events/outcome.ts';
import type { Past } from '../events/past.ts';
import { childPath, childrenOf, type Step } from '../plan/plan.ts';
import type { Ending, RunContext } from './context.ts';
import { isOver, pastOf, takeOver } from './takeover.ts';

/**
 * Gives a step that never starts, and everything below it, its final state: children first, in declared order. What had
 * ended in a run that is resumed stays as it was. @param otherwise why, where the command line does not leave it out.
 */
export function skip(
  run: RunContext,
  step: Step,
  path: string,
  otherwise: SkipReason,
  past?: Past,
  tick?: number,
): Ending {
  if (isOver(step, past)) return takeOver(run, step, path, past);
  const reason: SkipReason = step.leftOut === undefined ? otherwise : { type: 'left-out', by: step.leftOut };
  skipBelow(run, step, path, reason, past);
  skipFinally(run, step, path, reason);
  const outcome: Outcome = { state: 'skipped', reason };
  run.settled(path, outcome);
  run.publish({
    type: 'step.finished',
    step: path,
    t: run.t(),
    ...(tick === undefined ? {} : { tick }),
    outcome,
    durationMs: 0,
    attempts: 0,
  });
  return { outcome };
}

/** The children of a step that never starts. */
export function skipBelow(run: RunContext, step: Step, path: string, reason: SkipReason, past?: Past): void {
  for (const child of childrenOf(step)) skip(run, child, childPath(path, child.id), reason, pastOf(child, past));
}

/** The steps of a `finally` whose step never started. */
export function skipFinally(run: RunContext, step: Step, path: string, reason: SkipReason): void {
  for (const child of step.finally?.steps ?? []) {
    skip(run, child, childPath(childPath(path, 'finally'), child.id), reason);
  }
}
