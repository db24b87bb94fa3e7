/** The fold of events into all that is known of each step: for looking at one run at leisure. Holds every step. */
import type { RunEvent, StepFinished } from './event.ts';
import type { IsGroup } from './groups.ts';
import type { CancelReason, Outcome } from './outcome.ts';

/** Attempts that are kept of a step: the latest. */
const ATTEMPTS_MAX = 100;
const WARNINGS_MAX = 100;

export interface StepHistory {
  readonly path: string;
  /** Where it stood at last; undefined: it was not reached. */
  phase: 'queued' | 'running' | 'waiting' | 'ended' | undefined;
  /** The name that its author gave it. */
  name: string | undefined;
  /** Milliseconds from the run's start to the last start of the step. */
  startedT: number | undefined;
  /** The latest attempts that have ended, in order. */
  readonly attempts: AttemptHistory[];
  /** All attempts that have ended. */
  ended: number;
  /** Ticks that have ended, those of them that did not succeed, and those that were left out. */
  ticks: number;
  badTicks: number;
  missed: number;
  pid: number | undefined;
  outcome: Outcome | undefined;
  durationMs: number;
  /** It had ended before the run was resumed. */
  isTaken: boolean;
  /** Path of its log below the run's folder. */
  log: string | undefined;
}

export interface AttemptHistory {
  readonly attempt: number;
  readonly tick?: number;
  readonly outcome: Outcome;
  readonly durationMs: number;
}

export interface History {
  /** By path, in the order they were met. */
  readonly steps: ReadonlyMap<string, StepHistory>;
  /** The latest ones. */
  readonly warnings: readonly { readonly step?: string; readonly message: string }[];
  /** Why the whole run was told to stop. */
  readonly cancelling: CancelReason | undefined;
  /** Milliseconds from the start, or from the last resumption, to the last event. */
  readonly t: number;
  take(event: RunEvent): void;
}

/** What each step has come to; give it every event of the journal, in order. */
export function createHistory(isGroup: IsGroup): History {
  const steps = new Map<string, StepHistory>();
  const warnings: { readonly step?: string; readonly message: string }[] = [];
  let cancelling: CancelReason | undefined;
  let t = 0;
  const at = (path: string) => {
    let step = steps.get(path);
    if (step === undefined) {
      step = createStep(path);
      steps.set(path, step);
    }
    return step;
  };
  const take = (event: RunEvent) => {
    if (event.type !== 'run.started') t = event.t;
    switch (event.type) {
      case 'run.started':
        // What was taken over is told again.
        for (const step of steps.values()) forget(step);
        cancelling = undefined;
        t = 0;
        break;
      case 'step.queued':
        at(event.step).phase = 'queued';
        break;
      case 'step.started': {
        const step = at(event.step);
        if (isGroup(event.step) && step.phase !== undefined) forgetBelow(steps, event.step);
        step.phase = 'running';
        step.outcome = undefined;
        step.startedT = event.t;
        step.name = event.name;
        step.pid = event.pid;
        break;
      }
      case 'attempt.finished':
        attempted(at(event.step), event);
        break;
      case 'step.retrying':
      case 'tick.waiting':
        at(event.step).phase = 'waiting';
        break;
      case 'tick.finished':
        at(event.step).ticks += 1;
        if (event.outcome.state !== 'succeeded') at(event.step).badTicks += 1;
        break;
      case 'ticks.missed':
        at(event.step).missed += event.count;
        break;
      case 'step.finished':
        finish(at(event.step), event);
        break;
      case 'warning':
        warnings.push({ message: event.message, ...(event.step === undefined ? {} : { step: event.step }) });
        if (warnings.length > WARNINGS_MAX) warnings.shift();
        break;
      case 'run.cancelling':
        cancelling ??= event.reason;
        break;
      case 'copies.finished':
      case 'step.output':
      case 'step.stopping':
      case 'run.finished':
        break;
      default:
        event satisfies never;
    }
  };
  return {
    steps,
    warnings,
    get cancelling() {
      return cancelling;
    },
    get t() {
      return t;
    },
    take,
  };
}

function createStep(path: string): StepHistory {
  return {
    path,
    phase: undefined,
    name: undefined,
    startedT: undefined,
    attempts: [],
    ended: 0,
    ticks: 0,
    badTicks: 0,
    missed: 0,
    pid: undefined,
    outcome: undefined,
    durationMs: 0,
    isTaken: false,
    log: undefined,
  };
}

function attempted(step: StepHistory, { attempt, tick, outcome, durationMs }: AttemptHistory): void {
  step.attempts.push({ attempt, outcome, durationMs, ...(tick === undefined ? {} : { tick }) });
  step.ended += 1;
  if (step.attempts.length > ATTEMPTS_MAX) step.attempts.shift();
}

function finish(step: StepHistory, { outcome, durationMs, log, resumed }: StepFinished): void {
  step.phase = 'ended';
  step.outcome = outcome;
  step.durationMs = durationMs;
  step.isTaken = resumed === true;
  step.log = log ?? step.log;
}

/** The step starts anew: what it had come to is void, its attempts are remembered. */
function forget(step: StepHistory): void {
  step.phase = undefined;
  step.outcome = undefined;
  step.startedT = undefined;
  step.durationMs = 0;
  step.isTaken = false;
}

function forgetBelow(steps: ReadonlyMap<string, StepHistory>, group: string): void {
  const below = group === '.' ? '' : `${group}/`;
  for (const step of steps.values()) if (step.path !== group && step.path.startsWith(below)) forget(step);
}
