/** The JSON Schema of events: what `runjobs schema --events` publishes. A test holds it against real runs. */

import type { HttpTrouble } from './outcome.ts';

type Schema = { readonly [key: string]: unknown };

const text: Schema = { type: 'string' };
const count: Schema = { type: 'integer', minimum: 0 };
const ordinal: Schema = { type: 'integer', minimum: 1 };
const yes: Schema = { const: true };
const texts: Schema = { type: 'object', additionalProperties: text };
const saved: Schema = {
  type: 'object',
  description: 'Variables for the steps that follow; null: the value held a secret, which is kept nowhere.',
  additionalProperties: { type: ['string', 'null'] },
};
const outcome: Schema = { $ref: '#/$defs/outcome' };
const failure: Schema = { $ref: '#/$defs/failure' };
const cancelReason: Schema = { $ref: '#/$defs/cancelReason' };

/** A strict object; a name that ends in `?` is optional. */
function object(properties: Record<string, Schema>, description?: string): Schema {
  const names = Object.keys(properties);
  return {
    type: 'object',
    ...(description === undefined ? {} : { description }),
    properties: Object.fromEntries(Object.entries(properties).map(([name, schema]) => [bare(name), schema])),
    required: names.filter(name => !name.endsWith('?')),
    additionalProperties: false,
  };
}

const bare = (name: string) => name.replace('?', '');

/** One kind of a union, told apart by `type`. */
function kind(type: string, properties: Record<string, Schema> = {}, description?: string): Schema {
  return object({ type: { const: type }, ...properties }, description);
}

const clocks = { limitMs: count, 'clock?': { enum: ['total', 'quiet', 'queue', 'worker', 'ready'] }, 'probe?': text };

const HTTP_TROUBLES: readonly HttpTrouble[] = [
  'request',
  'dns',
  'refused',
  'unreachable',
  'connect-timeout',
  'tls',
  'proxy',
  'reset',
  'closed',
  'protocol',
  'encoding',
  'size',
  'redirects',
  'status',
  'answer',
  'other',
];

const cancelReasons = [
  kind('interrupted', { signal: { enum: ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] } }),
  kind('aborted'),
  kind('timeout', { step: text, ...clocks }),
  kind('sibling-failed', { step: text }),
  kind('stopped-by-user', { step: text }),
  kind('lost', { step: text }),
  kind('next-tick', { step: text }),
  kind('group-ended', { step: text }),
  kind('unwritable', { message: text }),
  kind('internal', { message: text }),
];

const ended = { 'exitCode?': { type: 'integer' }, 'signal?': text };
const ofStep = { step: { ...text, description: 'Path of the step; "." is the root.' }, t: count };

