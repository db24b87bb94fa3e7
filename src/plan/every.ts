/** `every`: when ticks start, and what ends them. */

/** At fixed distances, or by the clock on the wall. */
export type Every = EveryCommon & (Intervals | Cron);

interface Intervals {
  /** Milliseconds from start to start: tick k is due at t0 + k · interval. */
  readonly intervalMs: number;
}

interface Cron {
  /** As written. */
  readonly cron: string;
  /** Of the IANA database; absent: that of the machine. */
  readonly timezone?: string;
}

/** What is absent is not in force. */
interface EveryCommon {
  /** Ticks that are started at most. */
  readonly times?: number;
  /** Milliseconds from the first moment after which none starts; one that runs then is let to its end. */
  readonly forMs?: number;
  /** The first tick that ends so ends the step, well; used up before, it has failed. */
  readonly until?: 'success' | 'failure';
  /** What happens to a tick that is due while the last one runs. */
  readonly overlap: 'skip' | 'queue' | 'cancel';
  /** Whether, of ticks that were slept through, one is started. Default: `once`. */
  readonly catchUp?: 'once' | 'none';
  /** Failed ticks in a row that fail the step. Default: 1. */
  readonly failureThreshold?: number;
  /** Whether the first tick is due at once. Default: true for intervals, false for cron. */
  readonly immediate?: boolean;
  /** Milliseconds by which ticks are late at most: a part of it, the same always for a step on a host. */
  readonly jitterMs?: number;
}
