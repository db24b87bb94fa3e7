/** The request that an HTTP step describes, ready to be sent, and the words for it. */
import type { HttpBody, HttpStep } from '../../plan/plan.ts';

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const DEFAULT_HEADERS = { 'user-agent': 'runjobs', accept: '*/*', 'accept-encoding': 'gzip, deflate, br' };

/** The request of a step; its own headers win. Undefined where its url is none that {@link webUrl} knows. */
export function requestOf({ method, url: text, headers, body }: HttpStep): HttpRequest | undefined {
  const url = webUrl(text);
  return (
    url && {
      method,
      url,
      headers: { ...DEFAULT_HEADERS, ...contentType(body), ...credentials(url), ...lowerCase(headers) },
      ...(body === undefined ? {} : { body: body.type === 'json' ? JSON.stringify(body.value) : body.text }),
    }
  );
}

/** An http or https URL, relative ones from `from`; undefined for anything else. */
export function webUrl(text: string, from?: URL): URL | undefined {
  if (!URL.canParse(text, from?.href)) return undefined;
  const url = new URL(text, from);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined;
}

/** `GET https://user:***@host/path`. */
export function label({ method, url }: HttpRequest): string {
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

function contentType(body: HttpBody | undefined): Record<string, string> {
  return body?.type === 'json' ? { 'content-type': 'application/json' } : {};
}

/** Basic authentication, where the URL has a name or a password. */
export function credentials({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const pair = `${decoded(username)}:${decoded(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** Percent signs that stand for nothing stay as they are. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
