/** The jobs that a worker has, and how each is told to end: by its root, by the worker itself, or by its time. */
import { type Stop, StopSource } from '../../engine/stop.ts';
import type { CancelReason } from '../../events/outcome.ts';
import type { Abandoned } from './entry.ts';
import type { Word } from './tell.ts';

/** A job while a worker has it. */
export interface HeldJob {
  readonly run: string;
  readonly step: string;
  readonly stop: Stop;
  readonly kill: Stop;
  /** Its root has told it to stop. */
  isTold: boolean;
  /** The worker has ended it by itself. */
  abandoned: Abandoned | undefined;
  /** Its root tells it to stop. */
  tell(word: Word): void;
  /** The worker ends it by itself, for the first reason that there was; that it did is told with its end. */
  abandon(why: Abandoned, word: Word): void;
  /** Its time is over, which its root knows by itself. */
  expire(): void;
}

export interface HeldJobs {
  readonly all: ReadonlyMap<string, HeldJob>;
  hold(job: string, of: { readonly run: string; readonly step: string }): HeldJob;
  /** It has ended. */
  drop(job: string): void;
  /** The worker ends all of them, as it is stopped itself. */
  abandon(word: Word): void;
  /** Resolves when there is none, or when so much time has passed. */
  gone(withinMs?: number): Promise<void>;
}

const TOLD: CancelReason = { type: 'aborted' };
const LOOK_MS = 50;

export function openHeldJobs(): HeldJobs {
  const all = new Map<string, HeldJob>();
  return {
    all,
    hold(job, { run, step }) {
      const held = heldJob(run, step);
      all.set(job, held);
      return held;
    },
    drop: job => void all.delete(job),
    abandon(word) {
      for (const job of all.values()) job.abandon('stopped', word);
    },
    async gone(withinMs = Number.POSITIVE_INFINITY) {
      const until = performance.now() + withinMs;
      while (all.size > 0 && performance.now() < until) await new Promise(done => setTimeout(done, LOOK_MS));
    },
  };
}

function heldJob(run: string, step: string): HeldJob {
  const stop = new StopSource();
  const kill = new StopSource();
  const end = (word: Word) => {
    if (word === 'kill') kill.cancel(TOLD);
    stop.cancel(TOLD);
  };
  const held: HeldJob = {
    run,
    step,
    stop,
    kill,
    isTold: false,
    abandoned: undefined,
    tell(word) {
      held.isTold = true;
      end(word);
    },
    abandon(why, word) {
      if (stop.cancelled === undefined) held.abandoned = why;
      end(word);
    },
    expire: () => end('stop'),
  };
  return held;
}
