/** Downloads that go on where an earlier attempt was broken off (RFC 9110, 14), so that no byte comes twice. */
import type { Failed, HttpTrouble } from '../../events/outcome.ts';
import type { HttpStep } from '../../plan/plan.ts';
import { sha256 } from '../../plan/sha256.ts';
import type { SavedFile } from '../saved-file.ts';
import type { HttpResponse } from './exchange.ts';
import type { HttpRequest } from './request.ts';

type Part = NonNullable<SavedFile['part']>;

/** Smaller bodies are asked for again as a whole. */
const LEAST_BYTES = 64 * 1024;

/** What was broken off from outside, so that the rest may come another time. */
const BROKEN: readonly (string | undefined)[] = ['dns', 'refused', 'unreachable', 'connect-timeout', 'reset', 'closed'];

/** By what the file of a step is found again; undefined where it is not gone on with. */
export function downloadSource({
  saveTo,
  method,
  url,
  query = [],
  headers,
  paginate,
  expect,
}: HttpStep): string | undefined {
  const hasRange = Object.keys(headers).some(name => name.toLowerCase() === 'range');
  if (saveTo === undefined || method !== 'GET' || hasRange) return undefined;
  if (paginate !== undefined || expect.event !== undefined) return undefined;
  return sha256(JSON.stringify([url, ...query]));
}

/** The request for the rest of a file; without a part of it, for all of it. Packed, it could not be cut. */
export function askingForRest(request: HttpRequest, step: HttpStep, part: Part | undefined): HttpRequest {
  const isOwn = Object.keys(step.headers).some(name => name.toLowerCase() === 'accept-encoding');
  const { range: _, 'if-range': __, ...headers } = request.headers;
  return {
    ...request,
    headers: {
      ...headers,
      ...(isOwn ? {} : { 'accept-encoding': 'identity' }),
      ...(part === undefined ? {} : { range: `bytes=${part.size}-`, 'if-range': part.validator }),
    },
  };
}

/**
 * What an answer is to somebody who has asked for the rest: that, or its beginning; all of the file; another part; the rest
 * of another version, for all that one can tell; or that there is no rest.
 */
export function restIn(response: HttpResponse, part: Part): 'rest' | 'all' | 'other' | 'changed' | 'none' {
  const { statusCode } = response;
  if (statusCode === 416) return 'none';
  if (statusCode !== 206) return 'all';
  const { start, total } = rangeOf(response);
  if (start !== part.size) return 'other';
  return total === undefined || !isOfVersion(response, part) ? 'changed' : 'rest';
}

/** Once the rest has come: what is wrong where the file does not have its size by it. */
export function misfit(
  response: HttpResponse,
  size: number,
): { readonly kind: HttpTrouble; readonly words: string } | undefined {
  const { total = size } = rangeOf(response);
  if (size === total) return undefined;
  if (size > total) return { kind: 'protocol', words: `the server sent more than the ${total} bytes of the file` };
  const words = `the server sent the file up to byte ${size} of ${total} only; the next attempt asks for the rest`;
  return { kind: 'closed', words };
}

function rangeOf({ headers }: HttpResponse): { readonly start?: number; readonly total?: number } {
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(String(headers['content-range']).trim()) ?? [];
  if (start === undefined) return {};
  return { start: Number(start), ...(total === '*' ? {} : { total: Number(total) }) };
}

/** An ETag is told again with each part; a date need not be. Source: RFC 9110, 15.3.7. */
function isOfVersion({ headers }: HttpResponse, { validator }: Part): boolean {
  if (headers['content-encoding'] !== undefined) return false;
  const { etag, 'last-modified': modified = validator } = headers;
  return validator.startsWith('"') ? etag === validator : modified === validator;
}

/** By what the server knows the file again; undefined where it cannot send the rest of it, or that is not worth it. */
export function validatorOf({ statusCode, headers }: HttpResponse): string | undefined {
  const { etag, date, 'last-modified': modified, 'content-length': length, 'accept-ranges': ranges } = headers;
  // A part that nobody has asked for.
  if (statusCode === 206) return undefined;
  if (headers['content-encoding'] !== undefined || ranges === 'none') return undefined;
  if (length !== undefined && Number(length) < LEAST_BYTES) return undefined;
  if (typeof etag === 'string' && !etag.startsWith('W/')) return etag;
  if (typeof modified !== 'string' || typeof date !== 'string') return undefined;
  // What has changed twice in a second has one date. Source: RFC 9110, 8.8.2.2.
  return Date.parse(date) - Date.parse(modified) >= 1000 ? modified : undefined;
}

/** Whether what has come until this failure may be gone on with. */
export function isBrokenOff({ reason, status = 0 }: Failed): boolean {
  return reason.type === 'http' && (BROKEN.includes(reason.kind) || status >= 500 || [408, 425, 429].includes(status));
}
