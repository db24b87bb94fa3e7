/** The keys of a request, each with what an editor says about it. */
import * as z from 'zod/mini';
import type { Json } from './plan.ts';
import { expectShape, paginateShape } from './schema-http-answer.ts';
import { sharedShape } from './schema-http-shared.ts';
import { joined, lazily, once } from './schema-lazy.ts';
import { anyText, expected, key, NOT_BLANK, oneOf, required, scalar, some, text } from './schema-terms.ts';

const path = once(() => text(/^[^\0]+$/, 'a path'));
const contentType = once(() => text(/^[\x20-\x7e]+$/, 'a content type such as "text/csv"'));

const filePartShape = lazily({
  file: () => required(path(), 'The file, relative to the plan\'s folder. Example: "report.csv".'),
  name: () => key(anyText, 'What the server is told that it is called, default: its own name. Example: "today.csv".'),
  type: () => key(contentType(), 'Its content type, default "application/octet-stream". Example: "text/csv".'),
});
const textPartShape = lazily({
  value: () => required(scalar, 'The value of the part.'),
  type: () => key(contentType(), 'Its content type, default: none. Example: "application/json".'),
});
const PART_WORDS = 'a value, {"file": path} or {"value": text, "type": content type}';
const part = once(() =>
  oneOf(PART_WORDS, [
    scalar,
    z.strictObject(filePartShape, expected(PART_WORDS)),
    z.strictObject(textPartShape, expected(PART_WORDS)),
  ]),
);

export const httpShape = joined(
  lazily({
    method: () =>
      key(
        text(/^[A-Za-z][A-Za-z-]*$/, 'a method such as "GET" or "POST"'),
        'Request method, default "GET". Example: "POST".',
      ),
    url: () =>
      required(
        text(NOT_BLANK, 'a URL such as "https://example.org/health"'),
        `Where the request goes: an absolute http or https URL, or one behind the baseUrl of httpDefaults; \${NAME} and \${NAME:-default} are expanded. Example: "https://example.org/health".`,
      ),
    json: () =>
      key(
        z.unknown() as z.ZodMiniType<Json>,
        'A value that is sent as JSON, with its content type. Example: {"ok": true}.',
      ),
    form: () =>
      key(
        z.record(anyText, oneOf('a value, or an array of values', [scalar, some(scalar, 'at least one value')]), {
          ...expected('an object of names and values'),
        }),
        'Names and values that are sent as a form of a page is, with its content type. Example: {"user": "ann"}.',
      ),
    multipart: () =>
      key(
        z.record(anyText, oneOf(PART_WORDS, [part(), some(part(), 'at least one part')]), {
          ...expected('an object of names and parts'),
        }),
        'Parts of a multipart/form-data body: values and files, which are streamed. Example: {"title": "x", "data": {"file": "data.bin"}}.',
      ),
    file: () =>
      key(path(), 'A file whose bytes are sent, streamed; relative to the plan\'s folder. Example: "backup.tar.gz".'),
    body: () => key(anyText, 'A text that is sent as it is. Example: "ping".'),
    idempotencyKey: () =>
      key(
        oneOf('true, or a text', [z.literal(true), text(NOT_BLANK, 'a key, not blank')]),
        `Sent as Idempotency-Key with each attempt, so that the server does it once and retry may repeat it; true: one that is made for each step and tick of a run, the same when it is resumed. Example: true or "order-\${ORDER}".`,
      ),
  }),
  sharedShape,
  lazily({
    paginate: () =>
      key(
        z.strictObject(paginateShape, expected('an object with next')),
        'Walks through all pages of a list; the output is one JSON array. Example: {"next": "/links/next", "items": "/items"}.',
      ),
    expect: () =>
      key(
        z.strictObject(expectShape, expected('an object with status, headers, body, json, under or sha256')),
        'What the response must be, else the step fails. Example: {"status": 204} or {"json": {"/status": "up"}}.',
      ),
  }),
);
