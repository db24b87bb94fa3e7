/** Redirects: which responses send the client elsewhere, and with what request. */
import type { HttpAuth } from '../../plan/plan.ts';
import { credentials } from './auth.ts';
import type { HttpResponse } from './exchange.ts';
import { headerText } from './header-text.ts';
import { proxyFor } from './proxy.ts';
import { type HttpRequest, label, masked, webUrl } from './request.ts';
import { wayElsewhere } from './route.ts';

/** Redirects that a step follows, one after the other, where it does not say. */
export const MAX_REDIRECTS = 5;

const SECRETS = ['authorization', 'cookie', 'proxy-authorization'];

/** Why a request cannot be made where it leads, in words. */
export interface NoWay {
  readonly fault: string;
}

/**
 * The request that a response asks for; undefined where it is an answer, or leads to no http or https URL.
 *
 * GET and HEAD go where they are sent, by 301, 302, 303, 307 and 308. What changes things on a server is not repeated
 * elsewhere: only 303, which asks for it, turns any request into a GET. Another origin is told no secrets.
 */
export function redirectOf(
  request: HttpRequest,
  { statusCode: status, headers: { location } }: HttpResponse,
  surroundings: Surroundings,
): HttpRequest | NoWay | undefined {
  const isReading = isReadOnly(request);
  const isFollowed = status === 303 || (isReading && [301, 302, 307, 308].includes(status));
  const url = isFollowed && typeof location === 'string' ? webUrl(headerText(location), request.url) : undefined;
  if (url === undefined) return undefined;

  const next = otherRequest(request, url, surroundings);
  if (status !== 303 || isReading || 'fault' in next) return next;
  const { payload: _, ...rest } = next;
  const headers = Object.entries(rest.headers).filter(([name]) => !name.startsWith('content-'));
  return { ...rest, method: 'GET', headers: Object.fromEntries(headers) };
}

/** Of a redirect which browsers and curl follow, by a GET in its place, and we do not: what to do; empty of any other answer. */
export function unfollowedWords(
  request: HttpRequest,
  { statusCode: status, headers: { location } }: HttpResponse,
): string {
  if (isReadOnly(request) || (status !== 301 && status !== 302)) return '';
  if (typeof location !== 'string' || webUrl(headerText(location), request.url) === undefined) return '';
  const { method } = request;
  return `${method} does not follow it: expect the status ${status} if that is the answer, else send the ${method} where it leads`;
}

/** Of a request that a redirect has made of another one, which changes things: which that was; else empty. */
export function turnedWords(before: HttpRequest, after: HttpRequest): string {
  return before.method === after.method ? '' : `a 303 has turned ${label(before)} into this ${after.method}`;
}

function isReadOnly({ method }: HttpRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** What decides about the proxy, and about who asks. */
export interface Surroundings {
  /** What the step says. */
  readonly proxy: string | false | undefined;
  /** What the step says: after `false` no url names anybody. */
  readonly auth: HttpAuth | false | undefined;
  readonly env: Readonly<Record<string, string>>;
}

/** The same request to a URL that a server has named. Another origin is told no secrets. A bad proxy is no way past it. */
export function otherRequest(request: HttpRequest, url: URL, surroundings: Surroundings): HttpRequest | NoWay {
  const { proxy: given, auth, env } = surroundings;
  const isElsewhere = url.origin !== request.url.origin;
  const proxy = isElsewhere ? proxyFor(url, given, { env }) : request.proxy;
  if (proxy !== undefined && 'fault' in proxy) {
    return { fault: `this leads to "${masked(url.href)}", and ${proxy.fault}` };
  }
  const { proxy: _, payload, ...rest } = request;
  const headers = Object.entries(request.headers).filter(
    ([name]) => name !== 'host' && !(isElsewhere && (SECRETS.includes(name) || name.startsWith('content-'))),
  );
  // What the step itself says comes before the urls.
  const isSaid = !isElsewhere && request.headers.authorization !== credentials(request.url).authorization;
  return {
    ...rest,
    url,
    ...(payload === undefined || isElsewhere ? {} : { payload }),
    headers: { ...Object.fromEntries(headers), ...(auth === false || isSaid ? {} : credentials(url)) },
    way: isElsewhere ? wayElsewhere(request.way) : request.way,
    ...(proxy === undefined ? {} : { proxy }),
  };
}
