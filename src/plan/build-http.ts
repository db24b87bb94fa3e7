/** Makes what a plan says of a request: with what stands in `httpDefaults` around it, its own keys first. */
import { type TextOf, textsOf } from './build-data.ts';
import { expectOf } from './build-expect.ts';
import { partsOf } from './build-parts.ts';
import type {
  AuthInput,
  FieldsInput,
  HttpDefaultsInput,
  HttpInput,
  HttpSharedInput,
  PaginateInput,
} from './http-input.ts';
import type { Field, HttpAuth, HttpBody, HttpManner, HttpPaginate, HttpRequest, HttpTls } from './http-step.ts';
import type { ScalarInput } from './input-terms.ts';
import { isRaw } from './raw.ts';
import { parseRequestLine } from './request-line.ts';
import { parseSize } from './size.ts';
import type { Path } from './source.ts';
import { isRelative, joinedUrl } from './url-joining.ts';

/** What requests have from the groups around them. */
export interface HttpDefaults extends HttpManner {
  readonly baseUrl?: string;
  readonly query?: readonly Field[];
  readonly headers?: Readonly<Record<string, string>>;
  /** `false`: none, whatever stands further out. */
  readonly auth?: HttpAuth | false;
  /** The `baseUrl` that it stands beside: the secret is meant for that site. */
  readonly authFor?: string | undefined;
}

/** The request of an `http` body, whose place is `path`. */
export function requestOf(
  input: string | HttpInput,
  path: Path,
  textOf: TextOf,
  defaults: HttpDefaults = {},
): HttpRequest {
  if (typeof input === 'string') {
    const line = parseRequestLine(input) ?? { method: 'GET', url: input };
    return requestOf(line, path, textOf, defaults);
  }
  const { baseUrl, headers = {}, auth, authFor, ...shared } = merged(defaults, sharedOf(input, path, textOf));
  const body = bodyOf(input, path, textOf);
  const joined = baseUrl !== undefined && isRelative(input.url) ? joinedUrl(baseUrl, input.url) : undefined;
  const isSaid = joined !== undefined && authFor === baseUrl;
  return {
    method: (input.method ?? 'GET').toUpperCase(),
    url: joined ?? input.url,
    ...(joined !== undefined && baseUrl?.includes('${') ? { baseUrl } : {}),
    ...(baseUrl !== undefined && input.url.startsWith('${') ? { linkBase: baseUrl } : {}),
    headers,
    ...shared,
    ...(body === undefined ? {} : { body }),
    ...(input.idempotencyKey === undefined ? {} : { idempotencyKey: input.idempotencyKey }),
    ...(auth === undefined ? {} : { auth }),
    ...(!isSaid && authFor !== undefined ? { authFor } : {}),
    ...(input.paginate === undefined ? {} : { paginate: paginateOf(input.paginate) }),
    expect: expectOf(input.expect ?? {}, [...path, 'expect'], textOf),
  };
}

/** The `httpDefaults` at `path`, over those further out. */
export function defaultsOf(
  input: HttpDefaultsInput,
  path: Path,
  textOf: TextOf,
  outer: HttpDefaults = {},
): HttpDefaults {
  const { baseUrl = outer.baseUrl, auth } = input;
  const inner = merged(outer, { ...sharedOf(input, path, textOf), ...(baseUrl === undefined ? {} : { baseUrl }) });
  // A netrc knows itself whom it tells.
  return isRaw(auth) && auth.netrc === undefined ? { ...inner, authFor: baseUrl } : inner;
}

