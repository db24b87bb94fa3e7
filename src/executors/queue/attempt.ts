/** One attempt of a leaf step, carried out by a worker: given away, followed, told to stop, and ended. */
import type { ExecuteContext } from '../../engine/executor.ts';
import type { Outcome } from '../../events/outcome.ts';
import { keepsFile } from '../../plan/bodiless.ts';
import type { LeafStep } from '../../plan/plan.ts';
import { type Keeping, openKeeping } from '../keeping.ts';
import { after } from './after.ts';
import type { Dispatch } from './dispatches.ts';
import { type Result, STAYS_THERE, type Told } from './entry.ts';
import type { OpenJob } from './jobs.ts';
import { type Message, type Sealed, seal } from './message.ts';
import { MESSAGE_BYTES } from './pace.ts';
import type { Root } from './root.ts';
import { holds, messageFor, tooLarge } from './sending.ts';
import type { Word } from './tell.ts';

/** So often it is given away which no worker has begun. */
const GIVEN_MAX = 3;
const NEVER_BEGUN = `lost: ${GIVEN_MAX} times a worker took it and did not begin it`;
const UNENDED = 'lost: it was told to end, and its worker has not said that it has: it may still run';
const BROKEN_OFF = 'the file of "saveTo" was broken off with the run';
const HOLE = 'lost: some of its output did not come, so that the file of "saveTo" would have a hole';

const AGAIN = '"idempotent: true" or "retry.on: [lost]" lets it run again';
const ABANDONED = {
  'cut-off': 'had been cut off and has ended it',
  stopped: 'was stopped and has ended it',
  orphaned: 'has ended it, as the root was gone for too long',
} as const;

/** What a worker may take longer than the grace to say that all has ended. */
const ANSWER_MS = 10_000;
const KILLED_MS = 3000;

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
  const { kill } = context;
  const { job, label, isResumed, wasLeft } = dispatch;
  // The beginning of the file is gone with the root that had written it; before it is told of the start, there is none.
  const isBroken = isResumed && keeping !== undefined && dispatch.started !== undefined;
  const takenUp = (result: Result | undefined) => (isResumed ? endOfEarlier(result, { isBroken, wasLeft }) : result);
  if (dispatch.result !== undefined) return takenUp(endOf(dispatch.result, context));
  const sealed = seal(message, job, root.key);
  const size = Buffer.byteLength(JSON.stringify(sealed));
  if (size > MESSAGE_BYTES) return { outcome: failedToStart(tooLarge(size)) };
  let callOff = () => {};
  let settle: Opening['settle'] = () => {};
  const settled = new Promise<Result | undefined>(resolve => {
    settle = resolve;
  });
  const open = openJob(root, { step, dispatch, context, keeping: isBroken ? undefined : keeping, sealed, settle });
  if (dispatch.started === undefined) context.queued?.();
  else context.started(dispatch.started);
  root.jobs.open(open);
  /** @param silenceMs for which nothing may have come in: its last word is behind what it has printed. */
  const giveUpAfter = (ms: number, silenceMs: number) => {
    callOff = after(ms, () => {
      const leftMs = silenceMs - (performance.now() - open.heardAt);
      if (leftMs > 0) return giveUpAfter(leftMs, silenceMs);
      root.leftBehind(dispatch);
      settle({ outcome: lost(UNENDED) });
    });
  };
  const stop = (word: Word, patienceMs: number, silenceMs: number) => {
    void root.tell(job, word).catch(() => {});
    if (open.worker === undefined) {
      const mayBeThere = dispatch.isAdded || open.isAdding;
      root.queues.remove(label, job).then(
        wasThere => (wasThere || !mayBeThere) && settle({ outcome: cancelled(context) }),
        () => {},
      );
    }
    callOff();
    giveUpAfter(patienceMs, silenceMs);
  };
  const onStop = () => {
    // Both come at once where the run is killed.
    if (kill.cancelled === undefined) stop('stop', graceOf(step) + ANSWER_MS, ANSWER_MS);
  };
  const onKill = () => stop('kill', KILLED_MS, 0);
  const listening = [context.stop.whenCancelled(onStop), kill.whenCancelled(onKill)];
  try {
    // Of one that was given away before, the stream has to be read first: it may have ended.
    if (!isResumed) void open.add();
    else if (isBroken) stop('kill', ANSWER_MS, ANSWER_MS);
    else if (wasLeft) await root.untell(job);
    return takenUp(await settled);
  } finally {
    callOff();
    for (const forget of listening) forget();
  }
}

interface Opening extends Omit<Attempt, 'message'> {
  readonly sealed: Sealed;
  readonly settle: (result: Result | undefined) => void;
}

