/** The shape of a job file, key by key, each with what an editor says about it. */
import * as z from 'zod/mini';
import { DURATION_WORDS } from './duration.ts';
import type { ListedStep, PlanInput, StepInput } from './input.ts';
import type { Json } from './plan.ts';
import {
  anyText,
  argument,
  duration,
  expected,
  flag,
  further,
  key,
  NOT_BLANK,
  oneOf,
  required,
  scalar,
  script,
  size,
  some,
  someTime,
  text,
  wholeNumber,
  words,
} from './schema-terms.ts';
import { SIGNALS } from './signals.ts';

const status = oneOf('a status such as 204, or a class such as "2xx"', [
  wholeNumber('a status from 100 to 599', 100, 599),
  words(['1xx', '2xx', '3xx', '4xx', '5xx'], 'a status such as 204, or a class such as "2xx"'),
]);

const expectShape = {
  status: key(
    oneOf('a status, a class such as "2xx", or an array of them', [status, some(status, 'at least one status')]),
    'Statuses that count as success, default "2xx". Example: [200, 404] or "3xx".',
  ),
};

const httpShape = {
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

const everyShape = {
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

const retryShape = {
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

const stopShape = {
  signal: key(
    words(SIGNALS, 'a signal such as "SIGTERM" or "SIGINT"'),
    'The signal that asks the command to end, default "SIGTERM". Example: "SIGINT".',
  ),
  grace: key(duration, 'Time between the signal and SIGKILL, default "5s". Example: "30s".'),
  run: key(script, 'A script that stops the command, run in place of the signal. Example: "nginx -s quit".'),
};

const finallyShape = {
  get steps(): z.ZodMiniType<readonly ListedStep[]> {
    return required(stepList, 'Steps that run one after the other, all of them. Example: ["docker compose down"].');
  },
  timeout: key(someTime, 'What all of it together may take, default "60s". Example: "5m".'),
};

type OptionalSteps = z.ZodMiniOptional<z.ZodMiniType<readonly ListedStep[]>>;

const stepShape = {
  run: key(
    oneOf('a shell script (text) or a program with its arguments (array of texts)', [
      script,
      some(argument, 'a program with its arguments'),
    ]),
    'Body: a command. Text is a shell script (sh -ec); an array is a program with its arguments, without a shell. Example: "npm test" or ["npm", "test"].',
  ),
  http: key(
    oneOf('a request such as "GET https://example.org", or an object with url', [
      text(NOT_BLANK, 'a request such as "GET https://example.org"'),
      z.strictObject(httpShape, expected('an object with url')),
    ]),
    'Body: an HTTP request. Example: "GET https://example.org/health" or {"url": "https://example.org", "expect": {"status": 204}}.',
  ),
  get steps(): OptionalSteps {
    return key(
      stepList,
      'Body: steps one after the other; a failure skips the rest. A text stands for {"run": …}. Example: ["npm ci", "npm test"].',
    );
  },
  get gather(): OptionalSteps {
    return key(
      stepList,
      'Body: steps concurrently; the first failure cancels the others (see failFast and limit). Example: ["npm run lint", "npm test"].',
    );
  },
  sleep: key(
    oneOf(`${DURATION_WORDS}, or "forever"`, [duration, z.literal('forever')]),
    'Body: a wait, or "forever": until cancelled. Example: "10s".',
  ),
  every: key(
    oneOf(`${DURATION_WORDS}, or an object with interval`, [
      someTime,
      z.strictObject(everyShape, expected('an object with interval')),
    ]),
    'Repeats the step at fixed distances, starting now; default: once. Example: "10s" or {"interval": "10s", "times": 6}.',
  ),
  retry: key(
    oneOf('a count of further attempts, or an object with times', [
      further,
      z.strictObject(retryShape, expected('an object with times')),
    ]),
    'Tries again after a failure; default: not at all. Example: 3 or {"times": 5, "delay": "2s"}.',
  ),
  timeout: key(
    someTime,
    'What one attempt may take, from the start of its process or request; default: no limit. Example: "30s".',
  ),
  background: key(
    flag,
    'Starts it, does not wait for it, and ends it when its group ends: for servers. Default false.',
  ),
  allowFailure: key(flag, 'A failure is reported, but cancels nobody and does not count. Default false.'),
  get finally(): z.ZodMiniOptional<z.ZodMiniType<StepInput['finally']>> {
    return key(
      oneOf('a list of steps, or an object with steps', [
        stepList,
        z.strictObject(finallyShape, expected('an object with steps')),
      ]),
      'Steps that run once after the body: after success, failure, timeout and interruption. Example: ["docker compose down"].',
    );
  },
  limit: key(
    wholeNumber('a whole number, 1 or more', 1),
    'Of a gather: so many children at once, default all. Example: 4.',
  ),
  failFast: key(
    flag,
    'Of a gather: true, the default: the first failure cancels the other children; false: all run to their end.',
  ),
  id: key(
    text(/^[a-z0-9_-]+$/, 'an id of a-z, 0-9, "_" and "-"'),
    'The step\'s part of paths, unique among its siblings; default: made from name, else the position. Example: "build".',
  ),
  name: key(text(NOT_BLANK, 'a name, not blank'), `What people see; \${NAME} is expanded. Example: "Build the site".`),
  description: key(
    anyText,
    'A sentence about the step, for people. Example: "Needs the database of the step before.".',
  ),
  env: key(
    z.record(
      text(/^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]*$/, 'a variable name of letters, digits and "_"'),
      scalar,
      expected('an object of variable names and values'),
    ),
    `Variables for this step and all below it; values become text as written, \${X} in a value means the outer X. Example: {"NODE_ENV": "test"}.`,
  ),
  cwd: key(
    text(/^[^\0]+$/, 'a folder'),
    'Working folder for this step and all below it, relative to the plan\'s folder, which is the default. Example: "packages/web".',
  ),
  shell: key(
    oneOf('"sh", "bash", or an array such as ["python3", "-c"]', [
      words(['sh', 'bash'], '"sh", "bash", or an array such as ["python3", "-c"]'),
      some(argument, 'an interpreter with its flags'),
    ]),
    'Interpreter of scripts for this step and all below it: "sh" (default; sh -ec), "bash" (bash -eo pipefail -c), or an array with its flags. Example: ["python3", "-c"].',
  ),
  stop: key(
    z.strictObject(stopShape, expected('an object with signal, grace or run')),
    'How commands of this step and below it are told to end. Example: {"signal": "SIGINT", "grace": "10s"}.',
  ),
  okExitCodes: key(
    some(wholeNumber('an exit code from 0 to 255', 0, 255), 'an array of exit codes'),
    'Of a run: exit codes that count as success, default [0]. Example: [0, 1].',
  ),
  rerun: key(flag, 'A resumed run starts it again though it had succeeded: a login, a mount. Default false.'),
};

const step: z.ZodMiniType<StepInput> = z
  .strictObject(stepShape, expected('a step: a command (text) or an object'))
  .register(z.globalRegistry, {
    id: 'step',
    description: 'One step: exactly one of run, http, steps, gather, sleep, and its modifiers.',
  });

const stepList = z
  .array(oneOf('a step: a command (text) or an object', [step, script]), expected('a list of steps'))
  .register(z.globalRegistry, { id: 'steps' });

const lockName = text(/^(?=\s*\S)[^\0]{1,200}$/, 'a name of at most 200 characters');

const lockShape = {
  name: key(
    lockName,
    'One lock for all plans of this user on this machine that name it; default: the plan itself. Example: "deploy".',
  ),
  wait: key(
    oneOf(`${DURATION_WORDS}, or "forever"`, [duration, z.literal('forever')]),
    'How long to wait for the run that holds it, default "0s"; then exit code 75. Example: "10m".',
  ),
};

const rootShape = {
  $schema: key(anyText, 'Where the JSON Schema of job files is, for editors; "runjobs schema" prints it.'),
  slots: key(
    wholeNumber('a whole number, 1 or more', 1),
    'Commands and requests at once in the whole run, default 64. Example: 8.',
  ),
  lock: key(
    oneOf('true, a name, or an object with name and wait', [
      flag,
      lockName,
      z.strictObject(lockShape, expected('an object with name and wait')),
    ]),
    'No second run at the same time: true: of this plan; a name: of all plans of this user that name it. Default false. Example: true or {"name": "deploy", "wait": "10m"}.',
  ),
  keep: key(wholeNumber('a whole number, 0 or more', 0), 'So many ended runs are kept, default 50. Example: 10.'),
  keepBytes: key(size, 'What the kept runs may take on disk, default "1GiB". Example: "100MiB".'),
  maxLog: key(
    size,
    'What the log of one step may hold: its first and its last half, and between them what was left out. Default: no limit. Example: "10MiB".',
  ),
};

/** The whole file. */
export const planSchema: z.ZodMiniType<PlanInput> = z
  .strictObject(
    { ...rootShape, ...stepShape },
    expected('a plan: an object with one of run, http, steps, gather, sleep'),
  )
  .register(z.globalRegistry, {
    title: 'runjobs plan',
    description: 'A job file of runjobs. A plan is a step with a few keys more.',
  });

/** The keys that may stand in each kind of object of the file. */
export const KEYS = {
  root: [...Object.keys(rootShape), ...Object.keys(stepShape)],
  step: Object.keys(stepShape),
  http: Object.keys(httpShape),
  expect: Object.keys(expectShape),
  every: Object.keys(everyShape),
  retry: Object.keys(retryShape),
  finally: Object.keys(finallyShape),
  stop: Object.keys(stopShape),
  lock: Object.keys(lockShape),
} as const;
