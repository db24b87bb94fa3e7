/** The keys of `ready`, each with what an editor says about it. */
import * as z from 'zod/mini';
import { parseAddress } from './address.ts';
import { linePatternFault, parseLinePattern } from './line-pattern.ts';
import { httpShape } from './schema-http.ts';
import { lazily } from './schema-lazy.ts';
import { expected, key, NOT_BLANK, noPattern, oneOf, script, someTime, text, wholeNumber } from './schema-terms.ts';

const REQUEST = 'a request such as "GET http://127.0.0.1:8080/health", or an object with url';
const PORT = 'a port from 1 to 65535, or an address such as "127.0.0.1:5432"';
const LINE = 'a text, or a regular expression such as "/listening on [0-9]+/i"';

const mayBeAddress = (address: string) => address.includes('${') || parseAddress(address) !== undefined;
const mayBePattern = (pattern: string) => parseLinePattern(pattern) !== undefined;

export const readyShape = lazily({
  http: () =>
    key(
      oneOf(REQUEST, [text(NOT_BLANK, REQUEST), z.strictObject(httpShape, expected('an object with url'))]),
      'Ready when this request succeeds, given as to http. Example: "GET http://127.0.0.1:8080/health" or {"url": "http://127.0.0.1:8080", "expect": {"status": 401}}.',
    ),
  tcp: () =>
    key(
      oneOf(PORT, [wholeNumber(PORT, 1, 65_535), text(NOT_BLANK, PORT).check(z.refine(mayBeAddress, expected(PORT)))]),
      `Ready when something listens there: a port of 127.0.0.1, or host:port; \${NAME} is expanded. Example: 5432 or "db.example.org:5432".`,
    ),
  log: () =>
    key(
      text(NOT_BLANK, LINE).check(z.refine(mayBePattern, expected(LINE, noPattern(linePatternFault)))),
      `Ready when the step prints a line that holds this text, or matches this regular expression; \${NAME} is expanded. Example: "listening on" or "/listening on [0-9]+/i".`,
    ),
  run: () =>
    key(
      script,
      'Ready when this script exits with 0, in the shell, folder and variables of the step. Example: "pg_isready".',
    ),
  every: () =>
    key(
      someTime,
      'From one probe to the next, default "500ms", after a few that come sooner; not with log. Example: "2s".',
    ),
  timeout: () =>
    key(
      someTime,
      'By when it must be ready, from the start of an attempt, default "60s"; else the attempt has failed. Example: "5m".',
    ),
});
