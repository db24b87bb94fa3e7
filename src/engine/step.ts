/** One step from its start to its one final state: its modifiers from the outermost inwards, then its body. */
import type { Failed, Outcome } from '../events/outcome.ts';
import type { Step } from '../plan/plan.ts';
import type { RunContext, Running } from './context.ts';
import { conclude } from './finally.ts';
import { periodic } from './periodic.ts';
import { type Scope, withScope } from './scope.ts';
import { skip } from './skip.ts';
import { isOver, pastOf, takeOver } from './takeover.ts';
import { UnsetVariable, type Variables } from './variables.ts';

/**
 * Runs a step below `group` and publishes its final state, `step.finished`, exactly once, after everything of it has
 * ended. Never rejects: an exception is a bug and becomes a failure of type `internal`. In a closed scope the step
 * does not start: it and everything below it is skipped. What had ended in a run that is resumed is taken over.
 * @param onBegun called once, when the step has started, waits for its slot, or has ended before either.
 */
export async function runStep(
  run: RunContext,
  step: Step,
  path: string,
  group: Scope,
  onBegun: () => void = () => {},
): Promise<Outcome> {
  const past = pastOf(step, group.past);
  if (isOver(step, past)) {
    onBegun();
    return takeOver(run, step, path, past);
  }
  if (group.closed !== undefined) {
    onBegun();
    return skip(run, step, path, group.closed, past);
  }
  const running: Running = {
    step,
    path,
    group: group.path,
    startedAt: undefined,
    onBegun,
    attempts: 0,
    slot: undefined,
    log: undefined,
  };
  const variables = inner(step, group.variables);
  const slotless = group.slotless || step.background;
  return withScope(group, { path, slotless, past, ...('state' in variables ? {} : { variables }) }, async scope => {
    const body = await guarded(async () => ('state' in variables ? variables : periodic(run, running, scope)));
    const own = judged(running, body);
    if (own.state === 'failed') run.failed(path, own);
    const outcome = await guarded(async () => concluded(run, running, scope, own));
    if (outcome !== own && outcome.state === 'failed') run.failed(path, outcome);
    running.log?.close();
    finish(run, running, scope, own, outcome);
    running.slot?.();
    onBegun();
    return outcome;
  });
}

/** The variables inside the step, or its failure where one of them names another that has no value. */
function inner(step: Step, outer: Variables): Variables | Failed {
  try {
    return outer.with(step.env);
  } catch (error) {
    if (!(error instanceof UnsetVariable)) throw error;
    return { state: 'failed', reason: { type: 'start', message: `env: ${error.message}` } };
  }
}

/** What the end of the body means for the step, its `finally` aside. */
function judged({ step, path, group, startedAt }: Running, body: Outcome): Outcome {
  switch (body.state) {
    case 'cancelled': {
      const { reason } = body;
      // A background step that is stopped because its own group has ended well has succeeded.
      if (step.background && reason.type === 'group-ended' && reason.step === group) return { state: 'succeeded' };
      if (reason.type === 'stopped-by-user' && reason.step === path)
        return failed(step, { ...body, reason: { type: 'stopped-by-user' } });
      return startedAt === undefined ? { state: 'skipped', reason } : body;
    }
    case 'failed':
      return failed(step, body);
    default:
      return body;
  }
}

function failed({ allowFailure }: Step, body: Omit<Failed, 'state'>): Failed {
  const allowed = allowFailure && body.reason.type !== 'internal';
  return { ...body, state: 'failed', ...(allowed ? { allowed } : {}) };
}

function concluded(run: RunContext, running: Running, scope: Scope, own: Outcome): Outcome | Promise<Outcome> {
  const { finally: block } = running.step;
  return block === undefined ? own : conclude(run, running, block, scope, own);
}

async function guarded(body: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await body();
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
    return { state: 'failed', reason: { type: 'internal', message, ...(stack === undefined ? {} : { stack }) } };
  }
}

function finish(run: RunContext, running: Running, scope: Scope, own: Outcome, outcome: Outcome): void {
  const { path, attempts, log, startedAt } = running;
  run.settled(path, outcome);
  run.publish({
    type: 'step.finished',
    step: path,
    t: run.t(),
    ...(scope.tick === undefined ? {} : { tick: scope.tick }),
    outcome,
    ...(outcome === own ? {} : { body: own }),
    durationMs: startedAt === undefined ? 0 : Math.round(run.clock.now() - startedAt),
    attempts,
    ...(log !== undefined && log.size > 0 ? { log: log.name } : {}),
  });
}
