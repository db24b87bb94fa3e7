/** The rules of an `http` body that are about more than one key, or about the meaning of a text. */
import { REQUEST_BODIES } from './bodies.ts';
import { expectFindings } from './expect-checks.ts';
import { isIdempotent, strangeMethod } from './http-methods.ts';
import { isInexact } from './json-value.ts';
import { keptNameFindings } from './kept-name.ts';
import { quote, quoteText } from './quote.ts';
import { isRaw, type Raw } from './raw.ts';
import { parseRequestLine } from './request-line.ts';
import type { Finding, Path } from './source.ts';
import { isRelative } from './url-joining.ts';
import { expand } from './variables.ts';

/** Checks the value of `http`; what has a wrong type is passed over. @param hasBase whether there is a `baseUrl` around it. */
export function httpFindings(http: unknown, path: Path, hasBase: boolean): { errors: Finding[]; warnings: Finding[] } {
  const errors: Finding[] = [];
  const warnings: Finding[] = [];
  if (typeof http === 'string') {
    const line = parseRequestLine(http);
    const message = line
      ? (urlFault(line.url, hasBase) ?? methodFault(line.method))
      : `expected a request such as "GET https://example.org", got ${quoteText(http)}`;
    if (message) errors.push({ message, path, at: 'value' });
    warnings.push(...methodWarnings(line?.method, path));
    return { errors, warnings };
  }
  if (typeof http !== 'object' || http === null || Array.isArray(http)) return { errors, warnings };
  const request: Raw = { ...http };
  const message = typeof request.url === 'string' ? urlFault(request.url, hasBase) : undefined;
  if (message) errors.push({ message, path: [...path, 'url'], at: 'value' });
  const fault = typeof request.method === 'string' ? methodFault(request.method) : undefined;
  if (fault) errors.push({ message: fault, path: [...path, 'method'], at: 'value' });
  warnings.push(...methodWarnings(request.method, [...path, 'method']));
  const bodies = REQUEST_BODIES.filter(key => request[key] !== undefined);
  const [first = '', second] = bodies;
  if (second !== undefined) {
    errors.push({ message: `${first} and ${second} exclude each other; keep one`, path: [...path, second], at: 'key' });
  }
  const { method = 'GET', http2 } = request;
  if (first !== '' && http2 === true && typeof method === 'string' && /^(?:get|head)$/i.test(method)) {
    const message = `${method.toUpperCase()} carries no body over HTTP/2; choose another method, or take out http2`;
    errors.push({ message, path: [...path, first], at: 'key' });
  }
  const strange = request.json === undefined ? undefined : noJson(request.json, [...path, 'json']);
  if (strange) errors.push(strange);
  errors.push(...pagesFindings(request, path));
  for (const key of ['form', 'multipart'])
    errors.push(...keptNameFindings(request[key], [...path, key], 'name of a value'));
  errors.push(...sharedFindings(request, path), ...expectFindings(request.expect, [...path, 'expect']));
  for (const key of bodies) {
    if (request.method !== undefined) continue;
    warnings.push({
      message: `${key} is sent with GET, the default; add "method": "POST" if that is meant`,
      path: [...path, key],
      at: 'key',
    });
  }
  return { errors, warnings };
}

/** Warns of a `retry` that repeats nothing. */
export function retryWarnings({ http, retry }: Raw, path: Path): Finding[] {
  const isPlain = typeof retry === 'number' ? retry > 0 : isRaw(retry) && retry.on === undefined;
  const request: Raw = typeof http === 'string' ? { ...parseRequestLine(http) } : isRaw(http) ? http : {};
  const { method, idempotencyKey } = request;
  if (!isPlain || typeof method !== 'string' || idempotencyKey !== undefined) return [];
  if (isIdempotent({ method: method.toUpperCase() })) return [];
  const message = `retry repeats no ${method.toUpperCase()}, which may do twice what is meant once; add idempotencyKey to it, or say when: {times, on: [network]}`;
  return [{ message, path: [...path, 'retry'], at: 'key' }];
}

