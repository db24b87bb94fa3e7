/** Makes what stands around a body: ticks, further attempts, clocks. */
import { parseDuration } from './duration.ts';
import type { DurationInput, EveryInput, RetryInput, TimeoutInput } from './input.ts';
import type { Every, Retry, StepCommon } from './plan.ts';
import { parseRetryOn } from './retry.ts';

export function everyOf(input: DurationInput | EveryInput): Every {
  if (typeof input !== 'object') return { intervalMs: ms(input), overlap: 'skip' };
  const { interval, cron, timezone, for: lasting, overlap = 'skip', jitter, ...rest } = input;
  return {
    ...(cron === undefined
      ? { intervalMs: ms(interval ?? 0) }
      : { cron, ...(timezone === undefined ? {} : { timezone }) }),
    ...(rest as Pick<Every, 'times' | 'until' | 'catchUp' | 'failureThreshold' | 'immediate'>),
    ...(lasting === undefined ? {} : { forMs: ms(lasting) }),
    overlap,
    ...(jitter === undefined ? {} : { jitterMs: ms(jitter) }),
  };
}

export function retryOf(input: number | RetryInput): Retry {
  const retry: RetryInput = typeof input === 'number' ? { times: input } : input;
  return {
    times: retry.times,
    delayMs: ms(retry.delay ?? 1),
    factor: retry.factor ?? 2,
    maxDelayMs: ms(retry.maxDelay ?? 60),
    jitter: retry.jitter ?? 'none',
    ...(retry.on === undefined ? {} : { on: retry.on.flatMap(on => parseRetryOn(on) ?? []) }),
  };
}

export function timeoutOf(timeout: DurationInput | TimeoutInput): Pick<StepCommon, 'timeoutMs' | 'limits'> {
  if (typeof timeout !== 'object') return { timeoutMs: ms(timeout) };
  const { attempt, total, quiet, queue } = timeout;
  const limits = {
    ...(total === undefined ? {} : { totalMs: ms(total) }),
    ...(quiet === undefined ? {} : { quietMs: ms(quiet) }),
    ...(queue === undefined ? {} : { queueMs: ms(queue) }),
  };
  return {
    ...(attempt === undefined ? {} : { timeoutMs: ms(attempt) }),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
  };
}

/** The schema has refused what is no duration. */
export function ms(duration: DurationInput): number {
  return parseDuration(duration) ?? 0;
}
