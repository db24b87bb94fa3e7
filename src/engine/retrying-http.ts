/** Which failures of a request are tried again where `retry` does not say: those that may pass, if it may be sent twice. */
import type { Failed, HttpTrouble } from '../events/outcome.ts';
import { isIdempotent } from '../plan/http-methods.ts';
import type { HttpRequest } from '../plan/plan.ts';

/** Nobody was reached, or not long enough. */
const PASSING: readonly (HttpTrouble | undefined)[] = [
  // Of an executor that does not tell.
  undefined,
  'dns',
  'refused',
  'unreachable',
  'connect-timeout',
  'reset',
  'closed',
];

/** Too slow, too early, too many; 5xx come to them, and a refusal that says until when it holds. */
const LATER = [408, 425, 429];
const REFUSED = 403;

/** Whether an answer has ended too early, though nothing was wrong with how: a stream, before what is waited for. */
export function isCutShort(reason: Failed['reason']): boolean {
  return reason.type === 'http' && reason.kind === 'closed';
}

/** Whether another attempt is worth it, and harmless. */
export function mayPass(request: Pick<HttpRequest, 'method' | 'idempotencyKey'>, failure: Failed): boolean {
  const { reason, status, retryAfterMs } = failure;
  // Nothing was sent.
  if (reason.type === 'timeout' && reason.clock === 'queue') return true;
  if (!isIdempotent(request)) return false;
  if (reason.type === 'timeout') return true;
  if (reason.type !== 'http') return false;
  if (status === undefined || isCutShort(reason)) return PASSING.includes(reason.kind);
  return status >= 500 || LATER.includes(status) || (status === REFUSED && retryAfterMs !== undefined);
}
