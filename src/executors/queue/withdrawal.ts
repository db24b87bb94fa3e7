/** An open job withdrawn: its worker is told to end it, and waited for no longer than that may take. */
import type { ExecuteContext } from '../../engine/executor.ts';
import { after } from './after.ts';
import { cancelled } from './last-word.ts';
import type { FollowedJob } from './open-job.ts';
import type { Root } from './root.ts';
import type { Word } from './tell.ts';

/** What a worker may take longer than the grace to say that all has ended. */
const ANSWER_MS = 10_000;
const KILLED_MS = 3000;

export interface Withdrawal {
  /** Ends it at once, though nobody has told the step to stop. */
  end(): void;
  /** The job has ended: nothing is waited for any more. */
  close(): void;
}

export interface WithdrawalOptions {
  readonly open: FollowedJob;
  readonly context: ExecuteContext;
  /** Of the step. */
  readonly graceMs: number;
}

/** Withdraws the job when its step is told to stop, or is killed. It settles with its end, as lost where its worker does not answer. */
export function openWithdrawal(root: Root, { open, context, graceMs }: WithdrawalOptions): Withdrawal {
  const { dispatch } = open;
  const { job, label } = dispatch;
  const { stop, kill } = context;
  let callOff = () => {};
  /** @param silenceMs for which nothing may have come in: its last word is behind what it has printed. */
  const giveUpAfter = (ms: number, silenceMs: number) => {
    callOff = after(ms, () => {
      const leftMs = silenceMs - (performance.now() - open.heardAt);
      if (leftMs > 0) giveUpAfter(leftMs, silenceMs);
      else open.leave();
    });
  };
  const withdraw = (word: Word, patienceMs: number, silenceMs: number) => {
    void root.reins.tell(job, word).catch(() => {});
    if (open.worker === undefined) {
      const mayBeThere = dispatch.isAdded || open.isAdding;
      root.queues.remove(label, job).then(
        wasThere => (wasThere || !mayBeThere) && open.settle({ outcome: cancelled(context) }),
        () => {},
      );
    }
    callOff();
    giveUpAfter(patienceMs, silenceMs);
  };
  const onStop = () => {
    // Both come at once where the run is killed.
    if (kill.cancelled === undefined) withdraw('stop', graceMs + ANSWER_MS, ANSWER_MS);
  };
  const onKill = () => withdraw('kill', KILLED_MS, 0);
  const listening = [stop.whenCancelled(onStop), kill.whenCancelled(onKill)];
  return {
    end: () => withdraw('kill', ANSWER_MS, ANSWER_MS),
    close() {
      callOff();
      for (const forget of listening) forget();
    },
  };
}