/** Checks `httpDefaults`; what has a wrong type is passed over. */
export function defaultsFindings(defaults: unknown, path: Path): Finding[] {
  if (!isRaw(defaults)) return [];
  const message = typeof defaults.baseUrl === 'string' ? baseFault(defaults.baseUrl) : undefined;
  const found: Finding[] = message === undefined ? [] : [{ message, path: [...path, 'baseUrl'], at: 'value' }];
  return [...found, ...sharedFindings(defaults, path)];
}

/** What is wrong with a `baseUrl`: behind its path stand those of requests. */
function baseFault(url: string): string | undefined {
  const [sign] = /[?#]/.exec(url) ?? [];
  if (sign === undefined) return urlFault(url, false);
  return sign === '?'
    ? `the urls of requests stand behind this, so it has no query; write what is behind the "?" into httpDefaults.query`
    : `the urls of requests stand behind this, so it has no fragment; take out the "#" and what is behind it`;
}

/** What requests and their defaults have in common. */
function sharedFindings({ headers, query, auth, tls, proxy }: Raw, path: Path): Finding[] {
  const isNone = typeof proxy === 'string' && !proxy.includes('${') && !/^(?:https?:\/\/)?[^/\s]+\/?$/.test(proxy);
  const message = `expected a URL such as "http://proxy.example:3128", got ${quote(proxy)}`;
  return [
    ...(isNone ? [{ message, path: [...path, 'proxy'], at: 'value' as const }] : []),
    ...tlsFindings(tls, [...path, 'tls']),
    ...headerFindings(headers, [...path, 'headers']),
    ...keptNameFindings(query, [...path, 'query'], 'name of a value'),
    ...authFindings(auth, [...path, 'auth']),
  ];
}

/** A certificate is of no use without its key, which may be in the same file. */
function tlsFindings(tls: unknown, path: Path): Finding[] {
  if (!isRaw(tls) || (tls.cert === undefined) === (tls.key === undefined)) return [];
  const [one, other] = tls.cert === undefined ? ['key', 'cert'] : ['cert', 'key'];
  return [{ message: `${one} goes with ${other}; add it, it may be the same file`, path: [...path, one], at: 'key' }];
}

/** What looks at one body goes not with several. */
function pagesFindings({ paginate, expect }: Raw, path: Path): Finding[] {
  if (paginate === undefined || !isRaw(expect)) return [];
  return ['sha256', 'event'].flatMap(key => {
    if (expect[key] === undefined) return [];
    const message = `${key} is about one body, and paginate walks through several; take one of them out`;
    return [{ message, path: [...path, 'expect', key], at: 'key' as const }];
  });
}

function authFindings(auth: unknown, path: Path): Finding[] {
  if (!isRaw(auth)) return [];
  const [first, second] = ['bearer', 'basic', 'netrc'].filter(key => auth[key] !== undefined);
  if (first === undefined) return [{ message: 'add one of bearer, basic, netrc', path, at: 'value' }];
  const user = userFindings(auth.basic, [...path, 'basic', 'user']);
  if (second === undefined) return user;
  const message = `${first} and ${second} exclude each other; keep one`;
  return [{ message, path: [...path, second], at: 'key' }, ...user];
}

/** What a variable brings into the name is looked at when the request is made. */
function userFindings(basic: unknown, path: Path): Finding[] {
  if (!isRaw(basic) || typeof basic.user !== 'string') return [];
  const written = expand(basic.user, () => 'x');
  if (written.type === 'unset' || !written.text.includes(':')) return [];
  const message = 'the name of a user holds no ":", behind which its password is; write that into password';
  return [{ message, path, at: 'value' }];
}

/** What is wrong with a URL, as far as it is known before its variables are. */
function urlFault(url: string, hasBase: boolean): string | undefined {
  const got = `got ${quoteText(url)}`;
  if (/^\s|\s$|[\t\r\n]/.test(url)) return `expected a URL without line breaks or spaces around it, ${got}`;
  if (url.includes('${') || (hasBase && isRelative(url))) return undefined;
  const scheme = URL.canParse(url) ? new URL(url).protocol : undefined;
  if (scheme === 'http:' || scheme === 'https:') return undefined;
  return `expected an absolute URL such as "https://example.org/health", ${got}`;
}

function methodFault(method: string): string | undefined {
  if (method.toUpperCase() !== 'CONNECT') return undefined;
  return 'CONNECT asks for a tunnel, which no step can use; choose another method';
}

function methodWarnings(method: unknown, path: Path): Finding[] {
  const message = typeof method === 'string' ? strangeMethod(method) : undefined;
  return message === undefined ? [] : [{ message, path, at: 'value' }];
}

/** Headers that are about the connection, and not about the request that it carries. */
const OF_CONNECTION: readonly string[] = [
  'connection',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
];

/** The one value with which such a header may be set. */
const MAY_BE: ReadonlyMap<string, string> = new Map([
  ['connection', 'close'],
  ['te', 'trailers'],
]);

function headerFindings(headers: unknown, path: Path): Finding[] {
  const found = keptNameFindings(headers, path, 'header');
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) return found;
  const names = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    const other = names.get(name.toLowerCase());
    names.set(name.toLowerCase(), name);
    const fault = other === undefined ? nameFault(name, value) : `${name} and ${other} are one header; keep one`;
    if (fault) found.push({ message: fault, path: [...path, name], at: 'key' });
    else if (typeof value === 'string') {
      const message = valueFault(value);
      if (message) found.push({ message, path: [...path, name], at: 'value' });
    }
  }
  return found;
}

