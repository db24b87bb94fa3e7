/** The locks of plans that steps of a run use: against other runs as that of the run itself, and between its own steps. */
import type { Locks, LockTaking, LockWish } from '../engine/executor.ts';
import { isAtOrBelow, type StepLock } from '../plan/plan.ts';
import { quoteText } from '../plan/quote.ts';
import type { Holder } from './holder.ts';
import {
  describeHolder,
  type LockedPlan,
  LockHeldError,
  LockUnusableError,
  limitWords,
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

/** What may be done about a lock that was not to be had. */
function wayOut({ waitMs }: StepLock): string {
  return waitMs === 0 || waitMs === 'forever'
    ? 'to wait for it, say so in the used plan: lock: {wait: 10m}'
    : `waited ${limitWords(waitMs)}; to wait longer, say so in the used plan, in lock.wait`;
}

/** Takes locks for the steps of one run. */
export function openStepLocks(options: StepLocksOptions): Locks {
  const { run, plan, userState, endDead } = options;
  const own = new OwnSteps();
  const ofRun = plan.lock && lockFolderName(plan.lock, plan.file);

  /** Takes what no step of this run holds any more, for the step at `path`. */
  const takeFree = async (lock: StepLock, waitMs: StepLock['waitMs'], { signal, onWait }: LockWish) => {
    const file = lock.file === undefined ? {} : { file: lock.file };
    const held = await lockPlan(
      { name: lock.plan, lock: { ...lock, waitMs }, ...file },
      { run, userState, signal, onWait },
    );
    try {
      if (held?.after !== undefined && held.after.run !== run) await endDead(held.after);
    } catch (error) {
      held?.release();
      throw error;
    }
    return held;
  };

  return {
    async take(lock, wish): Promise<LockTaking> {
      const { path, signal } = wish;
      try {
        const place = lockFolderName(lock, lock.file);
        if (place === ofRun || own.isHeldAround(place, path)) return { type: 'held', release: () => {} };
        const waiting = await own.wait(place, lock, wish);
        if (waiting.type !== 'free') return waiting;
        const held = await takeFree(lock, waiting.leftMs, wish).catch(error => {
          own.release(place);
          throw error;
        });
        if (held === undefined || signal.aborted) {
          held?.release();
          own.release(place);
          return { type: 'aborted' };
        }
        return {
          type: 'held',
          release() {
            own.release(place);
            held.release();
          },
        };
      } catch (error) {
        return without(lock, error);
      }
    },
  };
}

/** Which steps of the run hold a lock, and which wait for one that another step holds. */
class OwnSteps {
  /** By the folders of the locks, the paths of the steps. */
  readonly #holders = new Map<string, string>();
  readonly #waiting = new Set<{ readonly path: string; readonly place: string }>();

  isHeldAround(place: string, path: string): boolean {
    const holder = this.#holders.get(place);
    return holder !== undefined && isAtOrBelow(path, holder);
  }

  release(place: string): void {
    this.#holders.delete(place);
  }

  /** Waits until no other step holds it, which is then held for this one; resolves with the time that is left to wait. */
  async wait(
    place: string,
    lock: StepLock,
    { path, signal, onWait }: LockWish,
  ): Promise<LockTaking | { readonly type: 'free'; readonly leftMs: StepLock['waitMs'] }> {
    const until = lock.waitMs === 'forever' ? Number.POSITIVE_INFINITY : performance.now() + lock.waitMs;
    const waiting = { path, place };
    let told: string | undefined;
    this.#waiting.add(waiting);
    try {
      for (;;) {
        const holder = this.#holders.get(place);
        // The first look takes no time that is worth telling.
        const leftMs =
          told === undefined && lock.waitMs !== 'forever' ? lock.waitMs : Math.max(0, until - performance.now());
        if (holder === undefined) {
          this.#holders.set(place, path);
          return { type: 'free', leftMs: lock.waitMs === 'forever' ? lock.waitMs : leftMs };
        }
        const words = `${quoteText(lock.name ?? lock.plan)} is locked: the step "${holder}" of this run holds it`;
        if (this.#waitsFor(holder, path)) {
          return {
            type: 'refused',
            message: `${words}, and waits for one that is held here; each would wait for the other`,
          };
        }
        if (leftMs === 0) return late(lock, words);
        const most = lock.waitMs === 'forever' ? '' : `, ${limitWords(leftMs)} at most`;
        if (told !== holder) onWait(`${words}; waiting for it${most}`);
        told = holder;
        await pause(Math.min(leftMs, POLL_MS), signal);
        if (signal.aborted) return { type: 'aborted' };
      }
    } finally {
      this.#waiting.delete(waiting);
    }
  }

  /** Whether something in the step at `holder` waits, directly or not, for what a step around `path` holds. */
  #waitsFor(holder: string, path: string, met = new Set<string>()): boolean {
    if (met.has(holder)) return false;
    met.add(holder);
    return [...this.#waiting].some(waiting => {
      const next = isAtOrBelow(waiting.path, holder) ? this.#holders.get(waiting.place) : undefined;
      return next !== undefined && (isAtOrBelow(path, next) || this.#waitsFor(next, path, met));
    });
  }
}

/** Another has it, in these words. */
function late(lock: StepLock, words: string): LockTaking {
  return lock.held === 'skip'
    ? { type: 'skipped', message: words }
    : { type: 'refused', message: `${words}; ${wayOut(lock)}` };
}

/** Why it cannot be had. */
function without(lock: StepLock, error: unknown): LockTaking {
  const name = quoteText(lock.name ?? lock.plan);
  if (error instanceof LockHeldError) return late(lock, `${name} is locked: ${describeHolder(error.holder)}`);
  const cause = error instanceof LockUnusableError ? error.cause : error;
  return { type: 'refused', message: `the lock ${name} cannot be kept: ${(cause as Error).message}` };
}
