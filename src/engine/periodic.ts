/** `every`: ticks anchored at the first one, so that lateness never adds up. */

import type { Outcome } from '../events/outcome.ts';
import type { Every } from '../plan/plan.ts';
import { attempts } from './attempts.ts';
import { type Ending, type RunContext, type Running, savedFacts } from './context.ts';
import { type Scope, sleepUntil, withScope } from './scope.ts';
import { firstTick, restored, takenOver } from './takeover.ts';

/**
 * Runs the step once, or tick by tick. Tick k (from 1) is due at t0 + (k - 1) · interval; what comes due while a tick
 * runs is left out and counted in `ticks.missed`. The first failed tick fails the step; after `times` started ticks or
 * once `for` has passed it has succeeded; without either it goes on until its scope closes, and is cancelled then. In a
 * run that is resumed, ticks go on from the one that was broken off, anchored at the resumption.
 */
export async function periodic(run: RunContext, running: Running, scope: Scope): Promise<Ending> {
  const { every } = running.step;
  if (every === undefined) return attempts(run, running, scope);
  const first = firstTick(every, scope.past);
  if (first === undefined) return takenOver(run, running, scope.past?.tickOutcome, scope.past?.tickSaved);
  const startedAt = run.clock.now();
  const endsAt = every.forMs === undefined ? Number.POSITIVE_INFINITY : startedAt + every.forMs;
  let { started, past } = first;
  /** Of the last tick that succeeded. */
  let saved = restored(scope.past?.tickSaved);
  for (let tick = first.tick; ; ) {
    started += 1;
    const ending = await withScope(scope, { tick, past }, inner => attempts(run, running, inner));
    const { outcome } = ending;
    past = undefined;
    if (outcome.state === 'succeeded') saved = ending.saved;
    run.publish({
      type: 'tick.finished',
      step: running.path,
      t: run.t(),
      tick,
      outcome,
      ...(outcome.state === 'succeeded' ? savedFacts(saved) : {}),
    });
    if (outcome.state !== 'succeeded') return { outcome, saved };
    if (started >= (every.times ?? Number.POSITIVE_INFINITY)) return { outcome, saved };
    if (scope.closed !== undefined) return { outcome: { state: 'cancelled', reason: scope.closed }, saved };

    const next = Math.max(tick + 1, first.tick + ticksDue(every, run.clock.now() - startedAt));
    if (next > tick + 1) {
      run.publish({ type: 'ticks.missed', step: running.path, t: run.t(), count: next - tick - 1 });
    }
    tick = next;
    const due = startedAt + (tick - first.tick) * every.intervalMs;
    running.slot?.();
    if (due >= endsAt) {
      if (await sleepUntil(run.clock, endsAt, scope)) return { outcome: { state: 'succeeded' }, saved };
    } else {
      run.publish({
        type: 'tick.waiting',
        step: running.path,
        t: run.t(),
        tick,
        delayMs: Math.max(0, Math.round(due - run.clock.now())),
      });
      if (await sleepUntil(run.clock, due, scope)) {
        run.retried(running.path);
        continue;
      }
    }
    return { outcome: cancelledIn(scope), saved };
  }
}

/** How many intervals have begun when `elapsedMs` have passed; one that begins just now is not over. */
function ticksDue(every: Every, elapsedMs: number): number {
  return Math.ceil(elapsedMs / every.intervalMs);
}

function cancelledIn(scope: Scope): Outcome {
  if (scope.closed === undefined) throw new Error(`the scope of "${scope.path}" woke a waiter without being closed`);
  return { state: 'cancelled', reason: scope.closed };
}
