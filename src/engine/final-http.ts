/** The texts of a request as it is sent: with their variables in them. */
import type { HttpBody, HttpRequest, Json } from '../plan/plan.ts';
import { expandUrl } from '../plan/url-variables.ts';
import { Unexpandable, UnsetVariable, type Variables } from './variables.ts';

/**
 * What of the request changes once every `${NAME}` in it is replaced.
 * @throws {Unexpandable} when a name has no value and no default, or a value cannot stand where it should.
 */
export function finalRequest(
  { url, headers, body }: HttpRequest,
  variables: Variables,
): Pick<HttpRequest, 'url' | 'headers' | 'body'> {
  const text = (value: string) => variables.expand(value);
  return {
    url: finalUrl(url, variables),
    headers: mapValues(headers, (value, name) => finalHeader(name, text(value))),
    ...(body === undefined ? {} : { body: finalBody(body, text) }),
  };
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

function finalBody(body: HttpBody, text: (value: string) => string) {
  return body.type === 'text'
    ? { type: 'text' as const, text: text(body.text) }
    : { type: 'json' as const, value: finalJson(body.value, text) };
}

function finalJson(value: Json, text: (value: string) => string): Json {
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return value.map((item: Json) => finalJson(item, text));
  if (value !== null && typeof value === 'object') {
    return mapValues(value as Readonly<Record<string, Json>>, item => finalJson(item, text));
  }
  return value;
}

function mapValues<A, B>(map: Readonly<Record<string, A>>, change: (value: A, key: string) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value, key)]));
}
