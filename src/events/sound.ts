/** Whether what was read back as an event holds what its type promises: files may be damaged, or from another version. */
import type { RunEvent } from './event.ts';
import type { Outcome } from './outcome.ts';

type Check = (value: unknown) => boolean;
type Fields = Readonly<Record<string, Check>>;

const text: Check = value => typeof value === 'string';
const number: Check = value => typeof value === 'number' && Number.isFinite(value);
const maybe =
  (check: Check): Check =>
  value =>
    value === undefined || check(value);
// Millions of events are read, or none: what can be known of a check is worked out once, and not before it is asked.
const holding = (fields: Fields): Check => {
  let checks: [string, Check][] | undefined;
  return value => {
    if (typeof value !== 'object' || value === null) return false;
    checks ??= Object.entries(fields);
    for (const [name, check] of checks) if (!check((value as Record<string, unknown>)[name])) return false;
    return true;
  };
};
/** One of a union that is told apart by this key. */
const oneOf = (key: string, kinds: Readonly<Record<string, Fields>>): Check => {
  let checks: Map<string, Check> | undefined;
  return value => {
    checks ??= new Map(Object.entries(kinds).map(([kind, fields]) => [kind, holding(fields)]));
    const kind = (Object(value) as Record<string, unknown>)[key];
    return typeof kind === 'string' && checks.get(kind)?.(value) === true;
  };
};

const mapOf =
  (check: Check): Check =>
  value =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(check);

const message: Fields = { message: text };
const step: Fields = { step: text };

const failure = oneOf('type', {
  exit: { list: maybe(text) },
  signal: { list: maybe(text) },
  timeout: { limitMs: number, probe: maybe(text) },
  'not-ready': {},
  lost: message,
  start: message,
  http: { ...message, kind: maybe(text), body: maybe(text) },
  save: message,
  'stopped-by-user': {},
  child: step,
  until: { until: text },
  finally: { ...step, limitMs: maybe(number) },
  internal: message,
});

const CANCELS = {
  interrupted: { signal: text },
  aborted: {},
  timeout: { ...step, limitMs: number, probe: maybe(text) },
  'sibling-failed': step,
  'stopped-by-user': step,
  lost: step,
  'next-tick': step,
  'group-ended': step,
  unwritable: message,
  internal: message,
};
const cancel = oneOf('type', CANCELS);
const skip = oneOf('type', {
  ...CANCELS,
  'earlier-failed': step,
  'not-started': step,
  'left-out': { by: text },
  locked: message,
  if: { exitCode: maybe(number), name: maybe(text) },
  need: { steps: value => Array.isArray(value) && value.length > 0 && value.every(text) },
});

const how: Fields = { exitCode: maybe(number), signal: maybe(text) };
const outcome = oneOf('state', {
  succeeded: how,
  failed: { ...how, reason: failure },
  cancelled: { ...how, reason: cancel },
  skipped: { reason: skip },
});

const resumed = holding({
  count: number,
  taken: number,
  changed: maybe(value => Array.isArray(value) && value.every(text)),
});

const saved = maybe(mapOf(value => value === null || text(value)));
const ofStep: Fields = { step: text, t: number };
const EVENTS: Readonly<Record<Exclude<RunEvent['type'], 'step.output' | 'step.progress'>, Fields>> = {
  'run.started': {
    v: number,
    run: text,
    name: text,
    at: text,
    plan: maybe(text),
    folder: maybe(text),
    resumed: maybe(resumed),
  },
  'step.queued': ofStep,
  'step.started': {
    ...ofStep,
    attempt: number,
    tick: maybe(number),
    name: maybe(text),
    pid: maybe(number),
    worker: maybe(text),
    item: maybe(mapOf(text)),
    items: maybe(number),
    list: maybe(text),
  },
  'step.ready': { ...ofStep, attempt: number, durationMs: number, tick: maybe(number) },
  'attempt.finished': { ...ofStep, attempt: number, outcome, durationMs: number, tick: maybe(number), saved },
  'step.retrying': { ...ofStep, attempt: number, delayMs: number, failure },
  'tick.waiting': { ...ofStep, tick: number, delayMs: number },
  'tick.finished': { ...ofStep, tick: number, outcome, saved },
  'ticks.missed': { ...ofStep, count: number },
  'workers.changed': { t: number, workers: number, slots: number },
  'step.stopping': { ...ofStep, pid: number, signal: text, graceMs: number },
  'step.finished': {
    ...ofStep,
    outcome,
    body: maybe(outcome),
    durationMs: number,
    attempts: number,
    log: maybe(text),
    saved,
  },
  'copies.finished': { ...ofStep, first: number, count: number, outcome },
  warning: { t: number, step: maybe(text), ...message },
  'run.cancelling': { t: number, reason: cancel },
  'run.finished': { t: number, outcome, exitCode: number },
};

const event = oneOf('type', EVENTS);
/** What an event of any kind holds. */
const anyEvent = holding({ type: text, t: number, step: maybe(text) });
/** Of another version only that is read. */
const otherVersion = holding({ type: value => value === 'run.started', v: value => number(value) && value !== 1 });

/**
 * Whether it is an event of the journal, with all that is relied on. Kinds of a later runjobs are events, too, and so is
 * the beginning of a journal of another version.
 */
export function isSound(value: unknown): value is RunEvent {
  const { type } = Object(value) as { type?: unknown };
  const isKnown = typeof type === 'string' && Object.hasOwn(EVENTS, type);
  return otherVersion(value) || (isKnown ? event(value) : anyEvent(value));
}

/** Whether it is an outcome as this version knows them. */
export function isSoundOutcome(value: unknown): value is Outcome {
  return outcome(value);
}