/** Draft-07, as editors and most validators know it. */
export const eventSchema: Schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'runjobs event',
  description: 'One line of the ndjson reporter. "t" is milliseconds since the start of the run.',
  oneOf: [
    kind('run.started', {
      v: { const: 1 },
      run: { ...text, description: 'Id of the run.' },
      name: text,
      'plan?': { ...text, description: 'Absolute path of the job file.' },
      'folder?': { ...text, description: 'Absolute folder of the run; logs lie below it.' },
      at: { type: 'string', description: 'ISO 8601, UTC.' },
      'resumed?': object(
        { count: ordinal, taken: count, 'changed?': { type: 'array', items: text } },
        'The run had been broken off and goes on: the how-manieth time, and how many leaf steps are taken over.',
      ),
    }),
    kind(
      'step.queued',
      { ...ofStep, for: { enum: ['slot', 'pool', 'lock', 'worker'] }, 'pool?': text },
      'The step waits before it may start.',
    ),
    kind(
      'step.started',
      {
        ...ofStep,
        'tick?': ordinal,
        attempt: ordinal,
        'name?': text,
        'pid?': ordinal,
        'worker?': { ...text, description: 'The worker that carries it out, where it is not the run itself.' },
        'logOffset?': count,
        'item?': texts,
        'items?': count,
        'list?': text,
        'resumed?': yes,
      },
      'One attempt of a step starts.',
    ),
    kind(
      'step.ready',
      { ...ofStep, 'tick?': ordinal, attempt: ordinal, durationMs: count },
      'An attempt of a background step is ready; those that waited for it go on.',
    ),
    kind('step.output', { ...ofStep, stream: { enum: ['out', 'err'] }, text }, 'A piece of what the step prints.'),
    kind(
      'step.progress',
      { ...ofStep, bytes: count, 'total?': count, rate: count },
      'How much of an answer has come; bytes a second.',
    ),
    kind('attempt.finished', {
      ...ofStep,
      'tick?': ordinal,
      attempt: ordinal,
      outcome,
      durationMs: count,
      'saved?': saved,
    }),
    kind('step.retrying', { ...ofStep, attempt: ordinal, delayMs: count, failure, ...ended }),
    kind('tick.waiting', { ...ofStep, tick: ordinal, delayMs: count }),
    kind('tick.finished', { ...ofStep, tick: ordinal, outcome, 'saved?': saved }),
    kind('ticks.missed', { ...ofStep, count: ordinal }),
    kind('workers.changed', { t: count, workers: count, slots: count }, 'Workers have come or gone.'),
    kind(
      'step.stopping',
      { ...ofStep, pid: ordinal, signal: text, graceMs: count, 'waitedMs?': count, 'command?': text },
      'A step was told to stop, or is waited for since.',
    ),
    kind(
      'step.finished',
      {
        ...ofStep,
        'tick?': ordinal,
        outcome,
        'body?': outcome,
        durationMs: count,
        attempts: count,
        'log?': text,
        'saved?': saved,
        'resumed?': yes,
      },
      'The final state of a step; nothing of it is left.',
    ),
    kind(
      'copies.finished',
      { ...ofStep, first: ordinal, count: ordinal, outcome, 'resumed?': yes },
      'The final state of copies of a forEach that were not started: skipped, or taken over by a resumed run.',
    ),
    kind('warning', { t: count, 'step?': text, message: text }),
    kind('run.cancelling', { t: count, reason: cancelReason, 'forced?': yes }),
    kind('run.finished', { t: count, outcome, exitCode: { type: 'integer' } }),
  ],
  $defs: {
    outcome: {
      oneOf: [
        object({ state: { const: 'succeeded' }, 'exitCode?': { type: 'integer' }, 'status?': { type: 'integer' } }),
        object({
          state: { const: 'failed' },
          reason: failure,
          ...ended,
          'status?': { type: 'integer' },
          'retryAfterMs?': count,
          'allowed?': yes,
        }),
        object({ state: { const: 'cancelled' }, reason: cancelReason, ...ended }),
        object({ state: { const: 'skipped' }, reason: { $ref: '#/$defs/skipReason' } }),
      ],
    },
    failure: {
      oneOf: [
        kind('exit', { 'list?': text }, 'With list: it was the command that prints that list of a forEach.'),
        kind('signal', { 'list?': text }),
        kind('timeout', clocks),
        kind('not-ready'),
        kind('lost', { message: text }, 'Its worker is gone; it may have been carried out.'),
        kind('start', { message: text }),
        kind('http', { 'kind?': { enum: HTTP_TROUBLES }, message: text, 'body?': text }),
        kind('save', { message: text }),
        kind('stopped-by-user'),
        kind('child', { step: text }),
        kind('until', { until: { enum: ['success', 'failure'] } }),
        kind('finally', { step: text, 'limitMs?': count }),
        kind('internal', { message: text, 'stack?': text }),
      ],
    },
    cancelReason: { oneOf: cancelReasons },
    skipReason: {
      oneOf: [
        ...cancelReasons,
        kind('left-out', { by: { enum: ['--only', '--skip', '--from'] } }),
        kind('if', { exitCode: { type: 'integer' } }),
        kind('if', { name: text }),
        kind('locked', { message: text }),
        kind('earlier-failed', { step: text }),
        kind('need', { steps: { type: 'array', items: text, minItems: 1 }, 'when?': { const: 'failed' } }),
        kind('not-started', { step: text }),
      ],
    },
  },
};
