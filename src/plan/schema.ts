/** The shape of a job file, key by key, each with what an editor says about it. */
import * as z from 'zod/mini';
import { DURATION_WORDS } from './duration.ts';
import type { ListedStep, PlanInput, StepInput } from './input.ts';
import { interactiveKey, launcherKey, stdinKey } from './schema-command.ts';
import { envFileKey, forEachKey, ifKey, inputsKey, needsKey, saveKey, saveToKey } from './schema-data.ts';
import { httpShape } from './schema-http.ts';
import { httpDefaultsShape } from './schema-http-shared.ts';
import { joined, lazily, without } from './schema-lazy.ts';
import { everyShape, retryShape, stopShape, timeoutShape } from './schema-modifiers.ts';
import { skipAbsentKeys } from './schema-narrow.ts';
import { readyShape } from './schema-ready.ts';
import { remoteShape } from './schema-remote.ts';
import { poolsKey, rootShape, scheduleKey } from './schema-root.ts';
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
  some,
  someTime,
  text,
  variableName,
  wholeNumber,
  words,
} from './schema-terms.ts';

const finallyShape = lazily({
  steps: (): z.ZodMiniType<readonly ListedStep[]> =>
    required(stepList, 'Steps that run one after the other, all of them. Example: ["docker compose down"].'),
  timeout: () => key(someTime, 'What all of it together may take, default "60s". Example: "5m".'),
});

type OptionalSteps = z.ZodMiniOptional<z.ZodMiniType<readonly ListedStep[]>>;

export const stepShape = joined(
  lazily({
    run: () =>
      key(
        oneOf('a shell script (text) or a program with its arguments (array of texts)', [
          script,
          some(argument, 'a program with its arguments'),
        ]),
        'Body: a command. Text is a shell script (sh -ec); an array is a program with its arguments, without a shell. Example: "npm test" or ["npm", "test"].',
      ),
    http: () =>
      key(
        oneOf('a request such as "GET https://example.org", or an object with url', [
          text(NOT_BLANK, 'a request such as "GET https://example.org"'),
          z.strictObject(httpShape, expected('an object with url')),
        ]),
        'Body: an HTTP request. Example: "GET https://example.org/health" or {"url": "https://example.org", "expect": {"status": 204}}.',
      ),
    steps: (): OptionalSteps =>
      key(
        stepList,
        'Body: steps one after the other; a failure skips the rest. A text stands for {"run": …}. Example: ["npm ci", "npm test"].',
      ),
    gather: (): OptionalSteps =>
      key(
        stepList,
        'Body: steps concurrently; the first failure cancels the others (see failFast and limit). Example: ["npm run lint", "npm test"].',
      ),
    any: (): OptionalSteps =>
      key(
        stepList,
        'Body: steps concurrently; the first success wins and the others are cancelled; fails when all fail. Example: ["ping -c1 a.example", "ping -c1 b.example"].',
      ),
    use: () =>
      key(
        text(/^(?=\s*\S)[^\0]+$/, 'the path of a plan, or "#name" of a definition'),
        'Body: another plan file, or a definition of this file ("#build") or of another ("lib.yaml#build"), as part of this run; env gives its inputs. Example: "deploy.yaml" or "#build".',
      ),
    sleep: () =>
      key(
        oneOf(`${DURATION_WORDS}, or "forever"`, [duration, z.literal('forever')]),
        'Body: a wait, or "forever": until cancelled. Example: "10s".',
      ),
    needs: needsKey,
    if: ifKey,
    forEach: forEachKey,
    every: () =>
      key(
        oneOf(`${DURATION_WORDS}, or an object with interval or cron`, [
          someTime,
          z.strictObject(everyShape, expected('an object with interval or cron')),
        ]),
        'Repeats the step at fixed distances, starting now, or by the clock; default: once. Example: "10s" or {"interval": "10s", "times": 6} or {"cron": "@daily"}.',
      ),
    retry: () =>
      key(
        oneOf('a count of further attempts, or an object with times', [
          further,
          z.strictObject(retryShape, expected('an object with times')),
        ]),
        'Tries again after a failure; default: not at all. Example: 3 or {"times": 5, "delay": "2s"}.',
      ),
    timeout: () =>
      key(
        oneOf(`${DURATION_WORDS}, or an object with attempt, total, quiet or queue`, [
          someTime,
          z.strictObject(timeoutShape, expected('an object with attempt, total, quiet or queue')),
        ]),
        'What one attempt may take, from the start of its process or request; default: no limit. An object has further clocks. Example: "30s" or {"attempt": "30s", "total": "10m", "quiet": "2m"}.',
      ),
    background: () =>
      key(flag, 'Starts it, does not wait for it, and ends it when its group ends: for servers. Default false.'),
    ready: () =>
      key(
        z.strictObject(readyShape, expected('an object with http, tcp, log or run')),
        'Of a background step: what those that wait for it wait for, in the place of its start. Example: {"http": "GET http://127.0.0.1:8080/health"} or {"tcp": 5432} or {"log": "listening on"} or {"run": "pg_isready"}.',
      ),
    allowFailure: () => key(flag, 'A failure is reported, but cancels nobody and does not count. Default false.'),
    finally: (): z.ZodMiniOptional<z.ZodMiniType<StepInput['finally']>> =>
      key(
        oneOf('a list of steps, or an object with steps', [
          stepList,
          z.strictObject(finallyShape, expected('an object with steps')),
        ]),
        'Steps that run once after the body: after success, failure, timeout and interruption. Example: ["docker compose down"].',
      ),
    limit: () =>
      key(
        wholeNumber('a whole number, 1 or more', 1),
        'Of a gather: so many children at once, default all; of a forEach: so many copies, default one a processor, with --queue as many as there are slots. Example: 4.',
      ),
    failFast: () =>
      key(
        oneOf('true, false or "soon"', [flag, words(['soon'], 'true, false or "soon"')]),
        'Of a gather or forEach: true, the default: the first failure cancels the other children; "soon": no more start, those that run go on; false: all run to their end.',
      ),
    tolerate: () =>
      key(
        oneOf('a count of failures, or a share such as "5%"', [
          wholeNumber('a count of failures, 0 or more', 0),
          text(/^(?:100|\d{1,2})(?:\.\d+)?%$/, 'a count of failures, or a share such as "5%"'),
        ]),
        'Of a gather or forEach: so many failed children, or such a share of them, are no failure; one more cancels the rest. Excludes failFast. Example: 3 or "5%".',
      ),
    id: () =>
      key(
        text(/^[a-z0-9_-]+$/, 'an id of a-z, 0-9, "_" and "-"'),
        'The step\'s part of paths, unique among its siblings; default: made from name, else the position. Example: "build".',
      ),
    name: () =>
      key(text(NOT_BLANK, 'a name, not blank'), `What people see; \${NAME} is expanded. Example: "Build the site".`),
    description: () =>
      key(anyText, 'A sentence about the step, for people. Example: "Needs the database of the step before.".'),
    env: () =>
      key(
        z.record(variableName, scalar, expected('an object of variable names and values')),
        `Variables for this step and all below it; values become text as written, \${X} in a value means the outer X. Example: {"NODE_ENV": "test"}.`,
      ),
    envFile: envFileKey,
    save: saveKey,
    saveTo: saveToKey,
    cwd: () =>
      key(
        text(/^[^\0]+$/, 'a folder'),
        'Working folder for this step and all below it, relative to the plan\'s folder, which is the default. Example: "packages/web".',
      ),
    shell: () =>
      key(
        oneOf('"sh", "bash", or an array such as ["python3", "-c"]', [
          words(['sh', 'bash'], '"sh", "bash", or an array such as ["python3", "-c"]'),
          some(argument, 'an interpreter with its flags'),
        ]),
        'Interpreter of scripts for this step and all below it: "sh" (default; sh -ec), "bash" (bash -eo pipefail -c), or an array with its flags. Example: ["python3", "-c"].',
      ),
    stop: () =>
      key(
        z.strictObject(stopShape, expected('an object with signal, grace or run')),
        'How commands of this step and below it are told to end. Example: {"signal": "SIGINT", "grace": "10s"}.',
      ),
    stdin: stdinKey,
    interactive: interactiveKey,
    launcher: launcherKey,
  }),
  remoteShape,
  lazily({
    httpDefaults: () =>
      key(
        z.strictObject(httpDefaultsShape, expected('an object such as {"baseUrl": …}')),
        'Of a group: what the requests below have where they do not say otherwise; headers and query are merged by name. Example: {"baseUrl": "https://example.org/v1"}.',
      ),
    pools: poolsKey,
    okExitCodes: () =>
      key(
        some(wholeNumber('an exit code from 0 to 255', 0, 255), 'an array of exit codes'),
        'Of a run: exit codes that count as success, default [0]. Example: [0, 1].',
      ),
    rerun: () => key(flag, 'A resumed run starts it again though it had succeeded: a login, a mount. Default false.'),
  }),
);

