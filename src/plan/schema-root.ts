/** The keys that stand at the root of a plan only. */
import * as z from 'zod/mini';
import { DURATION_WORDS } from './duration.ts';
import { parsePool, RATE_WORDS } from './pools.ts';
import { inputsKey, secretsKey } from './schema-data.ts';
import { httpShape } from './schema-http.ts';
import { lazily, once } from './schema-lazy.ts';
import {
  anyText,
  duration,
  expected,
  flag,
  key,
  NOT_BLANK,
  oneOf,
  required,
  size,
  some,
  text,
  wholeNumber,
  words,
} from './schema-terms.ts';

const lockName = once(() => text(/^(?=\s*\S)[^\0]{1,200}$/, 'a name of at most 200 characters'));

const lockShape = lazily({
  name: () =>
    key(
      lockName(),
      'One lock for all plans of this user on this machine that name it; default: the plan itself. Example: "deploy".',
    ),
  wait: () =>
    key(
      oneOf(`${DURATION_WORDS}, or "forever"`, [duration, z.literal('forever')]),
      'How long to wait for the run that holds it, default "0s"; then exit code 75. Example: "10m".',
    ),
  held: () =>
    key(
      words(['fail', 'skip'], '"fail" or "skip"'),
      'What becomes of a start that cannot have it, default "fail": exit code 75; "skip": nothing is done and the exit code is 0. Example: "skip".',
    ),
});

const pattern = once(() => text(NOT_BLANK, 'a cron pattern such as "30 2 * * *"'));

const scheduleShape = lazily({
  cron: () =>
    required(
      pattern(),
      'When: minute, hour, day, month, weekday; six fields begin with seconds; or "@daily" and its like. Example: "30 2 * * *".',
    ),
  timezone: () =>
    key(
      text(NOT_BLANK, 'a time zone such as "Europe/Vienna"'),
      'The zone that it means, default that of the machine. Example: "Europe/Vienna".',
    ),
});

const scheduled = once(() => z.strictObject(scheduleShape, expected('an object with cron')));

/** Of the root and of a definition. */
export const scheduleKey = () =>
  key(
    oneOf('a cron pattern, an object with cron and timezone, or a list of them', [
      pattern(),
      scheduled(),
      some(oneOf('a cron pattern, or an object with cron', [pattern(), scheduled()]), 'at least one cron pattern'),
    ]),
    'When it is to be started. It starts nothing: "runjobs cron print" makes lines for crontab of it, or a timer of systemd. Example: "30 2 * * *" or {"cron": "@daily", "timezone": "Europe/Vienna"}.',
  );

const pingUrl = once(() => text(NOT_BLANK, 'a URL such as "https://example.org/ping"'));
const PING = 'a URL such as "https://example.org/ping", or an object with url';
const ping = once(() =>
  oneOf(PING, [text(NOT_BLANK, PING), z.strictObject(httpShape, expected('an object with url'))]),
);

const notifyShape = lazily({
  ping: () =>
    key(
      pingUrl(),
      'A check of healthchecks.io or its like: <url>/start, <url> and <url>/fail are told, with a report. Example: "https://hc-ping.com/${CHECK}".',
    ),
  slack: () =>
    key(
      pingUrl(),
      'An incoming webhook of Slack or its like: told of success and failure. Example: "${SLACK_WEBHOOK}".',
    ),
  start: () =>
    key(
      ping(),
      'Told when the run starts: a URL, or a request as of http; POST with a report as JSON, unless it says otherwise.',
    ),
  success: () =>
    key(ping(), 'Told when it has succeeded. Example: "https://example.org/ok" or "GET https://example.org/ok".'),
  failure: () =>
    key(
      ping(),
      'Told when it has failed, was interrupted or killed by a signal. Example: {"url": "https://example.org/bad", "json": {"code": "${RUNJOBS_EXIT_CODE}"}}.',
    ),
});

const poolName = once(() => text(/^(?!__proto__$)[A-Za-z0-9_-]{1,60}$/, 'the name of a pool'));
const weight = once(() => wholeNumber('a whole number, 1 or more', 1));

/** Of a step. */
export const poolsKey = () =>
  key(
    oneOf('the name of a pool, an array of names, or an object of names and weights', [
      poolName(),
      some(poolName(), 'at least one name'),
      z.record(poolName(), weight(), expected('an object of names and weights')),
    ]),
    'What the step takes of the pools of the plan while it runs, all at once and with its slot. Example: "db" or {"db": 2}.',
  );

export const rootShape = lazily({
  $schema: () => key(anyText, 'Where the JSON Schema of job files is, for editors; "runjobs schema" prints it.'),
  slots: () =>
    key(
      wholeNumber('a whole number, 1 or more', 1),
      'Commands and requests at once in the whole run, default 64. Example: 8.',
    ),
  pools: () =>
    key(
      z.record(
        poolName(),
        oneOf(RATE_WORDS, [
          weight(),
          z.string(expected(RATE_WORDS)).check(z.refine(rate => parsePool(rate) !== undefined, expected(RATE_WORDS))),
        ]),
        expected('an object of names and sizes'),
      ),
      'What steps share besides the slots: a number of places, or a rate of starts in any such time. Example: {"db": 2, "api": "10/min"}.',
    ),
  inputs: inputsKey,
  secrets: secretsKey,
  lock: () =>
    key(
      oneOf('true, a name, or an object with name, wait and held', [
        flag,
        lockName(),
        z.strictObject(lockShape, expected('an object with name, wait and held')),
      ]),
      'No second run at the same time: true: of this plan; a name: of all plans of this user that name it. Default false. Example: true or {"name": "deploy", "wait": "10m"}.',
    ),
  schedule: scheduleKey,
  notify: () =>
    key(
      oneOf('the URL of a check, or an object with ping, slack, start, success or failure', [
        pingUrl(),
        z.strictObject(notifyShape, expected('an object with ping, slack, start, success or failure')),
      ]),
      'Who is told of starts and ends; it never changes how the run ends. A text is {"ping": …}. Example: "https://hc-ping.com/${CHECK}" or {"slack": "${SLACK_WEBHOOK}"}.',
    ),
  keep: () => key(wholeNumber('a whole number, 0 or more', 0), 'So many ended runs are kept, default 50. Example: 10.'),
  keepBytes: () => key(size, 'What the kept runs may take on disk, default "1GiB". Example: "100MiB".'),
  maxLog: () =>
    key(
      size,
      'What the log of one step may hold: its first and its last half, and between them what was left out. Default: no limit. Example: "10MiB".',
    ),
});
