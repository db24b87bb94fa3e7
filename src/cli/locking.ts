/** The lock of the plan that a command is about to run. */
import { StopSource } from '../engine/stop.ts';
import type { Lock } from '../journal/lock.ts';
import { NAMELESS_LOCK } from '../plan/lock-checks.ts';
import type { Plan } from '../plan/plan.ts';
import { type Claim, LockHeldError, LockUnusableError, lockRootRun } from '../root-run.ts';
import { EXIT } from './exit.ts';
import type { SignalOwner } from './signals.ts';
import type { Streams } from './streams.ts';

/** Why a command ends before anything was started; the words, if there are any, are for standard error. */
export interface Refusal {
  readonly type: 'refused';
  readonly exitCode: number;
  readonly words: string;
}

export type Locking =
  /** Nothing is in the way; `lock` is there where the plan has one. */
  | { readonly type: 'free'; readonly lock: Lock | undefined }
  | Refusal
  /** A signal has ended the wait. */
  | { readonly type: 'interrupted' };

interface LockingOptions {
  readonly signals: SignalOwner;
  readonly streams: Streams;
  /** Whether nothing is said while all is well. */
  readonly isQuiet: boolean;
}

/** Takes the plan's lock; a wait for it is announced on standard error and ended by a signal. */
export async function takePlanLock(
  plan: Plan,
  claim: Claim,
  { signals, streams, isQuiet }: LockingOptions,
): Promise<Locking> {
  if (plan.lock === undefined) return { type: 'free', lock: undefined };
  if (plan.lock.name === undefined && plan.file === undefined) return refused(EXIT.usage, `--lock: ${NAMELESS_LOCK}`);
  const wait = new AbortController();
  const killing = new StopSource();
  const cancel = () => wait.abort();
  signals.direct({ cancel, kill: reason => killing.cancel(reason) });
  try {
    const lock = await lockRootRun(plan, {
      claim,
      env: process.env as Record<string, string>,
      signal: wait.signal,
      kill: killing,
      onWait(words) {
        if (!isQuiet) void streams.stderr.write(`runjobs: ${words}\n`);
      },
    });
    return lock === undefined ? { type: 'interrupted' } : { type: 'free', lock };
  } catch (error) {
    if (error instanceof LockHeldError) {
      if (plan.lock.held !== 'skip') return refused(EXIT.held, error.message);
      // Under cron nothing is to be said of a start that has nothing to do.
      if (isQuiet) return { type: 'refused', exitCode: EXIT.ok, words: '' };
      return refused(EXIT.ok, `${error.locked}; skipped, as its lock says: held: skip`);
    }
    if (error instanceof LockUnusableError) return refused(EXIT.notWritable, error.message);
    throw error;
  }
}

function refused(exitCode: number, words: string): Refusal {
  return { type: 'refused', exitCode, words: `runjobs: ${words}\n` };
}
