/** What the end of a job means for its attempt: told by a worker, left by a run that was broken off, or told by nobody. */
import type { ExecuteContext } from '../../engine/executor.ts';
import type { Outcome } from '../../events/outcome.ts';
import type { Result } from './entry.ts';

const AGAIN = '"idempotent: true" or "retry.on: [lost]" lets it run again';
const ABANDONED = {
  'cut-off': 'had been cut off and has ended it',
  stopped: 'was stopped and has ended it',
  orphaned: 'has ended it, as the root was gone for too long',
} as const;

const BROKEN_OFF = 'the file of "saveTo" was broken off with the run';

/** What a worker's last word means here. */
export function endOf(result: Result, context: ExecuteContext): Result {
  const { lost: why, outcome } = result;
  // Of what had come to its end in the meantime there is nothing to doubt, unless another may have had it.
  if (why !== undefined && context.stop.cancelled === undefined && (why === 'cut-off' || outcome.state !== 'succeeded'))
    return { outcome: lost(`lost: its worker ${ABANDONED[why]}, but it has run; ${AGAIN}`) };
  // The worker only knows that it was told.
  return result.outcome.state === 'cancelled' ? { ...result, outcome: cancelled(context) } : result;
}

/** What is known of an attempt that a run which was broken off had given away. */
export interface Earlier {
  /** The file of `saveTo`, which that run had begun to write, has lost its beginning. */
  readonly isBroken: boolean;
  /** That run had not waited for its end any more. */
  readonly wasLeft: boolean;
}

/** What the end of such an attempt means; undefined: it is done anew. */
export function endOfEarlier(result: Result | undefined, { isBroken, wasLeft }: Earlier): Result | undefined {
  if (result === undefined) return undefined;
  if (isBroken) return wasLeft && !isLost(result) ? undefined : { outcome: lost(BROKEN_OFF) };
  // It has ended on the word of that run, as all that was cancelled.
  return wasLeft && result.told ? undefined : result;
}

/** It has ended on the word to stop, of which the run alone knows the reason. */
export function cancelled({ stop: { cancelled: reason } }: ExecuteContext): Outcome {
  return reason === undefined
    ? lost('its worker was told to end it, by none of this run')
    : { state: 'cancelled', reason };
}

/** Nobody knows what it has done. */
export function lost(message: string): Outcome {
  return { state: 'failed', reason: { type: 'lost', message } };
}

function isLost({ outcome }: Result): boolean {
  return outcome.state === 'failed' && outcome.reason.type === 'lost';
}

/** It has not run. */
export function failedToStart(message: string): Outcome {
  return { state: 'failed', reason: { type: 'start', message } };
}
