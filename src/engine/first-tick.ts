/** Where `every` goes on in a resumed run. */
import type { Outcome } from '../events/outcome.ts';
import type { Past } from '../events/past.ts';
import type { Every, Step } from '../plan/plan.ts';
import { startsAgain } from './takeover.ts';

export type FirstTick =
  | {
      readonly type: 'tick';
      readonly tick: number;
      /** Ticks that had been started before it. */
      readonly started: number;
      /** So many of them had failed, the last ones, in a row. */
      readonly failedInARow: number;
      /** What is known of this tick, where it was broken off or is tried again. */
      readonly past: Past | undefined;
    }
  /** All have ended, only the end of the step was not recorded. */
  | { readonly type: 'over'; readonly outcome: Outcome };

const THE_FIRST = { type: 'tick', tick: 1, started: 0, failedInARow: 0, past: undefined } as const;

/**
 * The tick that was broken off, or the one after the last that has ended. One that had made the step fail is tried again; where all of
 * them were in vain, they begin anew. Where all have ended and something in them starts again, the last one is entered for that alone.
 */
export function firstTick(step: Step, every: Every, past: Past | undefined): FirstTick {
  if (past?.tick === undefined) return { ...THE_FIRST, past };
  const { tick, ticks, tickOutcome, failedInARow } = past;
  const { until, failureThreshold = 1 } = every;
  const isLast = ticks >= (every.times ?? Number.POSITIVE_INFINITY);
  const next = { type: 'tick', tick: tick + 1, started: ticks, failedInARow, past: undefined } as const;
  const sameAgain = { type: 'tick', tick, started: ticks - 1, failedInARow, past } as const;
  const over = { type: 'over', outcome: { state: 'succeeded' } } as const;
  switch (tickOutcome?.state) {
    case 'succeeded':
      if (until === 'success' || (isLast && until === undefined))
        return startsAgain(step) ? sameAgain : { type: 'over', outcome: tickOutcome };
      return isLast ? THE_FIRST : next;
    case 'failed':
      if (until === 'success') return isLast ? THE_FIRST : next;
      if (until === 'failure') return over;
      if (failedInARow >= failureThreshold || past.finished?.outcome.state === 'failed')
        return { ...sameAgain, failedInARow: 0 };
      return isLast ? over : next;
    case 'cancelled':
      return tickOutcome.reason.type === 'next-tick' ? next : sameAgain;
    default:
      return sameAgain;
  }
}
