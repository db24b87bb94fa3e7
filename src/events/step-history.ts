/** All that is known of one step of a run that is looked at. */
import type { CopiesHistory } from './copies.ts';
import type {
  AttemptFinished,
  StepFinished,
  StepQueued,
  StepReady,
  StepRetrying,
  StepStarted,
  TickFinished,
  TicksMissed,
  TickWaiting,
} from './event.ts';
import type { Item } from './item.ts';
import type { Outcome } from './outcome.ts';

/** Attempts that are kept of a step: the latest. */
const ATTEMPTS_MAX = 100;

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
  /** Of the last attempt, where it has `ready`: milliseconds from its start until it was. */
  readyMs: number | undefined;
  /** All attempts that have ended. */
  ended: number;
  /** Ticks that have ended, those of them that did not succeed, and those that were left out. */
  ticks: number;
  badTicks: number;
  missed: number;
  pid: number | undefined;
  worker: string | undefined;
  outcome: Outcome | undefined;
  durationMs: number;
  /** It had ended before the run was resumed. */
  isTaken: boolean;
  /** Path of its log below the run's folder. */
  log: string | undefined;
  /** Of a copy: its values. */
  item: Item | undefined;
  /** Of a forEach: its copies. */
  copies: CopiesHistory | undefined;
}

export interface AttemptHistory {
  readonly attempt: number;
  readonly tick?: number;
  readonly outcome: Outcome;
  readonly durationMs: number;
}

/** One that was not reached. */
export function createStep(path: string): StepHistory {
  return {
    path,
    phase: undefined,
    name: undefined,
    startedT: undefined,
    attempts: [],
    readyMs: undefined,
    ended: 0,
    ticks: 0,
    badTicks: 0,
    missed: 0,
    pid: undefined,
    worker: undefined,
    outcome: undefined,
    durationMs: 0,
    isTaken: false,
    log: undefined,
    item: undefined,
    copies: undefined,
  };
}

/** What happens between its starts and its end. */
export type StepEvent =
  | StepQueued
  | StepReady
  | StepRetrying
  | AttemptFinished
  | TickWaiting
  | TickFinished
  | TicksMissed;

/** It starts, or starts again, whatever it had come to. */
export function startStep(step: StepHistory, { t, name, pid, worker }: StepStarted): void {
  step.phase = 'running';
  step.outcome = undefined;
  step.startedT = t;
  step.readyMs = undefined;
  step.name = name;
  step.pid = pid;
  step.worker = worker;
  step.isTaken = false;
}

/** Takes one event of the step in. */
export function takeStepEvent(step: StepHistory, event: StepEvent): void {
  switch (event.type) {
    case 'step.queued':
      step.phase = 'queued';
      break;
    case 'step.ready':
      step.readyMs = event.durationMs;
      break;
    case 'attempt.finished':
      attempted(step, event);
      break;
    case 'step.retrying':
    case 'tick.waiting':
      step.phase = 'waiting';
      break;
    case 'tick.finished':
      step.ticks += 1;
      if (event.outcome.state !== 'succeeded') step.badTicks += 1;
      break;
    case 'ticks.missed':
      step.missed += event.count;
      break;
    default:
      event satisfies never;
  }
}

function attempted(step: StepHistory, { attempt, tick, outcome, durationMs }: AttemptHistory): void {
  step.attempts.push({ attempt, outcome, durationMs, ...(tick === undefined ? {} : { tick }) });
  step.ended += 1;
  if (step.attempts.length > ATTEMPTS_MAX) step.attempts.shift();
}

/** It has come to its end. */
export function finishStep(step: StepHistory, { outcome, durationMs, log, resumed }: StepFinished): void {
  step.phase = 'ended';
  step.outcome = outcome;
  step.durationMs = durationMs;
  step.isTaken = resumed === true;
  step.log = log ?? step.log;
}

/** The step starts anew: what it had come to is void, its attempts are remembered. */
export function forget(step: StepHistory): void {
  step.phase = undefined;
  step.outcome = undefined;
  step.startedT = step.readyMs = undefined;
  step.durationMs = 0;
  step.isTaken = false;
  step.copies = undefined;
}