const step: z.ZodMiniType<StepInput> = z
  .strictObject(stepShape, expected('a step: a command (text) or an object'))
  .register(z.globalRegistry, {
    id: 'step',
    description: 'One step: exactly one of run, http, steps, gather, any, use, sleep, and its modifiers.',
  });

skipAbsentKeys(step, stepShape, expected('a step: a command (text) or an object'));

const stepList = z
  .array(oneOf('a step: a command (text) or an object', [step, script]), expected('a list of steps'))
  .register(z.globalRegistry, { id: 'steps' });

export const definitionShape = joined(
  without(stepShape, ['id', 'needs', 'background', 'ready']),
  lazily({ inputs: inputsKey, schedule: scheduleKey }),
);

const definition = z
  .strictObject(definitionShape, expected('a step: a command (text) or an object'))
  .register(z.globalRegistry, {
    id: 'definition',
    description: 'A step that does nothing by itself: use names it, and so does the command line.',
  });

skipAbsentKeys(definition, definitionShape, expected('a step: a command (text) or an object'));

const defineKey = () =>
  key(
    z.record(
      z.string(),
      oneOf('a step: a command (text) or an object', [definition, script]),
      expected('an object of names and steps'),
    ),
    'Steps that do nothing by themselves: use names them ("#build"), and so does the command line (plan.yaml#build). Example: {"build": "npm run build"}.',
  );

const ofRoot = lazily({ pools: () => rootShape.pools, define: defineKey });
const planShape = joined(rootShape, stepShape, ofRoot);

/** The whole file. */
export const planSchema: z.ZodMiniType<PlanInput> = z
  .strictObject(planShape, expected('a plan: an object with one of run, http, steps, gather, any, use, sleep'))
  .register(z.globalRegistry, {
    title: 'runjobs plan',
    description: 'A job file of runjobs. A plan is a step with a few keys more.',
  });

skipAbsentKeys(
  planSchema,
  planShape,
  expected('a plan: an object with one of run, http, steps, gather, any, use, sleep'),
);
