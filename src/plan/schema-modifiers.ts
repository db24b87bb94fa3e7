/** The keys inside of modifiers: every, retry, stop. */
import * as z from 'zod/mini';
import { parseRetryOn, retryOnFault } from './retry.ts';
import { lazily } from './schema-lazy.ts';
import {
  duration,
  expected,
  flag,
  further,
  key,
  NOT_BLANK,
  noPattern,
  oneOf,
  required,
  script,
  some,
  someTime,
  text,
  wholeNumber,
  words,
} from './schema-terms.ts';
import { SIGNALS } from './signals.ts';

export const everyShape = lazily({
  interval: () =>
    key(
      someTime,
      'From start to start: tick k starts at the first start plus k times the interval; excludes cron. Example: "10s".',
    ),
  cron: () =>
    key(
      text(NOT_BLANK, 'a cron pattern such as "30 2 * * *"'),
      'When ticks start, by the clock on the wall: minute, hour, day, month, weekday, with seconds before them where there are six, or a nickname; excludes interval. Example: "30 2 * * *" or "@hourly".',
    ),
  timezone: () =>
    key(
      text(NOT_BLANK, 'a time zone such as "Europe/Vienna"'),
      'Of cron: the zone of the clock, default that of the machine. Example: "UTC".',
    ),
  times: () =>
    key(
      wholeNumber('a count of ticks, 1 or more', 1),
      'So many ticks start, then it ends; default: no limit. Example: 10.',
    ),
  for: () =>
    key(
      someTime,
      'Once it has passed since the step began, no further tick starts; one that runs then is let to its end. Default: no limit. Example: "5m".',
    ),
  until: () =>
    key(
      words(['success', 'failure'], '"success" or "failure"'),
      '"success": failed ticks do not count, and the first good one ends it; "failure": the first failed tick ends it well. Used up before: failed. Example: "success".',
    ),
  overlap: () =>
    key(
      words(['skip', 'queue', 'cancel'], '"skip", "queue" or "cancel"'),
      'What becomes of a tick that is due while the last one still runs: "skip", the default, leaves it out and counts it; "queue" starts one of them afterwards; "cancel" stops the running one.',
    ),
  catchUp: () =>
    key(
      words(['once', 'none'], '"once" or "none"'),
      'When ticks were slept through, by the machine or the process: "once", the default, starts one of them at once; "none" starts none that is over a minute late.',
    ),
  failureThreshold: () =>
    key(
      wholeNumber('a count of ticks, 1 or more', 1),
      'So many failed ticks in a row fail the step, default 1; without effect beside until. Example: 3.',
    ),
  immediate: () => key(flag, 'Whether the first tick starts at once; default true with interval, false with cron.'),
  jitter: () =>
    key(
      duration,
      'Ticks start up to so much later, by a part of it that is always the same for a step on a host, and never past the next tick; default "0s". Example: "30s".',
    ),
});

const ON_WORDS =
  'an exit code, "start", "timeout", "network", "http:429", "http:5xx", "stderr:/pattern/" with a regular expression, or "lost"';

export const retryShape = lazily({
  times: () =>
    required(
      oneOf('a count of further attempts, or "forever"', [further, words(['forever'], '"forever", or a count')]),
      'Further attempts after the first, or "forever". Example: 3.',
    ),
  delay: () => key(duration, 'Wait before the first further attempt, default "1s". Example: "500ms".'),
  factor: () =>
    key(
      z.number(expected('a number, 1 or more')).check(z.gte(1, expected('a number, 1 or more'))),
      'Each wait is so many times the one before, default 2. Example: 1.5.',
    ),
  maxDelay: () => key(duration, 'No wait is longer than this, default "1m". Example: "10s".'),
  on: () =>
    key(
      some(
        oneOf(ON_WORDS, [
          wholeNumber('an exit code from 1 to 255', 1, 255),
          z
            .string(expected(ON_WORDS))
            .check(z.refine(on => parseRetryOn(on) !== undefined, expected(ON_WORDS, noPattern(retryOnFault)))),
        ]),
        'a list of failures, at least one',
      ),
      'Which failures are tried again, default all: exit codes, "start", "timeout", "network", "http:429", "http:5xx", "stderr:/pattern/", "lost". Example: [75, "timeout", "http:503"].',
    ),
  jitter: () =>
    key(
      words(['none', 'full'], '"none" or "full"'),
      'Default "none"; "full" waits a random part of the delay, so that many clients do not come back together.',
    ),
});

export const timeoutShape = lazily({
  attempt: () => key(someTime, 'What one attempt may take, from the start of its process or request. Example: "30s".'),
  total: () =>
    key(
      someTime,
      'What all of it may take, from the moment it may start to the end of its last attempt: waits for slots and between attempts count. Example: "10m".',
    ),
  quiet: () => key(someTime, 'How long it may print nothing. With run and http. Example: "2m".'),
  queue: () =>
    key(someTime, 'How long one wait for its slot may last, or for a worker. With run and http. Example: "5m".'),
});

export const stopShape = lazily({
  signal: () =>
    key(
      words(SIGNALS, 'a signal such as "SIGTERM" or "SIGINT"'),
      'The signal that asks the command to end, default "SIGTERM". Example: "SIGINT".',
    ),
  grace: () => key(duration, 'Time between the signal and SIGKILL, default "5s". Example: "30s".'),
  run: () => key(script, 'A script that stops the command, run in place of the signal. Example: "nginx -s quit".'),
});