/** Why a header cannot be sent by a step, whatever its value is. */
function nameFault(name: string, value: unknown): string | undefined {
  const lower = name.toLowerCase();
  if (lower === 'content-length') return `runjobs counts the ${name} itself; take it out`;
  if (!OF_CONNECTION.includes(lower)) return undefined;
  const allowed = MAY_BE.get(lower);
  if (allowed !== undefined && typeof value === 'string' && value.trim().toLowerCase() === allowed) return undefined;
  const orSet = allowed === undefined ? '' : `, or set it to "${allowed}"`;
  return `the header ${name} is about the connection, which runjobs manages; take it out${orSet}`;
}

function valueFault(value: string): string | undefined {
  if (/[\r\n\0]/.test(value)) return `expected a header value on one line, got ${quoteText(value)}`;
  if (!/[^\t\x20-\x7e\x80-\xff]/.test(value)) return undefined;
  return `expected a header value of Latin-1 characters, got ${quoteText(value)}; encode it`;
}

/** From here on JavaScript writes numbers with an exponent, as whoever means them does. */
const EXPONENT_FROM = 1e21;

/** The first thing inside a value that JSON has no way to write, or that is not kept exactly. A member that is undefined is absent. */
function noJson(value: unknown, path: Path): Finding | undefined {
  if (typeof value === 'number' && isInexact(value) && Math.abs(value) < EXPONENT_FROM) {
    const message =
      'a number of this size would be sent as one of its neighbours; set it in env, and write "${NAME:json}" here';
    return { message, path, at: 'value' };
  }
  if (value === null || ['string', 'boolean'].includes(typeof value) || Number.isFinite(value)) return undefined;
  if (typeof value !== 'object') {
    return { message: `expected a value that JSON can hold, got ${quote(value)}`, path, at: 'value' };
  }
  const isList = Array.isArray(value);
  for (const [part, inner] of isList ? value.entries() : Object.entries(value)) {
    const found = inner === undefined && !isList ? undefined : noJson(inner, [...path, part]);
    if (found) return found;
  }
  return undefined;
}
