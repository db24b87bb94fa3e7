/** One step from its start to its one final state: its modifiers from the outermost inwards, then its body. */
import type { Outcome } from '../events/outcome.ts';
import type { Step } from '../plan/plan.ts';
import type { RunContext, Running } from './context.ts';
import { conclude } from './finally.ts';
import { periodic } from './periodic.ts';
import { type Scope, withScope } from './scope.ts';
import { skip } from './skip.ts';
import { UnsetVariable } from './variables.ts';

/**
 * Runs a step below `group` and publishes its final state, `step.finished`, exactly once, after everything of it has
 * ended. Never rejects: an exception is a bug and becomes a failure of type `internal`. In a closed scope the step
 * does not start: it and everything below it is skipped.
 */
export async function runStep(
  run: RunContext,
  step: Step,
  path: string,
  group: Scope,
  onStarted?: () => void,
): Promise<Outcome> {
  if (group.closed !== undefined) return skip(run, step, path, group.closed);
  const running: Running = {
    step,
    path,
    group: group.path,
    startedAt: undefined,
    onStarted,
    attempts: 0,
    slot: undefined,
    log: undefined,
  };
  return withScope(group, { path, slotless: group.slotless || step.background }, async scope => {
    const outcome = await guarded(() => modified(run, running, scope));
    running.log?.close();
    finish(run, running, scope, outcome);
    running.slot?.();
    return outcome;
  });
}

/** `finally` around `allowFailure` around `every` around the attempts. */
async function modified(run: RunContext, running: Running, scope: Scope): Promise<Outcome> {
  const { step } = running;
  const body = forgiven(step, notStarted(running, await bodyOf(run, running, scope)));
  const outcome = step.background ? stoppedAtGoodEnd(running, body) : body;
  if (step.finally === undefined) return outcome;
  return conclude(run, running, step.finally, scope, outcome);
}

async function bodyOf(run: RunContext, running: Running, scope: Scope): Promise<Outcome> {
  try {
    const variables = scope.variables.with(running.step.env);
    return await withScope(scope, { variables }, inner => periodic(run, running, inner));
  } catch (error) {
    if (!(error instanceof UnsetVariable)) throw error;
    return { state: 'failed', reason: { type: 'start', message: `env: ${error.message}` } };
  }
}

/** What was cancelled before it started is skipped. */
function notStarted(running: Running, outcome: Outcome): Outcome {
  return outcome.state === 'cancelled' && running.startedAt === undefined
    ? { state: 'skipped', reason: outcome.reason }
    : outcome;
}

function forgiven(step: Step, outcome: Outcome): Outcome {
  return step.allowFailure && outcome.state === 'failed' && outcome.reason.type !== 'internal'
    ? { ...outcome, allowed: true }
    : outcome;
}

/** A background step that was stopped because its group ended well has succeeded. */
function stoppedAtGoodEnd({ group }: Running, outcome: Outcome): Outcome {
  const reason = outcome.state === 'cancelled' ? outcome.reason : undefined;
  return reason?.type === 'group-ended' && reason.step === group ? { state: 'succeeded' } : outcome;
}

async function guarded(body: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await body();
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
    return { state: 'failed', reason: { type: 'internal', message, ...(stack === undefined ? {} : { stack }) } };
  }
}

function finish(run: RunContext, running: Running, scope: Scope, outcome: Outcome): void {
  const { path, attempts, log, startedAt } = running;
  run.settled(path, outcome);
  run.publish({
    type: 'step.finished',
    step: path,
    t: run.t(),
    ...(scope.tick === undefined ? {} : { tick: scope.tick }),
    outcome,
    durationMs: startedAt === undefined ? 0 : Math.round(run.clock.now() - startedAt),
    attempts,
    ...(log !== undefined && log.size > 0 ? { log: log.name } : {}),
  });
}
