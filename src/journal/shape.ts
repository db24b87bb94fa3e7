/** Whether a line of a journal is an event: what those who read events rely on without looking. */
import type { RunEvent } from '../events/event.ts';

type Check = (value: unknown) => boolean;
type Fields = Readonly<Record<string, Check>>;

const isText: Check = value => typeof value === 'string';
const isNumber: Check = value => Number.isFinite(value);
const isCount: Check = value => Number.isSafeInteger(value) && Number(value) >= 0;
const isOrdinal: Check = value => isCount(value) && value !== 0;
const maybe =
  (check: Check): Check =>
  value =>
    value === undefined || check(value);
const isTexts: Check = value => Array.isArray(value) && value.every(isText);

/** What reasons hold besides their type; the others hold nothing that is relied on. */
const REASONS: Readonly<Record<string, Fields>> = {
  start: { message: isText },
  http: { message: isText },
  internal: { message: isText },
  unwritable: { message: isText },
  timeout: { limitMs: isNumber },
};

const isReason: Check = value => {
  const { type } = (value ?? {}) as { type?: unknown };
  return typeof type === 'string' && has(value, Object.hasOwn(REASONS, type) ? (REASONS[type] ?? {}) : {});
};
const isOutcome: Check = value => {
  const { state, reason } = (value ?? {}) as { state?: unknown; reason?: unknown };
  return state === 'succeeded' || (['failed', 'cancelled', 'skipped'].includes(String(state)) && isReason(reason));
};
const isResumption: Check = value => has(value, { count: isCount, changed: maybe(isTexts) });

const ofStep = { step: isText, t: isNumber };

const EVENTS: Readonly<Record<RunEvent['type'], Fields>> = {
  'run.started': { v: isNumber, run: isText },
  'step.queued': ofStep,
  'step.started': { ...ofStep, tick: maybe(isOrdinal), attempt: isOrdinal, name: maybe(isText) },
  'step.output': { ...ofStep, text: isText },
  'attempt.finished': { ...ofStep, attempt: isOrdinal, outcome: isOutcome },
  'step.retrying': { ...ofStep, attempt: isOrdinal, delayMs: isNumber, failure: isReason },
  'tick.waiting': { ...ofStep, tick: isOrdinal, delayMs: isNumber },
  'tick.finished': { ...ofStep, tick: isOrdinal, outcome: isOutcome },
  'ticks.missed': { ...ofStep, count: isCount },
  'step.stopping': { ...ofStep, signal: isText, graceMs: isNumber },
  'step.finished': {
    ...ofStep,
    outcome: isOutcome,
    body: maybe(isOutcome),
    durationMs: isNumber,
    attempts: isCount,
    log: maybe(isText),
  },
  warning: { t: isNumber, step: maybe(isText), message: isText },
  'run.cancelling': { t: isNumber, reason: isReason },
  'run.finished': { t: isNumber, outcome: isOutcome },
};

/** What a beginning of this version holds; of a newer one only its version is read. */
const BEGINNING: Fields = { name: isText, folder: maybe(isText), resumed: maybe(isResumption) };

/** Kinds of a later version of the same union are events, too, when they have the time that all but the first have. */
export function isEvent(value: unknown, version: number): value is RunEvent {
  const { type, v } = (value ?? {}) as { type?: unknown; v?: unknown };
  if (typeof type !== 'string') return false;
  if (!isKnown(type)) return has(value, { t: isNumber, step: maybe(isText) });
  if (!has(value, EVENTS[type])) return false;
  return type !== 'run.started' || v !== version || has(value, BEGINNING);
}

function isKnown(type: string): type is RunEvent['type'] {
  return Object.hasOwn(EVENTS, type);
}

function has(value: unknown, fields: Fields): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(fields).every(([name, check]) => check((value as Record<string, unknown>)[name]));
}