function sharedOf(input: HttpSharedInput, path: Path, textOf: TextOf): HttpDefaults {
  const { query, headers, auth, follow, maxBody, ...rest } = input;
  return {
    ...(query === undefined ? {} : { query: fieldsOf(query, [...path, 'query'], textOf) }),
    ...(headers === undefined ? {} : { headers: textsOf(headers, [...path, 'headers'], textOf) }),
    ...(auth === undefined ? {} : { auth: auth === false ? false : authOf(auth), authFor: undefined }),
    ...(follow === undefined ? {} : { follow: follow === false ? 0 : follow }),
    ...mannerOf(rest),
    ...(maxBody === undefined ? {} : { maxBody: parseSize(maxBody) ?? 0 }),
  };
}

/**
 * Headers, whose names may be written in any case, query and tls are merged by name; of all else the inner one counts.
 * Who asks is said by `auth` or by a header: either takes the place of both further out.
 */
function merged({ auth, authFor, ...outer }: HttpDefaults, inner: HttpDefaults): HttpDefaults {
  const names = new Set(Object.keys(inner.headers ?? {}).map(name => name.toLowerCase()));
  const saysWho = inner.auth !== undefined || names.has('authorization');
  if (saysWho) names.add('authorization');
  const headers = Object.entries(outer.headers ?? {}).filter(([name]) => !names.has(name.toLowerCase()));
  const query = (outer.query ?? []).filter(([name]) => !inner.query?.some(([other]) => other === name));
  return {
    ...outer,
    ...(saysWho || auth === undefined ? {} : { auth, authFor }),
    ...inner,
    ...(outer.tls === undefined ? {} : { tls: { ...outer.tls, ...inner.tls } }),
    ...(outer.headers === undefined ? {} : { headers: { ...Object.fromEntries(headers), ...inner.headers } }),
    ...(outer.query === undefined ? {} : { query: [...query, ...(inner.query ?? [])] }),
  };
}

function fieldsOf(fields: FieldsInput, path: Path, textOf: TextOf): readonly Field[] {
  return Object.entries(fields).flatMap(([name, value]) => {
    const at = [...path, name];
    if (!Array.isArray(value)) return [[name, textOf(value as ScalarInput, at)] as const];
    return value.map((one, index) => [name, textOf(one, [...at, index])] as const);
  });
}

/** What is the same in the plan. */
function mannerOf({ decompress, session, proxy, tls, http2, socket }: HttpSharedInput): HttpManner {
  return {
    ...(decompress === undefined ? {} : { decompress }),
    ...(session === undefined ? {} : { session }),
    ...(proxy === undefined ? {} : { proxy }),
    ...(tls === undefined ? {} : { tls: tls as HttpTls }),
    ...(http2 === undefined ? {} : { http2 }),
    ...(socket === undefined ? {} : { socket }),
  };
}

function authOf({ bearer, basic }: AuthInput): HttpAuth {
  if (bearer !== undefined) return { type: 'bearer', token: bearer };
  return basic === undefined ? { type: 'netrc' } : { type: 'basic', user: basic.user, password: basic.password };
}

function paginateOf({ next, items, max }: PaginateInput): HttpPaginate {
  return {
    next: nextOf(next),
    ...(items === undefined ? {} : { items }),
    ...(max === undefined ? {} : { max }),
  };
}

function nextOf(next: PaginateInput['next']): HttpPaginate['next'] {
  if (next === 'header') return { type: 'header' };
  if (typeof next === 'string') return { type: 'pointer', pointer: next };
  const { param: name, from: pointer } = next;
  return pointer === undefined ? { type: 'param', name } : { type: 'cursor', name, pointer };
}

function bodyOf(input: HttpInput, path: Path, textOf: TextOf): HttpBody | undefined {
  const { json, form, multipart, file, body } = input;
  if (json !== undefined) return { type: 'json', value: json };
  if (form !== undefined) return { type: 'form', fields: fieldsOf(form, [...path, 'form'], textOf) };
  if (multipart !== undefined) {
    return { type: 'multipart', parts: partsOf(multipart, [...path, 'multipart'], textOf) };
  }
  if (file !== undefined) return { type: 'file', path: file };
  return body === undefined ? undefined : { type: 'text', text: body };
}
