/** The locks of plans that steps of a run use: against other runs as that of the run itself, and between its own steps. */
import { performance } from 'node:perf_hooks';
import type { Locks, LockTaking, LockWish } from '../engine/executor.ts';
import { isAtOrBelow, type StepLock } from '../plan/plan.ts';
import { quoteText } from '../plan/quote.ts';
import type { Holder } from './holder.ts';
import type { Lock } from './lock.ts';
import {
  describeHolder,
  type LockedPlan,
  LockHeldError,
  lockFolderName,
  lockPlan,
  POLL_MS,
  pause,
} from './plan-lock.ts';

export interface StepLocksOptions {
  /** The id of the run. */
  readonly run: string;
  /** The plan that is run: a lock of its own holds for all its steps. */
  readonly plan: LockedPlan;
  /** The user's state folder, in which locks are kept. */
  readonly userState: string;
  /** Ends what a run has left that died with a lock. */
  readonly endDead: (holder: Holder) => Promise<void>;
}

/** Takes locks for the steps of one run. */
export function openStepLocks({ run, plan, userState, endDead }: StepLocksOptions): Locks {
  /** The paths of the steps that hold them, by their folders. */
  const holders = new Map<string, string>();
  const ofRun = plan.lock && lockFolderName(plan.lock, plan.file);

  const takeFree = async (
    place: string,
    lock: StepLock,
    waitMs: StepLock['waitMs'],
    wish: LockWish,
  ): Promise<LockTaking> => {
    holders.set(place, wish.path);
    const locked: LockedPlan = {
      name: lock.plan,
      lock: { ...lock, waitMs },
      ...(lock.file === undefined ? {} : { file: lock.file }),
    };
    let held: Lock | undefined;
    try {
      held = await lockPlan(locked, { run, userState, signal: wish.signal, onWait: wish.onWait });
      if (held?.after !== undefined && held.after.run !== run) await endDead(held.after);
    } catch (error) {
      holders.delete(place);
      held?.release();
      return { type: 'refused', message: refusal(lock, error) };
    }
    if (held === undefined) {
      holders.delete(place);
      return { type: 'aborted' };
    }
    const release = () => {
      holders.delete(place);
      held.release();
    };
    return { type: 'held', release };
  };

  return {
    async take(lock, wish) {
      let place: string;
      try {
        place = lockFolderName(lock, lock.file);
      } catch (error) {
        return { type: 'refused', message: refusal(lock, error) };
      }
      const around = holders.get(place);
      if (place === ofRun || (around !== undefined && isAtOrBelow(wish.path, around))) {
        return { type: 'held', release: () => {} };
      }
      const from = performance.now();
      const leftMs = () => (lock.waitMs === 'forever' ? lock.waitMs : lock.waitMs - (performance.now() - from));
      for (let isTold = false; holders.has(place); isTold = true) {
        const left = leftMs();
        if (left !== 'forever' && left <= 0) return { type: 'refused', message: heldHere(lock, holders.get(place)) };
        if (!isTold) wish.onWait();
        await pause(left === 'forever' ? POLL_MS : Math.min(left, POLL_MS), wish.signal);
        if (wish.signal.aborted) return { type: 'aborted' };
      }
      const left = leftMs();
      return takeFree(place, lock, left === 'forever' ? left : Math.max(0, left), wish);
    },
  };
}

function heldHere(lock: StepLock, path = ''): string {
  return `${quoteText(lock.name ?? lock.plan)} is locked: the step "${path}" of this run holds it; ${WAIT}`;
}

function refusal(lock: StepLock, error: unknown): string {
  const name = quoteText(lock.name ?? lock.plan);
  if (error instanceof LockHeldError) return `${name} is locked: ${describeHolder(error.holder)}; ${WAIT}`;
  return `the lock ${name} cannot be kept: ${(error as Error).message}`;
}

const WAIT = 'to wait for it, say so in the used plan: lock: {wait: 10m}';
