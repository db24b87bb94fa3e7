/** What the ticks of an `every` have come to, and whether that is its end. */
import type { Outcome } from '../events/outcome.ts';
import type { Every } from '../plan/plan.ts';
import type { Ending } from './context.ts';
import type { Values } from './variables.ts';

/** What a run that was broken off had come to. */
interface Before {
  readonly started: number;
  readonly failedInARow: number;
  readonly saved: Values | undefined;
}

/** The ticks by now: the step fails with `failureThreshold` failed ones in a row. */
export class Ticks {
  saved: Values | undefined;
  readonly #every: Every;
  #started: number;
  #failedInARow: number;
  #last: Outcome | undefined;

  constructor(every: Every, { started, failedInARow, saved }: Before) {
    this.#every = every;
    this.#started = started;
    this.#failedInARow = failedInARow;
    this.saved = saved;
  }

  begin(): void {
    this.#started += 1;
  }

  /** Whether none starts after those that have. */
  get areAllStarted(): boolean {
    return this.#started >= (this.#every.times ?? Number.POSITIVE_INFINITY);
  }

  /** What the tick means for the step: its end, or nothing yet. @param isOverrun it was stopped for the next one. */
  end({ outcome, saved }: Ending, isOverrun: boolean): Outcome | undefined {
    const { until, failureThreshold = 1 } = this.#every;
    this.#last = outcome;
    switch (outcome.state) {
      case 'succeeded':
        this.saved = saved;
        this.#failedInARow = 0;
        if (until === 'success') return outcome;
        break;
      case 'failed':
        if (outcome.reason.type === 'internal') return outcome;
        if (until === 'failure') return { state: 'succeeded' };
        this.#failedInARow += 1;
        if (until !== 'success' && this.#failedInARow >= failureThreshold) return outcome;
        break;
      default:
        if (!isOverrun) return outcome;
    }
    return this.areAllStarted ? this.usedUp() : undefined;
  }

  /** No tick starts any more: the end of the step. */
  usedUp(): Outcome {
    const { until } = this.#every;
    if (until === undefined) return { state: 'succeeded', ...exitCodeOf(this.#last) };
    if (until === 'success' && this.#last?.state === 'failed') return this.#last;
    return { state: 'failed', reason: { type: 'until', until } };
  }
}

/** As the outcome of the last tick tells it. */
function exitCodeOf(outcome: Outcome | undefined): { exitCode?: number } {
  return outcome?.state === 'succeeded' && outcome.exitCode !== undefined ? { exitCode: outcome.exitCode } : {};
}
