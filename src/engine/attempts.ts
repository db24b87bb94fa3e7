/** `retry` and `timeout`: attempts under clocks, until one is good or none is left. */

import type { CancelReason, Failed, Outcome } from '../events/outcome.ts';
import type { Past } from '../events/past.ts';
import { isLeaf } from '../plan/plan.ts';
import { runBody } from './body.ts';
import { type Ending, type RunContext, type Running, savedFacts } from './context.ts';
import { armDeadline, sleepUntil, withDeadline, withLateDeadline } from './deadline.ts';
import { fitting } from './fitting.ts';
import { withReadiness } from './ready.ts';
import { isRepeated, isRetried, isSettled, isTooLong, retryDelay } from './retrying.ts';
import { type Scope, withScope } from './scope.ts';
import { firstAttempt, mayRetry, takenOver } from './takeover.ts';
import { takeSlot, takesPlace } from './turn.ts';
import { UnderWay } from './under-way.ts';

/**
 * Runs the body, again after each failed attempt as `retry` says. While it waits for the next attempt it holds no slot.
 * Resolves to what the last attempt came to, or to `cancelled` once the scope is closed; to a failure of its own where
 * the `total` of its `timeout` ran out.
 */
export function attempts(run: RunContext, running: Running, scope: Scope): Promise<Ending> {
  const { totalMs } = running.step.limits ?? {};
  if (totalMs === undefined) return allAttempts(run, running, scope, Number.POSITIVE_INFINITY);
  const endsAt = run.clock.now() + totalMs;
  return withScope(scope, {}, inner =>
    withDeadline(run.clock, inner, totalMs, () => allAttempts(run, running, inner, endsAt), 'total'),
  );
}

async function allAttempts(run: RunContext, running: Running, scope: Scope, endsAt: number): Promise<Ending> {
  const { step } = running;
  const { retry } = step;
  const first = firstAttempt(step, scope.past);
  if (first.type === 'succeeded') {
    running.attempts = scope.past?.attempt ?? 0;
    return takenOver(run, running, scope.past, first);
  }
  let { past } = first;
  /** After which attempt the delays began again. */
  let settled = 0;
  /** How many were ended for another one, by hand: they are no failures that `retry` counts. */
  let again = 0;
  for (let { attempt } = first; ; attempt += 1) {
    const ending = await oneAttempt(run, running, scope, attempt, past);
    const { outcome } = ending;
    past = undefined;
    if (outcome.state !== 'failed' || outcome.reason.type === 'internal') return ending;
    const isLast =
      retry === undefined ||
      !mayRetry(retry, attempt - again) ||
      !isRetried(retry, outcome, running.stderr?.text() ?? '', step);
    const isAgain = ending.isAgain === true && outcome.reason.type === 'stopped-by-user';
    // One that would be tried again had not failed for good.
    const isFinal = (isLast || isOwn(scope.closed, running)) && !isAgain;
    if (scope.closed !== undefined) return { ...ending, hadFailed: ending.hadFailed === true && isFinal };
    if (isAgain) {
      again += 1;
      settled = attempt;
    }
    if (isAgain || isRepeated(step, outcome, attempt)) {
      retrying(run, running, outcome, attempt, 0);
      continue;
    }
    if (isLast) return ending;
    if (step.background && isSettled(retry, run.clock.now() - (running.readyAt ?? run.clock.now())))
      settled = attempt - 1;
    const delayMs = retryDelay(retry, attempt - settled, run.random, outcome.retryAfterMs);
    if (outcome.retryAfterMs === delayMs && isTooLong(retry, delayMs, endsAt - run.clock.now())) {
      const message = `it is not tried again: the server asks to wait ${Math.ceil(delayMs / 1000)} s`;
      run.publish({ type: 'warning', step: running.path, t: run.t(), message });
      return ending;
    }
    retrying(run, running, outcome, attempt, delayMs);
    await untilNext(run, running, scope, delayMs);
    if (scope.closed !== undefined) return { outcome: closed(running, scope) };
  }
}

/** The attempt has failed and is tried again: told, and its slot given back. */
function retrying(run: RunContext, running: Running, outcome: Failed, attempt: number, delayMs: number): void {
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
}

/** Waits before the next attempt, or until somebody wants it at once. */
function untilNext({ clock, underWay }: RunContext, { path }: Running, scope: Scope, delayMs: number): Promise<void> {
  return withScope(scope, {}, async waiting => {
    underWay.set(path, { again: async () => waiting.close({ type: 'stopped-by-user', step: path }) });
    await sleepUntil(clock, clock.now() + delayMs, waiting);
    underWay.delete(path);
  });
}

