/** Which requests may be sent twice without doing more than once (RFC 9110, 9.2.2). */
import type { HttpRequest } from './http-step.ts';

const IDEMPOTENT = ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'];

/** By its method, or by a key by which the server knows it again. */
export function isIdempotent({ method, idempotencyKey }: Pick<HttpRequest, 'method' | 'idempotencyKey'>): boolean {
  return IDEMPOTENT.includes(method) || idempotencyKey !== undefined;
}
