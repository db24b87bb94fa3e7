/** One open job of a root: put into the queue, followed by what its worker tells, and settled with how it ended. */
import type { ExecuteContext } from '../../engine/executor.ts';
import type { LeafStep } from '../../plan/plan.ts';
import type { Keeping } from '../keeping.ts';
import type { Dispatch } from './dispatches.ts';
import type { Result, Told } from './entry.ts';
import type { OpenJob } from './jobs.ts';
import { endOf, failedToStart, lost } from './last-word.ts';
import type { Sealed } from './message.ts';
import type { Root } from './root.ts';
import { holds } from './sending.ts';

const UNENDED = 'lost: it was told to end, and its worker has not said that it has: it may still run';
const HOLE = 'lost: some of its output did not come, so that the file of "saveTo" would have a hole';

/** The attempt whose job it is. */
export interface Opening {
  readonly step: LeafStep;
  readonly context: ExecuteContext;
  readonly dispatch: Dispatch;
  readonly sealed: Sealed;
  /** Takes what it prints to stdout; undefined: nothing of that is kept. */
  readonly keeping: Keeping | undefined;
}

/** As its attempt sees it. */
export interface FollowedJob extends OpenJob {
  /** Resolves with its end, the first that there was; with undefined where the root has it back, and no worker has begun it. */
  readonly settled: Promise<Result | undefined>;
  /** Says that this is its end. */
  settle(result: Result | undefined): void;
  /** Settles it as lost: its worker has not said that it has ended it, and may still have it. */
  leave(): void;
}

/** Opens it, in the queue or not: that is up to `add`. */
export function openJob(root: Root, { step, dispatch, context, keeping, sealed }: Opening): FollowedJob {
  const { job, label } = dispatch;
  let settle: FollowedJob['settle'] = () => {};
  const settled = new Promise<Result | undefined>(resolve => {
    settle = resolve;
  });
  let hasHole = false;
  const open: FollowedJob = {
    dispatch,
    path: context.path,
    isBackground: step.background,
    settled,
    settle,
    leave() {
      root.leftBehind(dispatch);
      settle({ outcome: lost(UNENDED) });
    },
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
        root.reins.takeBack(job).then(
          isBack => (isBack ? settle(undefined) : giveUp(words)),
          () => giveUp(words),
        );
      else giveUp(words);
    },
    missed(count) {
      hasHole = true;
      void context.write(Buffer.from(`\n[output lost: ${count} pieces are missing]\n`));
    },
  };
  const giveUp = (words: string) => {
    // Were its worker only frozen, it ends the command when it goes on.
    void root.reins.tell(job, 'kill').catch(() => {});
    if (context.stop.cancelled !== undefined) open.leave();
    else settle({ outcome: lost(words) });
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
        root.reins.forget(job);
        settle(hasHole && keeping !== undefined ? { outcome: lost(HOLE) } : endOf(told.result, context));
        return undefined;
      default:
        return told satisfies never;
    }
  };
  return open;
}