async function oneAttempt(
  run: RunContext,
  running: Running,
  scope: Scope,
  attempt: number,
  past: Past | undefined,
): Promise<Ending & { readonly isAgain?: boolean }> {
  const { step, path } = running;
  if (takesPlace(step, scope)) {
    const turn =
      step.limits?.queueMs === undefined ? takeSlot(run, running, scope, true) : slotInTime(run, running, scope);
    const late = turn && (await turn);
    if (late) return { outcome: late };
  }
  if (scope.closed !== undefined) return { outcome: closed(running, scope) };
  const startedAt = run.clock.now();
  running.readyAt = undefined;
  return await withScope(scope, { past }, async inner => {
    const underWay = new UnderWay(inner);
    run.underWay.set(path, underWay);
    const ready = (body: () => Promise<Ending>) => withReadiness(run, running, inner, attempt, body);
    const body = async () => fitting(await runBody(run, running, inner, attempt), path, inner.variables);
    const {
      outcome: own,
      saved,
      hadFailed = false,
    } = await withLateDeadline(run.clock, inner, step.timeoutMs, start => {
      if (run.startsLate && isLeaf(step)) return whenStarted(run, running, inner, start, () => ready(body));
      start();
      return ready(body);
    });
    run.underWay.delete(path);
    const outcome = judged(own, running, inner, hadFailed);
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
    underWay.over();
    return { outcome, saved, hadFailed: hadFailed || isOwn(inner.cancelled, running), isAgain: underWay.isAgain };
  });
}

/** Calls `start` when an executor tells that the step has started, for which it has as long as for a slot. */
async function whenStarted<T>(
  run: RunContext,
  running: Running,
  scope: Scope,
  start: () => void,
  body: () => Promise<T>,
): Promise<T> {
  const limitMs = running.step.limits?.queueMs;
  const callOff = limitMs === undefined ? () => {} : armDeadline(run.clock, scope, limitMs, 'worker');
  running.onStart = () => {
    callOff();
    start();
  };
  try {
    return await body();
  } finally {
    callOff();
  }
}

/** Waits for a slot, until there is one or the scope closes; or no longer than `timeout.queue`: then the failure. */
function slotInTime(run: RunContext, running: Running, scope: Scope): Promise<Failed | undefined> {
  const limitMs = running.step.limits?.queueMs;
  return withScope(scope, {}, async waiting => {
    await withDeadline(run.clock, waiting, limitMs, async () => takeSlot(run, running, waiting, true), 'queue');
    if (running.slot !== undefined || scope.closed !== undefined || limitMs === undefined) return undefined;
    return { state: 'failed', reason: { type: 'timeout', limitMs, clock: 'queue' } };
  });
}

/** What the step comes to when its scope is closed between attempts. */
function closed({ path }: Running, scope: Scope): Outcome {
  const reason = scope.closed;
  if (reason === undefined) throw new Error(`the scope of "${path}" is not closed`);
  if (reason.type !== 'timeout' || reason.step !== path) return { state: 'cancelled', reason };
  const { step: _, ...own } = reason;
  return { state: 'failed', reason: own };
}

/**
 * What a body's own ending means once its scope was told to stop: failed with `timeout` where the clock that ran out is
 * its own, and where somebody has stopped just this step; a group that had failed before stays failed; everything else
 * is `cancelled`. @param hadFailed what failed in there, however deep, had ended it before that clock ran out.
 */
function judged(own: Outcome, { step, path }: Running, scope: Scope, hadFailed: boolean): Outcome {
  const told = scope.cancelled;
  if (told === undefined || (own.state === 'failed' && own.reason.type === 'internal')) return own;
  // Nobody knows whether it has ended: it is not tried again as what has.
  const isLost = own.state === 'failed' && own.reason.type === 'lost';
  if (told.type === 'timeout' && told.step === path) {
    if (isLost || hadFailed) return own;
    const { step: _, ...reason } = told;
    return { state: 'failed', reason, ...(isLeaf(step) ? exitFacts(own) : {}) };
  }
  if (told.type === 'stopped-by-user' && told.step === path) {
    return { state: 'failed', reason: { type: 'stopped-by-user' }, ...(isLeaf(step) ? exitFacts(own) : {}) };
  }
  if (own.state === 'failed' && !isLeaf(step)) return own;
  return { state: 'cancelled', reason: told, ...exitFacts(own) };
}

/** Whether it was the step's own clock, or somebody who has stopped just this step: what closes it later comes too late. */
function isOwn(told: CancelReason | undefined, { path }: Running): boolean {
  return (told?.type === 'timeout' || told?.type === 'stopped-by-user') && told.step === path;
}

/** How the process ended, kept beside what the engine makes of it. */
function exitFacts(outcome: Outcome): { exitCode?: number; signal?: string } {
  const { exitCode, signal } = outcome as { exitCode?: number; signal?: string };
  return { ...(exitCode === undefined ? {} : { exitCode }), ...(signal === undefined ? {} : { signal }) };
}
