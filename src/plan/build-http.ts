/** Makes what a plan says of a request: its defaults filled in. */
import { type TextOf, textsOf } from './build-data.ts';
import type { HttpInput } from './http-input.ts';
import type { HttpBody, HttpRequest } from './http-step.ts';
import { parseRequestLine } from './request-line.ts';
import type { Path } from './source.ts';

/** The request of an `http` body, whose place is `path`. */
export function requestOf(input: string | HttpInput, path: Path, textOf: TextOf): HttpRequest {
  if (typeof input === 'string') {
    const { method, url } = parseRequestLine(input) ?? { method: 'GET', url: input };
    return { method, url, headers: {}, expect: { status: ['2xx'] } };
  }
  const body = bodyOf(input);
  return {
    method: (input.method ?? 'GET').toUpperCase(),
    url: input.url,
    headers: textsOf(input.headers ?? {}, [...path, 'headers'], textOf),
    ...(body === undefined ? {} : { body }),
    expect: { status: [input.expect?.status ?? '2xx'].flat() },
  };
}

function bodyOf(input: HttpInput): HttpBody | undefined {
  if (input.json !== undefined) return { type: 'json', value: input.json };
  return input.body === undefined ? undefined : { type: 'text', text: input.body };
}
