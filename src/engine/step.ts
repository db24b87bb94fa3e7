/** One step from its start to its one final state: its modifiers from the outermost inwards, then its body. */
import type { Failed, Outcome } from '../events/outcome.ts';
import type { Past } from '../events/past.ts';
import type { FinallyBlock, Step } from '../plan/plan.ts';
import { judgeCondition } from './condition.ts';
import { type Ending, type RunContext, type Running, savedFacts, type Told } from './context.ts';
import { conclude } from './finally.ts';
import { handedOn } from './handed-on.ts';
import { inner } from './inner.ts';
import { periodic } from './periodic.ts';
import type { Place } from './place.ts';
import { type Scope, withScope } from './scope.ts';
import { skip, skipBelow } from './skip.ts';
import { takeLock } from './step-lock.ts';
import { isOver, pastOf, takeOver } from './takeover.ts';

/**
 * Runs a step below `group` and publishes its final state, `step.finished`, exactly once, after everything of it has
 * ended. Never rejects: an exception is a bug and becomes a failure of type `internal`. In a closed scope the step
 * does not start: it and everything below it is skipped. What had ended in a run that is resumed is taken over.
 * `onBegun` is called once, when the step has started, waits for its slot, or has ended before either.
 */
export function runStep(
  run: RunContext,
  step: Step,
  path: string,
  group: Scope,
  told: Told = {},
): Ending | Promise<Ending> {
  const past = pastOf(step, group.past);
  const ended = endedAlready(run, step, path, { group, past, place: told.place });
  if (ended !== undefined) {
    told.onBegun?.(ended.outcome);
    return ended;
  }
  const { onBegun = () => {}, onReady = () => {}, place } = told;
  const running: Running = {
    step,
    path,
    group: group.path,
    item: group.item,
    startedAt: undefined,
    testedAt: undefined,
    onBegun,
    onReady,
    readyAt: undefined,
    attempts: 0,
    slot: undefined,
    place,
    locks: [],
    log: undefined,
  };
  const slotless = group.slotless || step.background;
  return withScope(group, { path, slotless, past }, async scope => {
    const ended = await entered(run, running, scope);
    const { saved } = ended;
    const own = judged(running, ended.outcome);
    const hadFailed = own.state === 'failed' && (ended.hadFailed === true || scope.closed === undefined);
    if (running.startedAt === undefined) {
      const isTold = own.state === 'skipped' && own.reason.type !== 'if';
      skipBelow(run, step, path, isTold ? own.reason : { type: 'not-started', step: path }, past);
    }
    if (own.state === 'failed') run.failed(path, own);
    // Of several background steps those that were started later are stopped first, with all that tidies up after them.
    if (step.finally !== undefined) await scope.turn();
    const outcome =
      step.finally === undefined ? own : await concluded(run, running, step.finally, scope, { outcome: own, saved });
    if (outcome !== own && outcome.state === 'failed') run.failed(path, outcome);
    running.log?.close();
    const ending = handedOn(step, { outcome, saved, hadFailed });
    finish(run, running, scope, ending, own);
    running.slot?.();
    for (const release of running.locks.reverse()) release();
    onBegun(outcome);
    return ending;
  });
}

/** What the end of the body means for the step, its `finally` aside. */
function judged({ step, path, group, startedAt }: Running, body: Outcome): Outcome {
  switch (body.state) {
    case 'cancelled': {
      const { reason } = body;
      // A background step that runs, or ticks, and is stopped because its own group has ended well has succeeded.
      const isGoing = startedAt !== undefined || step.every !== undefined;
      if (step.background && isGoing && reason.type === 'group-ended' && reason.step === group)
        return { state: 'succeeded' };
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

/** What a step comes into. */
interface Entering {
  readonly group: Scope;
  readonly past: Past | undefined;
  readonly place: Place | undefined;
}

/** What the step came to in the run that is resumed, or why it does not start; undefined where it does. */
function endedAlready(run: RunContext, step: Step, path: string, { group, past, place }: Entering): Ending | undefined {
  if (isOver(step, past)) return takeOver(run, step, path, past);
  const reason = step.leftOut === undefined ? group.closed : ({ type: 'left-out', by: step.leftOut } as const);
  if (reason === undefined) return undefined;
  place?.leave();
  // One that waited has done so in a tick.
  return skip(run, step, path, reason, past, place && group.tick);
}

/** All of the step that its `finally` comes after: the modifiers that stand around its ticks, and these. */
async function entered(run: RunContext, running: Running, scope: Scope): Promise<Ending> {
  const { step, path } = running;
  try {
    const variables = inner(run, step, path, scope.variables);
    const own = variables instanceof Promise ? await variables : variables;
    if ('state' in own) return { outcome: own };
    scope.variables = own;
    const unmet = step.if && (await judgeCondition(run, running, step.if, scope));
    if (unmet !== undefined) return { outcome: unmet };
    for (const lock of step.used?.locks ?? []) {
      const late = await takeLock(run, running, lock, scope);
      if (late !== undefined) return { outcome: late };
    }
    return await periodic(run, running, scope);
  } catch (error) {
    return { outcome: bug(error) };
  }
}

async function concluded(
  run: RunContext,
  running: Running,
  block: FinallyBlock,
  scope: Scope,
  own: Ending,
): Promise<Outcome> {
  try {
    return await conclude(run, running, block, scope, own);
  } catch (error) {
    return bug(error);
  }
}

/** What was thrown, which nothing of the engine does on purpose. */
function bug(error: unknown): Failed {
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
  return { state: 'failed', reason: { type: 'internal', message, ...(stack === undefined ? {} : { stack }) } };
}

function finish(run: RunContext, running: Running, scope: Scope, { outcome, saved }: Ending, own: Outcome): void {
  const { path, attempts, log, startedAt, testedAt } = running;
  // What the test of its `if` has taken is that of a step which it made fail.
  const since = startedAt ?? (outcome.state === 'failed' ? testedAt : undefined);
  run.settled(path, outcome);
  run.publish({
    type: 'step.finished',
    step: path,
    t: run.t(),
    ...(scope.tick === undefined ? {} : { tick: scope.tick }),
    outcome,
    ...(outcome === own ? {} : { body: own }),
    durationMs: since === undefined ? 0 : Math.round(run.clock.now() - since),
    attempts,
    ...(log === undefined || log.isEmpty ? {} : { log: log.name }),
    ...savedFacts(saved),
  });
}
