/** The keys of a request, each with what an editor says about it. */
import * as z from 'zod/mini';
import type { Json } from './plan.ts';
import {
  anyText,
  expected,
  key,
  NOT_BLANK,
  oneOf,
  required,
  scalar,
  some,
  text,
  wholeNumber,
  words,
} from './schema-terms.ts';

const status = oneOf('a status such as 204, or a class such as "2xx"', [
  wholeNumber('a status from 100 to 599', 100, 599),
  words(['1xx', '2xx', '3xx', '4xx', '5xx'], 'a status such as 204, or a class such as "2xx"'),
]);

export const expectShape = {
  status: key(
    oneOf('a status, a class such as "2xx", or an array of them', [status, some(status, 'at least one status')]),
    'Statuses that count as success, default "2xx". Example: [200, 404] or "3xx".',
  ),
};

export const httpShape = {
  method: key(
    text(/^[A-Za-z][A-Za-z-]*$/, 'a method such as "GET" or "POST"'),
    'Request method, default "GET". Example: "POST".',
  ),
  url: required(
    text(NOT_BLANK, 'a URL such as "https://example.org/health"'),
    `Where the request goes: an absolute http or https URL; \${NAME} and \${NAME:-default} are expanded. Example: "https://example.org/health".`,
  ),
  headers: key(
    z.record(
      text(/^(?!__proto__$)[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'a header name such as "Accept"'),
      scalar,
      expected('an object of header names and values'),
    ),
    `Request headers; \${NAME} in a value is expanded. Example: {"Accept": "application/json"}.`,
  ),
  json: key(
    z.unknown() as z.ZodMiniType<Json>,
    'A value that is sent as JSON, with its content type; excludes body. Example: {"ok": true}.',
  ),
  body: key(anyText, 'A text that is sent as it is; excludes json. Example: "ping".'),
  expect: key(
    z.strictObject(expectShape, expected('an object with status')),
    'What the response must be, else the step fails. Example: {"status": 204}.',
  ),
};