function openJob(root: Root, { step, dispatch, context, keeping, sealed, settle }: Opening): OpenJob {
  const { job, label } = dispatch;
  const conclude = (words: string) => {
    // Were its worker only frozen, it ends the command when it goes on.
    void root.tell(job, 'kill').catch(() => {});
    const isUnended = context.stop.cancelled !== undefined;
    if (isUnended) root.leftBehind(dispatch);
    settle({ outcome: lost(isUnended ? UNENDED : words) });
  };
  let hasHole = false;
  const open: OpenJob = {
    dispatch,
    path: context.path,
    isBackground: step.background,
    worker: dispatch.started?.worker,
    since: performance.now(),
    oddSince: undefined,
    heardAt: Number.NEGATIVE_INFINITY,
    isAdding: false,
    async add() {
      open.isAdding = true;
      try {
        await root.queues.add(label, job, sealed);
        root.dispatches.added(dispatch);
      } catch (error) {
        // It is tried again by whoever watches over the open jobs.
        if (root.isForNow(error)) return;
        settle({ outcome: failedToStart(`it cannot be put into the queue: ${(error as Error).message}`) });
      } finally {
        open.isAdding = false;
      }
    },
    take(told) {
      open.heardAt = performance.now();
      return take(told);
    },
    conclude(how, words) {
      void root.queues.remove(label, job).catch(() => {});
      if (how === 'refused') settle({ outcome: failedToStart(words) });
      else if (how === 'lost' && open.worker === undefined)
        root.takeBack(job).then(
          isBack => (isBack ? settle(undefined) : conclude(words)),
          () => conclude(words),
        );
      else conclude(words);
    },
    missed(count) {
      hasHole = true;
      void context.write(Buffer.from(`\n[output lost: ${count} pieces are missing]\n`));
    },
  };
  const take = (told: Told): Promise<void> | undefined => {
    switch (told.type) {
      case 'started':
        open.worker = told.facts.worker;
        root.dispatches.started(job, told.facts);
        context.started(told.facts);
        return undefined;
      case 'output':
        if (told.stream === 'out') keeping?.take(told.bytes);
        return context.write(told.bytes, told.stream);
      case 'warning':
        context.warn(told.message);
        return undefined;
      case 'stopping':
        context.stopping(told.facts);
        return undefined;
      case 'received':
        context.received(told.bytes, told.total);
        return undefined;
      case 'ended':
        // What holds a secret is kept nowhere: a run that is resumed does the step anew.
        if (holds(told.result, root.holdsSecret)) root.dispatches.done(dispatch);
        else root.dispatches.ended(job, told.result);
        root.forget(job);
        settle(hasHole && keeping !== undefined ? { outcome: lost(HOLE) } : endOf(told.result, context));
        return undefined;
      default:
        return told satisfies never;
    }
  };
  return open;
}

/** What the end of an attempt means that a run which was broken off had given away; undefined: it is done anew. */
function endOfEarlier(
  result: Result | undefined,
  { isBroken, wasLeft }: { readonly isBroken: boolean; readonly wasLeft: boolean },
): Result | undefined {
  if (result === undefined) return undefined;
  if (isBroken) return wasLeft && !isLost(result) ? undefined : { outcome: lost(BROKEN_OFF) };
  // It has ended on the word of that run, as all that was cancelled.
  return wasLeft && result.told ? undefined : result;
}

/** What a worker's last word means here. */
function endOf(result: Result, context: ExecuteContext): Result {
  const { lost: why, outcome } = result;
  // Of what had come to its end in the meantime there is nothing to doubt, unless another may have had it.
  if (why !== undefined && context.stop.cancelled === undefined && (why === 'cut-off' || outcome.state !== 'succeeded'))
    return { outcome: lost(`lost: its worker ${ABANDONED[why]}, but it has run; ${AGAIN}`) };
  // The worker only knows that it was told.
  return result.outcome.state === 'cancelled' ? { ...result, outcome: cancelled(context) } : result;
}

function cancelled({ stop: { cancelled: reason } }: ExecuteContext): Outcome {
  return reason === undefined
    ? lost('its worker was told to end it, by none of this run')
    : { state: 'cancelled', reason };
}

function isLost({ outcome }: Result): boolean {
  return outcome.state === 'failed' && outcome.reason.type === 'lost';
}

function lost(message: string): Outcome {
  return { state: 'failed', reason: { type: 'lost', message } };
}

function failedToStart(message: string): Outcome {
  return { state: 'failed', reason: { type: 'start', message } };
}

function graceOf(step: LeafStep): number {
  return step.type === 'run' ? step.stop.graceMs : 0;
}
