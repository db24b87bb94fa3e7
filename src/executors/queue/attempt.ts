/** One attempt of a leaf step, carried out by a worker: given away, once more where it was lost on its way, and followed to its end. */
import type { ExecuteContext } from '../../engine/executor.ts';
import type { Outcome } from '../../events/outcome.ts';
import { keepsFile } from '../../plan/bodiless.ts';
import type { LeafStep } from '../../plan/plan.ts';
import { type Keeping, openKeeping } from '../keeping.ts';
import type { Dispatch } from './dispatches.ts';
import { type Result, STAYS_THERE } from './entry.ts';
import { cancelled, endOf, endOfEarlier, failedToStart, lost } from './last-word.ts';
import type { Message } from './message.ts';
import { openJob } from './open-job.ts';
import type { Root } from './root.ts';
import { messageFor, sealFor } from './sending.ts';
import { openWithdrawal } from './withdrawal.ts';

/** So often it is given away which no worker has begun. */
const GIVEN_MAX = 3;
const NEVER_BEGUN = `lost: ${GIVEN_MAX} times a worker took it and did not begin it`;

/** As `Executor.execute`. @param label of the workers that may carry it out. */
export async function attemptRemotely(
  root: Root,
  step: LeafStep,
  context: ExecuteContext,
  label: string,
): Promise<Outcome> {
  const kept = context.committed();
  if (kept !== undefined) await kept;
  const { cancelled: reason } = context.stop;
  if (reason !== undefined) return { state: 'cancelled', reason };
  const message = messageFor(root, step, context, label);
  if ('fault' in message) return failedToStart(message.fault);
  const keeping =
    step.saveTo === undefined
      ? undefined
      : openKeeping(
          { id: step.id, background: step.background, saveTo: step.saveTo },
          context,
          step.folder ?? root.folder,
        );
  if (keeping !== undefined && 'fault' in keeping) return failedToStart(keeping.fault);
  try {
    const result = await giveAway(root, { step, context, message, keeping }, label);
    if (result.saved !== undefined && result.outcome.state === 'succeeded') context.save(result.saved);
    const isHidden = keeping !== undefined && result.masked === true && result.outcome.state === 'succeeded';
    const outcome = isHidden ? STAYS_THERE : result.outcome;
    return (await keeping?.end(outcome, { keepsFile: keepsFile(step, outcome) })) ?? outcome;
  } finally {
    keeping?.drop();
  }
}

/** Gives the attempt away, and again where it was lost on its way to a worker. */
async function giveAway(root: Root, attempt: Omit<Attempt, 'dispatch'>, label: string): Promise<Result> {
  const { path, ticks, attempt: number, stop } = attempt.context;
  for (let times = 1; ; times += 1) {
    const dispatch = root.dispatches.claim(`${path} ${ticks.join('.')} ${number}`, label);
    try {
      const result = await resultOf(root, { ...attempt, dispatch });
      if (result !== undefined) return result;
      if (stop.cancelled !== undefined) return { outcome: cancelled(attempt.context) };
      if (times === GIVEN_MAX) return { outcome: lost(NEVER_BEGUN) };
    } finally {
      root.jobs.close(dispatch.job);
      root.dispatches.over(dispatch);
      setImmediate(async () => {
        await attempt.context.committed();
        root.dispatches.done(dispatch);
      });
    }
  }
}

interface Attempt {
  readonly step: LeafStep;
  readonly context: ExecuteContext;
  readonly dispatch: Dispatch;
  readonly message: Message;
  readonly keeping: Keeping | undefined;
}

/** Follows the attempt to its end; undefined where the root has it back, and no worker has begun it. */
async function resultOf(
  root: Root,
  { step, context, dispatch, message, keeping }: Attempt,
): Promise<Result | undefined> {
  const { job, isResumed, wasLeft } = dispatch;
  // The beginning of the file is gone with the root that had written it; before it is told of the start, there is none.
  const isBroken = isResumed && keeping !== undefined && dispatch.started !== undefined;
  const takenUp = (result: Result | undefined) => (isResumed ? endOfEarlier(result, { isBroken, wasLeft }) : result);
  if (dispatch.result !== undefined) return takenUp(endOf(dispatch.result, context));
  const sealed = sealFor(root, message, job);
  if ('fault' in sealed) return { outcome: failedToStart(sealed.fault) };
  const open = openJob(root, { step, dispatch, context, keeping: isBroken ? undefined : keeping, sealed });
  if (dispatch.started === undefined) context.queued?.();
  else context.started(dispatch.started);
  root.jobs.open(open);
  const withdrawal = openWithdrawal(root, { open, context, graceMs: graceOf(step) });
  try {
    // Of one that was given away before, the stream has to be read first: it may have ended.
    if (!isResumed) void open.add();
    else if (isBroken) withdrawal.end();
    else if (wasLeft) await root.reins.untell(job);
    return takenUp(await open.settled);
  } finally {
    withdrawal.close();
  }
}

function graceOf(step: LeafStep): number {
  return step.type === 'run' ? step.stop.graceMs : 0;
}
