/** The keys that say what the answer to a request must be, each with what an editor says about it. */
import * as z from 'zod/mini';
import type { Json } from './plan.ts';
import { quoteText } from './quote.ts';
import { isRaw } from './raw.ts';
import { joined, lazily, once } from './schema-lazy.ts';
import {
  expected,
  flag,
  key,
  oneOf,
  required,
  scalar,
  some,
  someTime,
  text,
  wholeNumber,
  words,
} from './schema-terms.ts';

const status = once(() =>
  oneOf('a status such as 204, or a class such as "2xx"', [
    wholeNumber('a status from 100 to 599', 100, 599),
    words(['1xx', '2xx', '3xx', '4xx', '5xx'], 'a status such as 204, or a class such as "2xx"'),
  ]),
);

const someText = once(() => text(/^[\s\S]+$/, 'a text, not empty'));

const textRuleShape = lazily({
  includes: () =>
    key(
      oneOf('a text, or an array of texts', [someText(), some(someText(), 'at least one text')]),
      'Texts that are in it, all of them. Example: "ok" or ["a", "b"].',
    ),
  matches: () =>
    key(
      someText(),
      'A regular expression of JavaScript, with the flags u and m, that a part of it matches. Example: "^version [0-9]+".',
    ),
});

const number = once(() => z.number(expected('a number')));
const boundsShape = lazily({
  gt: () => key(number(), 'More than this. Example: 0.'),
  gte: () => key(number(), 'This or more. Example: 1.'),
  lt: () => key(number(), 'Less than this. Example: 100.'),
  lte: () => key(number(), 'This or less. Example: 99.'),
});

const TYPES = ['string', 'number', 'boolean', 'object', 'array', 'null'] as const;

const unquoted = (input: unknown) => (input === null ? 'in YAML and JSON write "null" in quotes' : undefined);

/** An object could be meant for a rule, so that an array says that it is a value. */
function notInArray(input: unknown): string | undefined {
  if (!isRaw(input)) return undefined;
  const [first] = Object.keys(input);
  return `put an object that it is to hold into an array: [{${first === undefined ? '' : `${quoteText(first)}: …`}}]`;
}

const jsonRuleShape = joined(
  lazily({
    equals: () => key(z.unknown() as z.ZodMiniType<Json>, 'The value itself; needed for an object. Example: {"a": 1}.'),
  }),
  boundsShape,
  lazily({
    type: () => key(words(TYPES, `one of ${TYPES.join(', ')}`, unquoted), 'What it is. Example: "array".'),
    matches: () => key(someText(), 'Of a text: a regular expression as in body.matches. Example: "^[0-9]+$".'),
    includes: () =>
      key(
        oneOf(
          'a value, or an array of values',
          [z.null(), scalar, z.array(z.unknown() as z.ZodMiniType<Json>)],
          notInArray,
        ),
        'Of a text: what is in it; of an array: its elements; all of them. Example: "admin".',
      ),
    length: () =>
      key(
        oneOf('a whole number, or an object with gt, gte, lt or lte', [
          wholeNumber('a whole number, 0 or more', 0),
          z.strictObject(boundsShape, expected('an object with gt, gte, lt or lte')),
        ]),
        'Characters of a text, elements of an array, members of an object. Example: 3 or {"gt": 0}.',
      ),
    exists: () => key(flag, 'Whether there is such a value. Example: false.'),
  }),
);

const RULE_WORDS = 'a value, or an object with equals, gt, gte, lt, lte, type, matches, includes, length or exists';

const jsonKey = () =>
  key(
    z.record(
      text(/^(?:$|\/)/, 'a JSON pointer such as "/items/0/name", or "" for the whole'),
      oneOf(RULE_WORDS, [
        z.null(),
        scalar,
        z.array(z.unknown() as z.ZodMiniType<Json>),
        z.strictObject(jsonRuleShape, expected(RULE_WORDS)),
      ]),
      expected('an object of JSON pointers and values'),
    ),
    'Values in the body, which is JSON, by JSON pointers: the value itself, or rules for it. Example: {"/status": "up", "/items": {"length": {"gt": 0}}}.',
  );

const eventShape = joined(
  lazily({
    name: () => key(someText(), 'What it is called; one that does not say is called "message". Example: "done".'),
  }),
  textRuleShape,
  lazily({ json: jsonKey }),
);

export const expectShape = lazily({
  status: () =>
    key(
      oneOf('a status, a class such as "2xx", or an array of them', [status(), some(status(), 'at least one status')]),
      'Statuses that count as success, default "2xx". Example: [200, 404] or "3xx".',
    ),
  headers: () =>
    key(
      z.record(
        text(/^(?!__proto__$)[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'a header name such as "ETag"'),
        oneOf('a value, or an object with includes or matches', [
          scalar,
          z.strictObject(textRuleShape, expected('an object with includes or matches')),
        ]),
        expected('an object of header names and values'),
      ),
      'Headers of the response: the whole value, or what is in it. Example: {"Content-Type": {"includes": "json"}}.',
    ),
  body: () =>
    key(
      z.strictObject(textRuleShape, expected('an object with includes or matches')),
      'What is in the body, a text. Example: {"includes": "ok"}.',
    ),
  json: jsonKey,
  under: () => key(someTime, 'From the start of the request to the end of the body it takes less. Example: "500ms".'),
  sha256: () =>
    key(
      text(/^(?:[0-9A-Fa-f]{64}|.*\$\{.*)$/, 'a SHA-256 of 64 hexadecimal digits'),
      `SHA-256 of the body, unpacked, in hexadecimal. Example: "\${SHA256}".`,
    ),
  event: () =>
    key(
      z.strictObject(eventShape, expected('an object with name, includes, matches or json')),
      'A server-sent event that ends the step well; the stream is read until it comes. Example: {"name": "done"}.',
    ),
});

export const paginateShape = lazily({
  next: () =>
    required(
      oneOf('"header", a JSON pointer such as "/links/next", or an object with param', [
        text(/^(?:header$|\/)/, '"header", a JSON pointer such as "/links/next", or an object with param'),
        z.strictObject(
          {
            param: required(
              someText(),
              'The parameter that counts pages, from 1, or that has what "from" says. Example: "page".',
            ),
            from: key(
              text(/^\//, 'a JSON pointer such as "/next_cursor"'),
              'Where in a page the value of the parameter for the next one is. Example: "/next_cursor".',
            ),
          },
          expected('an object with param'),
        ),
      ]),
      'Where the next page is: at a JSON pointer, in the header Link (rel=next), or by a parameter that counts, or has a cursor. Example: "/links/next" or "header" or {"param": "page"} or {"param": "cursor", "from": "/next_cursor"}.',
    ),
  items: () =>
    key(
      text(/^(?:$|\/)/, 'a JSON pointer such as "/items"'),
      'Where in a page its elements are; default: the page itself. Example: "/items".',
    ),
  max: () =>
    key(
      wholeNumber('a count of pages, 1 or more', 1),
      'So many pages at most; default: all, and over 1000 a failure. Example: 10.',
    ),
});
