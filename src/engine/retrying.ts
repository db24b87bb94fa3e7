/** Which failures are tried again, and after how long. */
import type { Failed } from '../events/outcome.ts';
import { isMatch } from '../plan/pattern.ts';
import { isLeaf, type Retry, type RetryOn, type Step } from '../plan/plan.ts';
import { signalCode } from '../plan/signals.ts';
import { isCutShort, mayPass } from './retrying-http.ts';

/** Bytes of standard error that `stderr:/…/` looks at. */
export const STDERR_BYTES = 64 * 1024;

/** A step that costs its workers their lives is not given to so many. */
const LOST_MAX = 3;

/** Whether the attempt, whose worker was lost, is made once more as the step says that this does no harm. */
export function isRepeated(step: Step, { reason }: Failed, attempt: number): boolean {
  return reason.type === 'lost' && isLeaf(step) && step.idempotent === true && attempt <= LOST_MAX;
}

/**
 * Whether the failure is one that `retry.on` names. Where it is absent all are, but that a worker was lost, which may have
 * done it; of a request those that may pass.
 * @param stderr the last of what was printed there.
 */
export function isRetried({ on }: Retry, failure: Failed, stderr: string, step?: Step): boolean {
  if (on !== undefined) return on.some(one => matches(one, failure, stderr));
  if (failure.reason.type === 'lost') return false;
  return step?.type !== 'http' || mayPass(step, failure);
}

/** Whether what is printed to standard error decides. */
export function readsStderr(retry: Retry | undefined): boolean {
  return retry?.on?.some(({ type }) => type === 'stderr') ?? false;
}

/** Whether a service that was good for so long has begun anew: its next delay is the first one again. */
export function isSettled({ maxDelayMs }: Retry, goodMs: number): boolean {
  return goodMs > maxDelayMs;
}

/** Milliseconds between attempt `failed` (from 1) and the next: at least what the server asks for. */
export function retryDelay(retry: Retry, failed: number, random: () => number, retryAfterMs = 0): number {
  const fullMs = Math.min(retry.maxDelayMs, retry.delayMs * retry.factor ** (failed - 1));
  return Math.max(retryAfterMs, Math.round(retry.jitter === 'full' ? fullMs * random() : fullMs));
}

/** Servers may ask for so long, where the plan says nothing. */
const LONGEST_ASKED_MS = 3_600_000;

/** Whether a server asks to wait longer than it may. @param leftMs of the time that the plan grants all attempts; infinite: it says nothing. */
export function isTooLong({ maxDelayMs }: Retry, askedMs: number, leftMs: number): boolean {
  return Number.isFinite(leftMs) ? askedMs >= leftMs : askedMs > Math.max(maxDelayMs, LONGEST_ASKED_MS);
}

function matches(on: RetryOn, { reason, exitCode, signal, status }: Failed, stderr: string): boolean {
  switch (on.type) {
    case 'exit':
      return (
        reason.type !== 'timeout' && (exitCode === on.code || (signal !== undefined && signalCode(signal) === on.code))
      );
    case 'start':
      return reason.type === 'start';
    case 'timeout':
      return reason.type === 'timeout';
    case 'http':
      return reason.type === 'http' && (status === on.status || `${Math.floor((status ?? 0) / 100)}xx` === on.status);
    case 'network':
      return reason.type === 'http' && (status === undefined || isCutShort(reason));
    case 'stderr':
      return isMatch(on.source, on.flags, stderr) === true;
    case 'lost':
      return reason.type === 'lost';
    default:
      return on satisfies never;
  }
}
