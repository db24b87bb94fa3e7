/** The texts of a request as it is sent: with their variables in them. */
import type { HttpAuth, HttpBody, HttpManner, HttpPart, HttpRequest } from '../plan/plan.ts';
import { expandUrl } from '../plan/url-variables.ts';
import { finalExpect } from './final-expect.ts';
import { finalJsonText } from './final-json.ts';
import { Unexpandable, UnsetVariable, type Variables } from './variables.ts';

/**
 * What of the request changes once every `${NAME}` in it is replaced.
 * @throws {Unexpandable} when a name has no value and no default, or a value cannot stand where it should.
 */
export function finalRequest(request: HttpRequest, variables: Variables): Partial<HttpRequest> & { url: string } {
  const { url, baseUrl, linkBase, query, headers, body, auth, authFor, idempotencyKey: key, expect } = request;
  const text = (value: string) => variables.expand(value);
  return {
    url: linkBase === undefined ? finalUrl(url, variables) : finalLink(url, linkBase, variables),
    ...(baseUrl === undefined ? {} : { baseUrl: finalBase(baseUrl, variables) }),
    headers: mapValues(headers, (value, name) => finalHeader(name, text(value))),
    ...(query === undefined ? {} : { query: query.map(([name, value]) => [name, text(value)] as const) }),
    ...(body === undefined ? {} : { body: finalBody(body, variables) }),
    ...(auth === undefined ? {} : { auth: finalAuth(auth, text) }),
    ...(authFor === undefined ? {} : { authFor: finalUrl(authFor, variables) }),
    ...(typeof key === 'string' ? { idempotencyKey: finalKey(text(key)) } : {}),
    ...finalManner(request, text),
    expect: finalExpect(expect, variables),
  };
}

type Text = (value: string) => string;

function finalManner({ session, proxy, tls, socket }: HttpRequest, text: Text): HttpManner {
  return {
    ...(typeof session === 'string' ? { session: notBlank('session', text(session)) } : {}),
    ...(typeof proxy === 'string' ? { proxy: text(proxy) } : {}),
    ...(tls === undefined ? {} : { tls: { ...tls, ...finalFiles(tls, text) } }),
    ...(socket === undefined ? {} : { socket: text(socket) }),
  };
}

function finalFiles({ ca, cert, key }: NonNullable<HttpManner['tls']>, text: Text): Record<string, string> {
  const files = Object.entries({ ca, cert, key });
  return Object.fromEntries(files.flatMap(([name, path]) => (path === undefined ? [] : [[name, text(path)]])));
}

function finalUrl(url: string, variables: Variables): string {
  const expansion = expandUrl(url, name => variables.get(name));
  switch (expansion.type) {
    case 'text':
      return expansion.text;
    case 'unset':
      throw new UnsetVariable(expansion.name);
    case 'unfit':
      throw new Unexpandable(expansion.message);
    default:
      return expansion satisfies never;
  }
}

/** A url, or a link as servers give it, without a host: that leads from the base, as it would in a page. */
function finalLink(link: string, linkBase: string, variables: Variables): string {
  const url = finalUrl(link, variables);
  if (!/^[/?]/.test(url)) return url;
  const base = finalBase(linkBase, variables);
  return URL.canParse(url, base) ? new URL(url, base).href : url;
}

function finalBase(baseUrl: string, variables: Variables): string {
  const base = finalUrl(baseUrl, variables);
  if (!/[?#]/.test(base)) return base;
  throw new Unexpandable(
    'baseUrl: once its variables are in it, it has a query or a fragment, and the url of the request stands behind it; write a query into httpDefaults.query',
  );
}

/** All requests with an empty key would be one to their server. */
function finalKey(key: string): string {
  return finalHeader('Idempotency-Key', notBlank('idempotencyKey', key));
}

function notBlank(key: string, value: string): string {
  if (value.trim() === '') throw new Unexpandable(`${key}: once its variables are in it, it is empty`);
  return value;
}

function finalHeader(name: string, value: string): string {
  const fault = headerFault(value);
  if (fault !== undefined) throw new Unexpandable(`the header "${name}" ${fault}`);
  return value;
}

/** Why a text cannot be the value of a header. */
function headerFault(value: string): string | undefined {
  if (/[\r\n]$/.test(value)) return 'ends with a line break once its variables are in it: take that out of the value';
  if (/[\r\n]/.test(value)) return 'has several lines once its variables are in it, and a header has one';
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value))
    return 'holds, once its variables are in it, what is not Latin-1, and no header can';
  return undefined;
}

function finalAuth(auth: HttpAuth | false, text: Text): HttpAuth | false {
  if (auth === false) return false;
  switch (auth.type) {
    case 'bearer':
      return { type: 'bearer', token: finalHeader('Authorization', notBlank('auth.bearer', text(auth.token))) };
    case 'basic':
      return { type: 'basic', user: finalUser(text(auth.user)), password: text(auth.password) };
    case 'netrc':
      return auth;
    default:
      return auth satisfies never;
  }
}

function finalUser(user: string): string {
  if (user.includes(':')) throw new Unexpandable('auth: the name of a user holds no ":", behind which its password is');
  return user;
}

function finalBody(body: HttpBody, variables: Variables): HttpBody {
  const text = (value: string) => variables.expand(value);
  switch (body.type) {
    case 'text':
      return { ...body, text: text(body.text) };
    case 'json':
      return { type: 'text', text: finalJsonText(body.value, variables), contentType: 'application/json' };
    case 'form':
      return { type: 'form', fields: body.fields.map(([name, value]) => [name, text(value)] as const) };
    case 'file':
      return { type: 'file', path: text(body.path) };
    case 'multipart':
      return { type: 'multipart', parts: body.parts.map(part => finalPart(part, text)) };
    default:
      return body satisfies never;
  }
}

function finalPart(part: HttpPart, text: Text): HttpPart {
  const { contentType } = part;
  const type = contentType === undefined ? {} : { contentType: finalHeader('Content-Type', text(contentType)) };
  if (part.type === 'text') return { ...part, text: text(part.text), ...type };
  const fileName = part.fileName === undefined ? {} : { fileName: text(part.fileName) };
  return { ...part, path: text(part.path), ...fileName, ...type };
}

function mapValues<A, B>(map: Readonly<Record<string, A>>, change: (value: A, key: string) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value, key)]));
}
