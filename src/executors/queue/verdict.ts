/** What the state of a job in Redis means for an attempt that nobody has told the end of. */

/** What the root knows of an open job. */
export interface Standing {
  /** BullMQ knows it. */
  readonly isThere: boolean;
  /** BullMQ took it from a worker that had stopped renewing its lock. */
  readonly isStalled: boolean;
  /** BullMQ gave it up, for this reason. */
  readonly failedReason?: string | undefined;
  /** A worker has said that it started it, or BullMQ has handed it to one. */
  readonly hasStarted: boolean;
  /** That worker is still heard of; it will have the last word itself. */
  readonly isWorkerAlive: boolean;
  /** It is certain that it was put into the queue. */
  readonly isAdded: boolean;
  /** Milliseconds for which this has been so; none as long as something is unread that a worker had told before. */
  readonly forMs: number;
}

export type Verdict =
  /** All is well, or it is too early to say. */
  | { readonly type: 'wait' }
  /** It never came into the queue: it is put there again. */
  | { readonly type: 'add' }
  /** It was handed to a worker that has let go of it: it has run, unless no worker had begun it. */
  | { readonly type: 'lost'; readonly words: string }
  /** Redis knows nothing of it: nobody can say whether it was carried out. */
  | { readonly type: 'vanished'; readonly words: string }
  /** No worker would take it; in words why. */
  | { readonly type: 'refused'; readonly words: string };

/** What a worker may need to say its last word once it, and the root, are back. */
const LAST_WORD_MS = 10_000;
/** The last word may be on its way. */
const ON_ITS_WAY_MS = 1500;

const STALLED = /stalled more than/;
/** Stands before why a worker would not take a job: whatever else fails one may come after the command has run. */
export const REFUSED = 'refused: ';

export function verdictOn({
  isThere,
  isStalled,
  failedReason,
  hasStarted,
  isWorkerAlive,
  isAdded,
  forMs,
}: Standing): Verdict {
  if (failedReason?.startsWith(REFUSED))
    return forMs < ON_ITS_WAY_MS ? { type: 'wait' } : { type: 'refused', words: failedReason.slice(REFUSED.length) };
  if (isThere && !isStalled && failedReason === undefined) return { type: 'wait' };
  if (!isThere && !isAdded) return { type: 'add' };
  if (forMs < (isWorkerAlive ? LAST_WORD_MS : ON_ITS_WAY_MS)) return { type: 'wait' };
  if (!isThere)
    return {
      type: 'vanished',
      words: 'Redis has lost the job, which may have run; "idempotent: true" lets it run again',
    };
  return {
    type: 'lost',
    words: `lost: ${who(hasStarted, failedReason)}; "idempotent: true" or "retry.on: [lost]" lets it run again`,
  };
}

function who(hasStarted: boolean, failedReason: string | undefined): string {
  if (failedReason !== undefined && !STALLED.test(failedReason))
    return `its worker could not go on (${failedReason}), and it may have run`;
  return hasStarted ? 'its worker is gone, and it may have run' : 'a worker took it and is gone, and it may have run';
}
