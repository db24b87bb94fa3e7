/** The keys inside of modifiers: every, retry, stop. */
import * as z from 'zod/mini';
import {
  duration,
  expected,
  further,
  key,
  oneOf,
  required,
  script,
  someTime,
  wholeNumber,
  words,
} from './schema-terms.ts';
import { SIGNALS } from './signals.ts';

export const everyShape = {
  interval: required(
    someTime,
    'From start to start: tick k starts at the first start plus k times the interval. Example: "10s".',
  ),
  times: key(
    wholeNumber('a count of ticks, 1 or more', 1),
    'So many ticks start, then it ends; default: no limit. Example: 10.',
  ),
  for: key(
    someTime,
    'Once it has passed since the start of the first tick, no further tick starts; one that runs then is let to its end. Default: no limit. Example: "5m".',
  ),
  overlap: key(
    words(['skip'], '"skip"'),
    'What becomes of a tick that is due while the last one still runs; "skip", the default, leaves it out and counts it.',
  ),
};

export const retryShape = {
  times: required(
    oneOf('a count of further attempts, or "forever"', [further, words(['forever'], '"forever", or a count')]),
    'Further attempts after the first, or "forever". Example: 3.',
  ),
  delay: key(duration, 'Wait before the first further attempt, default "1s". Example: "500ms".'),
  factor: key(
    z.number(expected('a number, 1 or more')).check(z.gte(1, expected('a number, 1 or more'))),
    'Each wait is so many times the one before, default 2. Example: 1.5.',
  ),
  maxDelay: key(duration, 'No wait is longer than this, default "1m". Example: "10s".'),
  jitter: key(
    words(['none', 'full'], '"none" or "full"'),
    'Default "none"; "full" waits a random part of the delay, so that many clients do not come back together.',
  ),
};

export const stopShape = {
  signal: key(
    words(SIGNALS, 'a signal such as "SIGTERM" or "SIGINT"'),
    'The signal that asks the command to end, default "SIGTERM". Example: "SIGINT".',
  ),
  grace: key(duration, 'Time between the signal and SIGKILL, default "5s". Example: "30s".'),
  run: key(script, 'A script that stops the command, run in place of the signal. Example: "nginx -s quit".'),
};
