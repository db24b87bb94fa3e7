/** The closed union of everything that a run tells: plain JSON, one object a line in ndjson and in the journal. */
import type { CancelReason, Failure, Outcome } from './outcome.ts';

/** One thing that happened. `t` is milliseconds since the run's start. */
export type RunEvent =
  | RunStarted
  | StepQueued
  | StepStarted
  | StepReady
  | StepOutput
  | StepProgress
  | AttemptFinished
  | StepRetrying
  | TickWaiting
  | TickFinished
  | TicksMissed
  | StepStopping
  | StepFinished
  | CopiesFinished
  | WorkersChanged
  | Warning
  | RunCancelling
  | RunFinished;

export interface RunStarted {
  readonly type: 'run.started';
  /** Version of this union. */
  readonly v: 1;
  /** The run's id, `20261122-081349-7f3a91c4`. */
  readonly run: string;
  readonly name: string;
  /** The job file as an absolute path; absent for standard input and objects. */
  readonly plan?: string;
  /** Absolute folder of the run: its logs lie below. Absent when nothing is kept. */
  readonly folder?: string;
  /** Wall-clock time, ISO 8601, UTC. */
  readonly at: string;
  /** The run had been broken off and goes on, in the same folder. */
  readonly resumed?: Resumed;
}

export interface Resumed {
  /** How many times it has been resumed, this one included. */
  readonly count: number;
  /** Leaf steps that are taken over because they had succeeded. */
  readonly taken: number;
  /** The paths of steps that are others than before, as the plan has changed: what was known of them is void. */
  readonly changed?: readonly string[];
}

interface OfStep {
  /** The step's path. */
  readonly step: string;
  readonly t: number;
}

/** The step must wait before it may start. */
export interface StepQueued extends OfStep {
  readonly type: 'step.queued';
  readonly for: 'slot' | 'pool' | 'lock' | 'worker';
  /** The pool that has too little. */
  readonly pool?: string;
}

/** One attempt of a step starts. */
export interface StepStarted extends OfStep {
  readonly type: 'step.started';
  /** The tick of the nearest `every`, the step's own or one above it; counted from 1. */
  readonly tick?: number;
  readonly attempt: number;
  /** The step's `name`, its variables replaced. */
  readonly name?: string;
  readonly pid?: number;
  /** The worker that carries it out, where it is not the run itself. */
  readonly worker?: string;
  /** Where this attempt's output begins in the step's log, in bytes; in one that it shares, nowhere before. */
  readonly logOffset?: number;
  /** Of a copy of a forEach: its values, by the names of the lists. */
  readonly item?: Readonly<Record<string, string>>;
  /** Of a forEach: how many copies it has. */
  readonly items?: number;
  /** Of a forEach whose list was read from outside: where it is kept, below the run's folder. */
  readonly list?: string;
  /** A resumed run enters again what was broken off: what had ended below stays. */
  readonly resumed?: true;
}

/** An attempt of a background step is ready; those that waited for it go on. */
export interface StepReady extends OfStep {
  readonly type: 'step.ready';
  readonly tick?: number;
  readonly attempt: number;
  /** From its start. */
  readonly durationMs: number;
}

/** Variables that a step has saved; `null`: the value held a secret, which is kept nowhere. */
export type SavedFacts = Readonly<Record<string, string | null>>;

/** A piece of what the step prints, cut anywhere but inside a character. Not in the journal. */
export interface StepOutput extends OfStep {
  readonly type: 'step.output';
  readonly stream: 'out' | 'err';
  readonly text: string;
}

/** How much of an answer has come by now: once a second at most, and only where it takes longer. Not in the journal. */
export interface StepProgress extends OfStep {
  readonly type: 'step.progress';
  /** As they came. */
  readonly bytes: number;
  /** Of which it has so many in all, where the server has told. */
  readonly total?: number;
  /** Bytes a second since the last time. */
  readonly rate: number;
}

export interface AttemptFinished extends OfStep {
  readonly type: 'attempt.finished';
  readonly tick?: number;
  readonly attempt: number;
  readonly outcome: Outcome;
  readonly durationMs: number;
  /** What a leaf step has saved in it. */
  readonly saved?: SavedFacts;
}

/** The attempt failed; the next one, `attempt`, starts after the delay. */
export interface StepRetrying extends OfStep {
  readonly type: 'step.retrying';
  readonly attempt: number;
  readonly delayMs: number;
  readonly failure: Failure;
  /** Of the failed attempt. */
  readonly exitCode?: number;
  readonly signal?: string;
}

/** The next tick is due in `delayMs`. */
export interface TickWaiting extends OfStep {
  readonly type: 'tick.waiting';
  readonly tick: number;
  readonly delayMs: number;
}

export interface TickFinished extends OfStep {
  readonly type: 'tick.finished';
  readonly tick: number;
  readonly outcome: Outcome;
  /** What the tick has saved. */
  readonly saved?: SavedFacts;
}

/** Ticks that were due while an earlier one ran, and were left out. */
export interface TicksMissed extends OfStep {
  readonly type: 'ticks.missed';
  readonly count: number;
}

/**
 * The step's process was told to end; told again at each further measure, and once when something still runs a second
 * later.
 */
export interface StepStopping extends OfStep {
  readonly type: 'step.stopping';
  /** The step's own process, or the one that is waited for. */
  readonly pid: number;
  /** The last measure: a signal, or `stop.run`. */
  readonly signal: string;
  /** What is left until the next measure. */
  readonly graceMs: number;
  /** This process has not ended for so long since the first measure. */
  readonly waitedMs?: number;
  /** What is waited for, where it is not the step's own process. */
  readonly command?: string;
}

/** The step's final state, once per start of its group. Nothing of the step is left. */
export interface StepFinished extends OfStep {
  readonly type: 'step.finished';
  readonly tick?: number;
  readonly outcome: Outcome;
  /** What the body came to, where a failure of the step's `finally` made something else of it. */
  readonly body?: Outcome;
  /** From its first start; 0 when it never started. */
  readonly durationMs: number;
  /** Attempts up to the last that has started, in all ticks; after a resume those before it in the tick that went on, too. */
  readonly attempts: number;
  /** Path of the step's log below the run's folder, which copies may share; absent when it printed nothing. */
  readonly log?: string;
  /** The variables that it leaves to the steps that follow: its own, and those of the steps inside. */
  readonly saved?: SavedFacts;
  /** It had ended before the run was resumed, and is taken over as it was. */
  readonly resumed?: true;
}

/**
 * The final state of copies of a forEach, one after the other in the list, none of which was started: they were skipped,
 * or had succeeded before the run was resumed.
 */
export interface CopiesFinished extends OfStep {
  readonly type: 'copies.finished';
  /** The number of the first one, from 1. */
  readonly first: number;
  readonly count: number;
  readonly outcome: Outcome;
  readonly resumed?: true;
}

/** Workers have come or gone of those that carry steps of this run out. */
export interface WorkersChanged {
  readonly type: 'workers.changed';
  readonly t: number;
  readonly workers: number;
  /** Steps that they carry out at once, all together. */
  readonly slots: number;
}

export interface Warning {
  readonly type: 'warning';
  readonly t: number;
  readonly step?: string;
  readonly message: string;
}

/** The whole run was told to stop. */
export interface RunCancelling {
  readonly type: 'run.cancelling';
  readonly t: number;
  readonly reason: CancelReason;
  /** Everything is killed at once; no `finally` starts any more. */
  readonly forced?: true;
}

export interface RunFinished {
  readonly type: 'run.finished';
  readonly t: number;
  readonly outcome: Outcome;
  readonly exitCode: number;
}
