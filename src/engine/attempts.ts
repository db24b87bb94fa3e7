/** `retry` and `timeout`: attempts under a clock, until one is good or none is left. */

import type { Outcome } from '../events/outcome.ts';
import type { Past } from '../events/past.ts';
import { isLeaf, type Retry } from '../plan/plan.ts';
import { runBody } from './body.ts';
import { type Ending, type RunContext, type Running, savedFacts } from './context.ts';
import { type Scope, sleepUntil, withDeadline, withScope } from './scope.ts';
import { firstAttempt, mayRetry, takenOver } from './takeover.ts';

/**
 * Runs the body, again after each failed attempt as `retry` says. While it waits for the next attempt it holds no slot.
 * Resolves to what the last attempt came to, or to `cancelled` once the scope is closed.
 */
export async function attempts(run: RunContext, running: Running, scope: Scope): Promise<Ending> {
  const { retry } = running.step;
  const first = firstAttempt(running.step, scope.past);
  if (first.type === 'succeeded') return takenOver(run, running, first.outcome, first.saved);
  let { past } = first;
  for (let { attempt } = first; ; attempt += 1) {
    const ending = await oneAttempt(run, running, scope, attempt, past);
    const { outcome } = ending;
    past = undefined;
    if (outcome.state !== 'failed' || outcome.reason.type === 'internal') return ending;
    if (retry === undefined || !mayRetry(retry, attempt) || scope.closed !== undefined) return ending;
    const delayMs = retryDelay(retry, attempt, run.random);
    run.publish({
      type: 'step.retrying',
      step: running.path,
      t: run.t(),
      attempt: attempt + 1,
      delayMs,
      failure: outcome.reason,
      ...exitFacts(outcome),
    });
    running.slot?.();
    run.retried(running.path);
    await sleepUntil(run.clock, run.clock.now() + delayMs, scope);
    if (scope.closed !== undefined) return { outcome: { state: 'cancelled', reason: scope.closed } };
  }
}

/** Milliseconds between attempt `failed` (from 1) and the next. */
export function retryDelay(retry: Retry, failed: number, random: () => number): number {
  const fullMs = Math.min(retry.maxDelayMs, retry.delayMs * retry.factor ** (failed - 1));
  return Math.round(retry.jitter === 'full' ? fullMs * random() : fullMs);
}

async function oneAttempt(
  run: RunContext,
  running: Running,
  scope: Scope,
  attempt: number,
  past: Past | undefined,
): Promise<Ending> {
  const { step, path } = running;
  if (isLeaf(step) && !scope.slotless) {
    running.slot = run.slots.tryTake();
    if (running.slot === undefined) {
      run.publish({ type: 'step.queued', step: path, t: run.t(), for: 'slot' });
      running.onBegun();
      running.slot = await run.slots.take(scope);
    }
  }
  if (scope.closed !== undefined) return { outcome: { state: 'cancelled', reason: scope.closed } };
  const startedAt = run.clock.now();
  return withScope(scope, { past }, async inner => {
    const { outcome: own, saved } = await withDeadline(run.clock, inner, step.timeoutMs, () =>
      runBody(run, running, inner, attempt),
    );
    const outcome = judged(own, running, inner);
    run.publish({
      type: 'attempt.finished',
      step: path,
      t: run.t(),
      ...(scope.tick === undefined ? {} : { tick: scope.tick }),
      attempt,
      outcome,
      durationMs: Math.round(run.clock.now() - startedAt),
      ...(isLeaf(step) ? savedFacts(saved) : {}),
    });
    return { outcome, saved };
  });
}

/**
 * What a body's own ending means once its scope was told to stop: failed with `timeout` where the clock that ran out is
 * its own, and where somebody has stopped just this step; a group that had failed before stays failed; everything else
 * is `cancelled`.
 */
function judged(own: Outcome, { step, path }: Running, scope: Scope): Outcome {
  const told = scope.cancelled;
  if (told === undefined || (own.state === 'failed' && own.reason.type === 'internal')) return own;
  if (told.type === 'timeout' && told.step === path) {
    return {
      state: 'failed',
      reason: { type: 'timeout', limitMs: told.limitMs },
      ...(isLeaf(step) ? exitFacts(own) : {}),
    };
  }
  if (told.type === 'stopped-by-user' && told.step === path) {
    return { state: 'failed', reason: { type: 'stopped-by-user' }, ...(isLeaf(step) ? exitFacts(own) : {}) };
  }
  if (own.state === 'failed' && !isLeaf(step)) return own;
  return { state: 'cancelled', reason: told, ...exitFacts(own) };
}

/** How the process ended, kept beside what the engine makes of it. */
function exitFacts(outcome: Outcome): { exitCode?: number; signal?: string } {
  const { exitCode, signal } = outcome as { exitCode?: number; signal?: string };
  return { ...(exitCode === undefined ? {} : { exitCode }), ...(signal === undefined ? {} : { signal }) };
}
