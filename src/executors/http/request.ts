/** The request that an HTTP step describes, ready to be sent, and the words for it. */
import type { ExecuteContext } from '../../engine/executor.ts';
import type { HttpStep } from '../../plan/plan.ts';
import { authorizationOf, credentials } from './auth.ts';
import { mayCarry } from './http2.ts';
import { idempotencyHeader } from './idempotency.ts';
import { type Payload, payloadOf, typeOfParts } from './payload.ts';
import { proxyFor } from './proxy.ts';
import { type Way, wayOf } from './route.ts';
import { USER_AGENT } from './version.ts';

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly payload?: Payload;
  readonly way: Way;
  /** Through which it goes. */
  readonly proxy?: URL;
}

/** Why a request cannot be made, in words: its url is none, or something that it needs is not there. */
export interface NoRequest {
  readonly type: 'url' | 'start';
  readonly fault: string;
}

export type RequestPlace = Pick<ExecuteContext, 'env' | 'path' | 'ticks'>;

/** The request of a step; its own headers win. Relative paths start from `folder`. */
export function requestOf(step: HttpStep, place: RequestPlace, folder: string): HttpRequest | NoRequest {
  const url = webUrl(step.url);
  if (url === undefined) {
    return { type: 'url', fault: `"${masked(step.url)}" is not a URL such as "https://example.org/health"` };
  }
  const { query, auth, authFor, body, decompress = true } = step;
  if (query !== undefined) url.search = [url.search.slice(1), ...query.map(encoded)].filter(Boolean).join('&');
  const payload = body && payloadOf(body, folder);
  if (payload !== undefined && 'fault' in payload) return { type: 'start', fault: payload.fault };
  if (payload !== undefined && step.http2 === true && !mayCarry(step.method)) {
    const fault = `${step.method} carries no body over HTTP/2; choose another method, or take out http2`;
    return { type: 'start', fault };
  }
  const way = wayOf(step, folder);
  if ('fault' in way) return { type: 'start', fault: way.fault };
  const proxy = proxyFor(url, step.socket === undefined ? step.proxy : false, place);
  if (proxy !== undefined && 'fault' in proxy) return { type: 'start', fault: proxy.fault };
  const headers = lowerCase(step.headers);
  const isToBeTold = auth !== undefined && headers.authorization === undefined && isOf(url, authFor);
  const authorization = isToBeTold ? authorizationOf(auth, url, place.env) : credentials(url);
  if ('fault' in authorization) return { type: 'start', fault: authorization.fault };
  return {
    method: step.method,
    url,
    headers: {
      'user-agent': USER_AGENT,
      accept: step.expect.event === undefined ? '*/*' : 'text/event-stream',
      ...(decompress ? { 'accept-encoding': 'gzip, deflate, br' } : {}),
      ...(payload?.contentType === undefined ? {} : { 'content-type': payload.contentType }),
      ...authorization,
      ...idempotencyHeader(step, place),
      ...headers,
      ...typeOfParts(payload, headers['content-type']),
    },
    ...(payload === undefined ? {} : { payload }),
    way,
    ...(proxy === undefined ? {} : { proxy }),
  };
}

/** Whether the step itself has a header of this name, which is in lower case. */
export function hasHeader({ headers }: Pick<HttpStep, 'headers'>, name: string): boolean {
  return Object.keys(headers).some(one => one.toLowerCase() === name);
}

/** Whether a url is of the site that a secret is for. */
function isOf({ origin }: URL, site: string | undefined): boolean {
  return site === undefined || webUrl(site)?.origin === origin;
}

function encoded([name, value]: readonly [string, string]): string {
  return `${encodeURIComponent(wellFormed(name))}=${encodeURIComponent(wellFormed(value))}`;
}

function wellFormed(text: string): string {
  return text.replace(/\p{Cs}/gu, '\ufffd');
}

/** An http or https URL, relative ones from `from`; undefined for anything else. */
export function webUrl(text: string, from?: URL): URL | undefined {
  try {
    const url = new URL(text, from);
    return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined;
  } catch {
    return undefined;
  }
}

/** `GET https://user:***@host/path`. */
export function label({ method, url }: Pick<HttpRequest, 'method' | 'url'>): string {
  return `${method} ${masked(url.href)}`;
}

/** A URL, or what was meant to be one, without its password. */
export function masked(text: string): string {
  const url = webUrl(text);
  // Of what cannot be understood everything before the last @ may be secret.
  if (url === undefined) return text.replace(/^.*@/s, '***@');
  if (url.username === '' && url.password === '') return text;
  // A name without a password is a token.
  const user = url.password === '' ? '***' : `${url.username}:***`;
  return `${url.protocol}//${user}@${url.host}${url.pathname}${url.search}`;
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
