/** What an answer means for its step: as expected or not, in words, with how its body begins. */
import { STATUS_CODES } from 'node:http';
import type { Failed, HttpTrouble, Outcome } from '../../events/outcome.ts';
import type { HttpExpect } from '../../plan/plan.ts';
import type { HttpResponse } from './exchange.ts';
import { headerText } from './header-text.ts';
import { type HttpRequest, label, masked } from './request.ts';
import type { Excerpt } from './shown.ts';

/** Whether the status is one that counts as success. */
export function isExpected({ status: wanted }: HttpExpect, status: number): boolean {
  return wanted.includes(status) || wanted.some(one => one === `${Math.floor(status / 100)}xx`);
}

/** `GET http://host/path answered 404 Not Found, expected 2xx`. */
export function wrongStatus(
  request: HttpRequest,
  { statusCode, headers }: HttpResponse,
  { status }: HttpExpect,
  excerpt: Excerpt,
): Failed {
  const places = [statusCode < 400 ? (headers.location ?? []) : []].flat();
  const target =
    places.length === 0
      ? ''
      : ` and leads to ${places.map(place => `"${masked(headerText(place))}"`).join(' and to ')}`;
  const message = `${answered(request, statusCode)}${target}, expected ${status.join(' or ')}`;
  return {
    ...failed('status', message, { status: statusCode, body: excerpt.text() }),
    ...retryAfter(headers),
  };
}

/** `GET http://host/path answered 200 OK, but "/status" is "down", expected "up"`. @param unmet in words, all of it. */
export function notAsExpected(
  request: HttpRequest,
  { statusCode }: HttpResponse,
  unmet: readonly string[],
  excerpt: Excerpt,
  kind: HttpTrouble = 'answer',
): Failed {
  const message = `${answered(request, statusCode)}, but ${unmet.join('; ')}`;
  return failed(kind, message, { status: statusCode, body: excerpt.text() });
}

/** The failure of a request. */
export function failed(
  kind: HttpTrouble,
  message: string,
  { status, body }: { readonly status?: number; readonly body?: string | undefined } = {},
): Failed {
  return {
    state: 'failed',
    reason: { type: 'http', kind, message, ...(body === undefined ? {} : { body }) },
    ...(status === undefined ? {} : { status }),
  };
}

/** The same outcome; the failure of a request says in the end what else there is to know. @param words empty: nothing. */
export function withWords(outcome: Outcome, words: string): Outcome {
  if (words === '' || outcome.state !== 'failed' || outcome.reason.type !== 'http') return outcome;
  return { ...outcome, reason: { ...outcome.reason, message: `${outcome.reason.message}; ${words}` } };
}

function answered(request: HttpRequest, status: number): string {
  return [`${label(request)} answered ${status}`, STATUS_CODES[status] ?? []].flat().join(' ');
}

/** What the server asks to wait, the longest where it says it twice. Source: RFC 9110, 10.2.3. */
function retryAfter(headers: HttpResponse['headers']): { retryAfterMs?: number } {
  const asked = [headers['retry-after'] ?? []].flat().map(waitOf).filter(Number.isFinite);
  const waits = asked.length === 0 ? untilReset(headers) : asked;
  return waits.length === 0 ? {} : { retryAfterMs: Math.max(0, ...waits) };
}

/** Until it grants further requests, where none are left, as GitHub and others say it: a time, or seconds from now. */
function untilReset({ 'x-ratelimit-remaining': left, 'x-ratelimit-reset': reset }: HttpResponse['headers']): number[] {
  if (left !== '0' || typeof reset !== 'string' || !/^\d{1,10}$/.test(reset)) return [];
  const ms = Number(reset) * 1000;
  return [ms > YEARS_MS ? ms - Date.now() : ms];
}

/** Nobody asks to wait so long: it is a time since 1970. */
const YEARS_MS = 1e12;

/** Milliseconds, from seconds or from a date; `NaN` where it is neither. */
function waitOf(value: string): number {
  const text = value.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(Math.ceil(Number(text) * 1000), Number.MAX_SAFE_INTEGER);
  // JavaScript takes much for a date, and one without a zone for local.
  if (!/^[a-z]{3,9},? /i.test(text)) return Number.NaN;
  return Math.round(Date.parse(/GMT$/i.test(text) ? text : `${text} GMT`) - Date.now());
}
