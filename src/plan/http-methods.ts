/** Methods of requests: which there are, and which may be sent twice without doing more than once (RFC 9110, 9.2.2). */
import type { HttpRequest } from './http-step.ts';

/** Those of the registry of IANA that a request has, and PURGE, which caches know. */
const KNOWN =
  'ACL BASELINE-CONTROL BIND CHECKIN CHECKOUT CONNECT COPY DELETE GET HEAD LABEL LINK LOCK MERGE MKACTIVITY MKCALENDAR MKCOL MKREDIRECTREF MKWORKSPACE MOVE OPTIONS ORDERPATCH PATCH POST PROPFIND PROPPATCH PURGE PUT QUERY REBIND REPORT SEARCH TRACE UNBIND UNCHECKOUT UNLINK UNLOCK UPDATE UPDATEREDIRECTREF VERSION-CONTROL'.split(
    ' ',
  );

const IDEMPOTENT = ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'];

/** By its method, or by a key by which the server knows it again. */
export function isIdempotent({ method, idempotencyKey }: Pick<HttpRequest, 'method' | 'idempotencyKey'>): boolean {
  return IDEMPOTENT.includes(method) || idempotencyKey !== undefined;
}

/** What to say of a method that no server is likely to know, such as the name of a program; undefined of any other. */
export function strangeMethod(method: string): string | undefined {
  if (KNOWN.includes(method.toUpperCase())) return undefined;
  return `"${method.toUpperCase()}" is no known method; a request is its method and its URL, such as "GET https://example.org"`;
}
