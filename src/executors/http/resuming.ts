/** Downloads that go on where an earlier attempt was broken off (RFC 9110, 14), so that no byte comes twice. */
import type { Failed, HttpTrouble } from '../../events/outcome.ts';
import type { HttpStep } from '../../plan/plan.ts';
import { sha256 } from '../../plan/sha256.ts';
import type { Version } from '../parts.ts';
import type { SavedFile } from '../saved-file.ts';
import type { HttpResponse } from './exchange.ts';
import { type HttpRequest, hasHeader } from './request.ts';

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
  if (saveTo === undefined || method !== 'GET' || hasHeader({ headers }, 'range')) return undefined;
  if (paginate !== undefined || expect.event !== undefined) return undefined;
  return sha256(JSON.stringify([url, ...query]));
}

/** The request for the rest of a file; without a part of it, for all of it. Packed, it could not be cut. */
export function askingForRest(request: HttpRequest, step: HttpStep, part: Part | undefined): HttpRequest {
  if (hasHeader(step, 'range')) return request;
  const isOwn = hasHeader(step, 'accept-encoding');
  const { range: _, 'if-range': __, ...headers } = request.headers;
  return {
    ...request,
    headers: {
      ...headers,
      ...(isOwn ? {} : { 'accept-encoding': 'identity' }),
      ...(part === undefined ? {} : { range: `bytes=${part.size}-`, 'if-range': part.version.validator }),
    },
  };
}

/**
 * What an answer is to somebody who has asked for the rest: that, or its beginning; all of the file; another part, or the
 * rest of another version, for all that one can tell; or that there is no rest.
 * @param url who has answered.
 */
export function restIn(response: HttpResponse, { size, version }: Part, url: URL): 'rest' | 'all' | 'unfit' | 'none' {
  const { statusCode } = response;
  if (statusCode === 416) return 'none';
  if (statusCode !== 206) return 'all';
  const { start, total } = rangeOf(response);
  if (start !== size || total === undefined || total !== (version.total ?? total)) return 'unfit';
  return version.at === placeOf(url) && isOfVersion(response, version) ? 'rest' : 'unfit';
}

/** Whether an answer is a part of the file that the step has not asked for, and does not expect: it is not the file. */
export function isUnaskedPart({ statusCode }: HttpResponse, { headers }: HttpRequest, step: HttpStep): boolean {
  const { saveTo, paginate, expect } = step;
  if (statusCode !== 206 || saveTo === undefined || paginate !== undefined) return false;
  return headers.range === undefined && !expect.status.includes(206);
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
function isOfVersion({ headers }: HttpResponse, { validator }: Version): boolean {
  if (headers['content-encoding'] !== undefined) return false;
  const { etag, 'last-modified': modified = validator } = headers;
  return validator.startsWith('"') ? etag === validator : modified === validator;
}

/** Of what an answer is the beginning; undefined where the server cannot send the rest of it, or that is not worth it. */
export function versionOf(response: HttpResponse, url: URL): Version | undefined {
  const validator = validatorOf(response);
  if (validator === undefined) return undefined;
  const { announced: total } = response;
  return { validator, at: placeOf(url), ...(total === undefined ? {} : { total }) };
}

/** Without its query: where redirects lead, that is often made anew, and signed. */
function placeOf({ origin, pathname }: URL): string {
  return sha256(origin + pathname);
}

function validatorOf({ statusCode, headers }: HttpResponse): string | undefined {
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
