/** The Plan and its Steps: what a job file means, after it was checked and every default was filled in. */

import type { SIGNALS } from './signals.ts';

/** Any value that JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** One job file, ready to run. A plan is a step: {@link Plan.root} has the path `.`. */
export interface Plan {
  /** The file's `name`, else its base name, else `plan`. */
  readonly name: string;
  /** Absolute path of the job file; absent for standard input and for an object. */
  readonly file?: string;
  /** Absolute folder that relative paths and the default working directory start from. */
  readonly folder: string;
  /** Leaf steps that may run at once in the whole run. */
  readonly slots: number;
  /** Held while the plan runs: no second run of it starts meanwhile. */
  readonly lock?: PlanLock;
  /** So many ended runs are kept, */
  readonly keep: number;
  /** in so many bytes. */
  readonly keepBytes: number;
  /** Bytes that the log of one step may hold; absent: all that it prints. */
  readonly maxLog?: number;
  readonly root: Step;
}

/** What may not run twice at the same time. */
export interface PlanLock {
  /** One of this user on this machine, whatever the plan; absent: the plan itself, by its real path. */
  readonly name?: string;
  /** Milliseconds to wait for the one that runs; 0: none. */
  readonly waitMs: number | 'forever';
}

/** One step: exactly one body, told apart by `type`. */
export type Step = RunStep | HttpStep | SequenceStep | GatherStep | SleepStep;

/** A step that an Executor carries out; the others are the engine's own. */
export type LeafStep = RunStep | HttpStep;

/** What every step has, whatever its body. Modifiers that are absent are not in force. */
export interface StepCommon {
  /** Unique among its siblings; the last part of the step's path. */
  readonly id: string;
  readonly name?: string;
  readonly description?: string;
  /** The step's own variables, as written: `${X}` in a value means the outer X. */
  readonly env: Readonly<Record<string, string>>;
  readonly background: boolean;
  readonly allowFailure: boolean;
  /** A resumed run starts it again though it had succeeded. */
  readonly rerun?: true;
  readonly finally?: FinallyBlock;
  readonly every?: Every;
  readonly retry?: Retry;
  /** Milliseconds that one attempt may take, from the start of its process or request. */
  readonly timeoutMs?: number;
}

/** A command: a shell script (string) or a program with its arguments (array, no shell). */
export interface RunStep extends StepCommon {
  readonly type: 'run';
  readonly command: string | readonly [string, ...string[]];
  /** The interpreter and its flags, for a script. */
  readonly shell: readonly [string, ...string[]];
  /** As written, own or inherited; absent: the plan's folder. */
  readonly cwd?: string;
  readonly stop: StopPolicy;
  /** Exit codes that count as success. */
  readonly okExitCodes: readonly number[];
}

/** An HTTP request, through the one session of the run. */
export interface HttpStep extends StepCommon {
  readonly type: 'http';
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: HttpBody;
  readonly expect: HttpExpect;
}

export type HttpBody =
  | { readonly type: 'json'; readonly value: Json }
  | { readonly type: 'text'; readonly text: string };

export interface HttpExpect {
  /** Statuses that count as success: exact ones, or classes such as `2xx`. */
  readonly status: readonly (number | `${1 | 2 | 3 | 4 | 5}xx`)[];
}

/** Children one after the other. */
export interface SequenceStep extends StepCommon {
  readonly type: 'steps';
  readonly children: readonly Step[];
}

/** Children concurrently. */
export interface GatherStep extends StepCommon {
  readonly type: 'gather';
  readonly children: readonly Step[];
  /** Children at once; absent: all of them. */
  readonly limit?: number;
  /** Whether the first failure cancels the siblings. */
  readonly failFast: boolean;
}

/** A wait; it holds no slot. */
export interface SleepStep extends StepCommon {
  readonly type: 'sleep';
  /** Milliseconds, or until the step is cancelled. */
  readonly durationMs: number | 'forever';
}

/** A signal that may ask a command to end. */
export type StopSignal = (typeof SIGNALS)[number];

/** How a command is told to end. */
export interface StopPolicy {
  readonly signal: StopSignal;
  /** Milliseconds between the signal and SIGKILL. */
  readonly graceMs: number;
  /** A script that stops the command, run in place of the signal. */
  readonly run?: string;
}

/** Steps that run once after the body has ended, however it ended. */
export interface FinallyBlock {
  readonly steps: readonly Step[];
  readonly timeoutMs: number;
}

/** Ticks at t0 + k · interval. */
export interface Every {
  readonly intervalMs: number;
  /** Ticks that are started at most. */
  readonly times?: number;
  /** Milliseconds from the start of the first tick after which none starts; one that runs then is let to its end. */
  readonly forMs?: number;
  /** What happens to a tick that is due while the last one runs. */
  readonly overlap: 'skip';
}

export interface Retry {
  /** Attempts after the first. */
  readonly times: number | 'forever';
  readonly delayMs: number;
  readonly factor: number;
  readonly maxDelayMs: number;
  readonly jitter: 'none' | 'full';
}

/** Whether an Executor carries this step out. */
export function isLeaf(step: Step): step is LeafStep {
  return step.type === 'run' || step.type === 'http';
}

/** The steps directly below a step, without those of its `finally`, in declared order. */
export function childrenOf(step: Step): readonly Step[] {
  return step.type === 'steps' || step.type === 'gather' ? step.children : [];
}

/** The path of a child: `deploy` + `smoke` is `deploy/smoke`; the root, `.`, is not written. */
export function childPath(parent: string, id: string): string {
  return parent === '.' ? id : `${parent}/${id}`;
}

/** Whether a path is that of the group itself or of something in it. */
export function isAtOrBelow(path: string, group: string): boolean {
  return group === '.' || path === group || path.startsWith(`${group}/`);
}
