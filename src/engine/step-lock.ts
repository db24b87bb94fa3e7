/** The lock of a plan that a step uses: held while the step runs. */
import type { Failed, Outcome } from '../events/outcome.ts';
import type { StepLock } from '../plan/plan.ts';
import type { RunContext, Running } from './context.ts';
import type { Scope } from './scope.ts';

/**
 * Takes the lock, and waits for it where the plan says so; it is given back when the step has ended, its `finally` included.
 * A step around that holds the same one holds it for those inside, too.
 * @returns the end of the step where it is not started: another holds the lock, or the scope was closed meanwhile.
 */
export async function takeLock(
  run: RunContext,
  running: Running,
  lock: StepLock,
  scope: Scope,
): Promise<Outcome | undefined> {
  if (run.locks === undefined) return undefined;
  const stop = new AbortController();
  const forget = scope.whenClosed(() => stop.abort());
  const taking = await run.locks.take(lock, {
    path: running.path,
    signal: stop.signal,
    onWait(words) {
      run.publish({ type: 'step.queued', step: running.path, t: run.t(), for: 'lock' });
      run.publish({ type: 'warning', step: running.path, t: run.t(), message: words });
      running.onBegun();
    },
  });
  forget();
  switch (taking.type) {
    case 'held':
      running.locks.push(taking.release);
      // Closed in the very moment in which it was taken.
      return scope.closed && { state: 'cancelled', reason: scope.closed };
    case 'refused':
      return { state: 'failed', reason: { type: 'start', message: taking.message } } satisfies Failed;
    case 'skipped':
      return { state: 'skipped', reason: { type: 'locked', message: taking.message } };
    case 'aborted':
      return scope.closed && { state: 'cancelled', reason: scope.closed };
    default:
      return taking satisfies never;
  }
}
