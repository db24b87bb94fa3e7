/** The Plan and its Steps: what a job file means, after it was checked and every default was filled in. */

import type { Every } from './every.ts';
import type { HttpRequest } from './http-step.ts';
import type { Ping } from './notify.ts';
import type { Input, PlanLock, Scheduled } from './plan-keys.ts';
import type { Pool } from './pools.ts';
import type { Range } from './ranges.ts';
import type { Remote } from './remote.ts';
import type { Limits, Retry } from './retry.ts';
import type { Command } from './run-step.ts';
import type { EnvFile, Used } from './used.ts';

export type { Every } from './every.ts';
export type { Bounds, EventRule, HttpExpect, JsonRule, TextRule } from './http-expect.ts';
export type { Field, HttpAuth, HttpBody, HttpManner, HttpPaginate, HttpPart, HttpRequest } from './http-step.ts';
export type { Json } from './json-value.ts';
export type { Ping, PingMoment } from './notify.ts';
export type { Input, PlanLock, Scheduled } from './plan-keys.ts';
export type { Pool } from './pools.ts';
export type { Remote } from './remote.ts';
export type { Limits, Retry, RetryOn } from './retry.ts';
export type { Command, Stdin, StopPolicy, StopSignal } from './run-step.ts';
export type { EnvFile, StepLock, Used, UsedLevel } from './used.ts';

/** One job file, ready to run. A plan is a step: {@link Plan.root} has the path `.`. */
export interface Plan {
  /** The file's `name`, with the values of what is around the plan, else its base name, else `plan`. */
  readonly name: string;
  /** Absolute path of the job file; absent for standard input and for an object. */
  readonly file?: string;
  /** Absolute folder that relative paths and the default working directory start from. */
  readonly folder: string;
  /** Leaf steps that may run at once in the whole run. */
  readonly slots: number;
  /** What steps share besides, by name. */
  readonly pools?: Readonly<Record<string, Pool>>;
  /** Held while the plan runs: no second run of it starts meanwhile. */
  readonly lock?: PlanLock;
  /** When somebody else is to start what is run; it starts nothing by itself. */
  readonly schedule?: readonly Scheduled[];
  /** Who is told of its starts and ends. */
  readonly notify?: readonly Ping[];
  /** So many ended runs are kept, */
  readonly keep: number;
  /** in so many bytes. */
  readonly keepBytes: number;
  /** Bytes that the log of one step may hold; absent: all that it prints. */
  readonly maxLog?: number;
  /** What the caller gives, by name. */
  readonly inputs: Readonly<Record<string, Input>>;
  /** Names of variables whose values are masked wherever they would be shown or kept. */
  readonly secrets: readonly string[];
  /** Of those that a used file declares, that file as people know it. */
  readonly secretsElsewhere?: Readonly<Record<string, string>>;
  /** What `use` and the command line can name in its file. */
  readonly definitions?: Readonly<Record<string, Definition>>;
  /** The definition that is run in the place of the plan itself. */
  readonly definition?: string;
  /** It has definitions and nothing else to do: it cannot be run as such. */
  readonly isLibrary?: true;
  readonly root: Step;
}

export interface Definition {
  readonly description?: string;
  /** When somebody else is to start it. */
  readonly schedule?: readonly Scheduled[];
}

/** One step: exactly one body, told apart by `type`; a forEach stands around the step that it repeats. */
export type Step = RunStep | HttpStep | SequenceStep | GatherStep | AnyStep | SleepStep | ForEachStep;

/** A step that an Executor carries out; the others are the engine's own. */
export type LeafStep = RunStep | HttpStep;

/** What every step has, whatever its body. Modifiers that are absent are not in force. */
export interface StepCommon {
  /** Unique among its siblings; the last part of the step's path. */
  readonly id: string;
  readonly name?: string;
  readonly description?: string;
  /** Absolute folder that its paths start from, where that is not the plan's. */
  readonly folder?: string;
  /** Of a step that uses a plan or a definition. */
  readonly used?: Used;
  /** The step's own variables, as written: `${X}` in a value means the outer X. */
  readonly env: Readonly<Record<string, string>>;
  /** Files of variables, as written, the later ones over the earlier, all below `env`. */
  readonly envFiles?: readonly EnvFile[];
  /** Of a child of a gather: the siblings that it waits for. */
  readonly needs?: readonly Need[];
  readonly if?: Condition;
  /** The command line leaves it out of this run. */
  readonly leftOut?: LeftOut;
  readonly background: boolean;
  /** Of a background step: what others wait for, in the place of its start. */
  readonly ready?: Ready;
  readonly allowFailure: boolean;
  /** A resumed run starts it again though it had succeeded. */
  readonly rerun?: true;
  readonly finally?: FinallyBlock;
  readonly every?: Every;
  readonly retry?: Retry;
  /** Milliseconds that one attempt may take, from the start of its process or request. */
  readonly timeoutMs?: number;
  readonly limits?: Limits;
}

/** By which option. */
export type LeftOut = '--only' | '--skip' | '--from';

/** What must hold for a step to be started. */
export type Condition =
  /** The command exits with 0. */
  | { readonly type: 'test'; readonly command: RunStep }
  /** Each variable has one of the values; one that is not set has the empty one. */
  | { readonly type: 'equal'; readonly values: Readonly<Record<string, readonly string[]>> };

/** When a background step is ready: as soon as its probe says so. */
export interface Ready {
  readonly probe: Probe;
  /** Milliseconds from probe to probe; absent: few at first, then more. */
  readonly everyMs?: number;
  /** Milliseconds from the start of an attempt, which has failed if it is not ready by then. */
  readonly timeoutMs: number;
}

/** What is asked, as written. */
export type Probe =
  | { readonly type: 'http'; readonly request: HttpStep }
  /** The command exits with 0. */
  | { readonly type: 'run'; readonly command: RunStep }
  /** Something listens there: `host:port`, or a port of this machine. */
  | { readonly type: 'tcp'; readonly address: string }
  /** The step prints a line that holds a text, or matches `/pattern/flags`. */
  | { readonly type: 'log'; readonly pattern: string };

export interface Need {
  /** Of the sibling. */
  readonly id: string;
  /** What it must come to. */
  readonly when: 'succeeded' | 'failed' | 'ended';
}

/** What a leaf step leaves in variables to those that follow. */
export type Save =
  /** All that it prints to standard output, or the body of the response, without the newlines at its end. */
  | { readonly type: 'output'; readonly name: string }
  /** Parts of it. */
  | { readonly type: 'parts'; readonly parts: Readonly<Record<string, SavedPart>> }
  /** What the command writes to the file `$RUNJOBS_OUTPUT`: `NAME=value`, or a heredoc. */
  | { readonly type: 'file'; readonly names: readonly string[] };

export type SavedPart =
  /** A JSON pointer into the output; the empty one is all of it. */
  | { readonly type: 'pointer'; readonly pointer: string }
  /** A header of the response, by its name in lower case. */
  | { readonly type: 'header'; readonly name: string }
  /** The status of the response. */
  | { readonly type: 'status' };

/** What leaf steps take, and keep of what they bring forth. */
interface Keeping extends Remote {
  /** What it takes of the pools, by their names, besides its slot. */
  readonly pools?: Readonly<Record<string, number>>;
  readonly save?: Save;
  /** A file for the output, as written; it starts from the plan's folder and is there, complete, once the step has succeeded. */
  readonly saveTo?: string;
}

/** A command. */
export interface RunStep extends StepCommon, Keeping, Command {
  readonly type: 'run';
}

/** An HTTP request, through the one session of the run. */
export interface HttpStep extends StepCommon, Keeping, HttpRequest {
  readonly type: 'http';
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
  readonly failFast: FailFast;
  readonly tolerate?: Tolerance;
}

/** What the first failure does to the siblings: cancels them (`true`), lets no more start (`soon`), nothing (`false`). */
export type FailFast = boolean | 'soon';

/** So many failed children are no failure; one more cancels the rest. */
export type Tolerance =
  | { readonly type: 'count'; readonly count: number }
  /** Of all children, rounded down. */
  | { readonly type: 'percent'; readonly percent: number };

/** Children concurrently; the first success wins, and the others are cancelled. */
export interface AnyStep extends StepCommon {
  readonly type: 'any';
  readonly children: readonly Step[];
}

/**
 * Copies of a step, one for each item, concurrently. The copies have the modifiers `allowFailure`, `every`, `retry`
 * and `timeout`, the body, and of `env` what speaks of the lists; the forEach has the others.
 */
export interface ForEachStep extends StepCommon {
  readonly type: 'forEach';
  readonly items: Items;
  /** One copy; its id is empty: that of copy 3 is `[3]`. */
  readonly each: Step;
  /** Which of them the command line leaves out of this run. */
  readonly chosen?: ChosenCopies;
  /** Copies at once; absent: as many as there are processors. */
  readonly limit?: number;
  readonly failFast: FailFast;
  readonly tolerate?: Tolerance;
}

/** Copies by their numbers, sorted. */
export interface ChosenCopies {
  /** By `--only`: all others are left out. */
  readonly only?: readonly Range[];
  /** By `--skip`: these are left out, too. */
  readonly skip?: readonly Range[];
}

export type Items =
  /** Every combination of the lists, the last one turning fastest, but those that agree with one of `exclude`. */
  | {
      readonly type: 'product';
      readonly lists: readonly NamedList[];
      readonly exclude: readonly Readonly<Record<string, string>>[];
    }
  /** As they stand, as written. */
  | { readonly type: 'rows'; readonly rows: readonly Readonly<Record<string, string>>[] };

export interface NamedList {
  readonly name: string;
  readonly list: List;
}

export type List =
  /** As written. */
  | { readonly type: 'values'; readonly values: readonly string[] }
  /** Files, sorted, relative to the plan's folder. */
  | { readonly type: 'glob'; readonly pattern: string }
  | { readonly type: 'lines' | 'json' | 'csv'; readonly from: ListSource };

/** Where the text of a list comes from. */
export type ListSource =
  /** As written; it starts from the plan's folder. */
  | { readonly type: 'file'; readonly path: string }
  /** What a command prints to standard output. */
  | { readonly type: 'command'; readonly command: RunStep }
  | { readonly type: 'variable'; readonly name: string };

/** A wait; it holds no slot. */
export interface SleepStep extends StepCommon {
  readonly type: 'sleep';
  /** Milliseconds, or until the step is cancelled. */
  readonly durationMs: number | 'forever';
}

/** Steps that run once after the body has ended, however it ended. */
export interface FinallyBlock {
  readonly steps: readonly Step[];
  readonly timeoutMs: number;
}

/** Whether an Executor carries this step out. */
export function isLeaf(step: Step): step is LeafStep {
  return step.type === 'run' || step.type === 'http';
}

/** The steps directly below a step, without those of its `finally`, in declared order. */
export function childrenOf(step: Step): readonly Step[] {
  return step.type === 'steps' || step.type === 'gather' || step.type === 'any' ? step.children : [];
}

/** The path of a child: `deploy` + `smoke` is `deploy/smoke`, `test` + `[3]` is `test[3]`; the root, `.`, is not written. */
export function childPath(parent: string, id: string): string {
  if (id.startsWith('[') && parent !== '.') return parent + id;
  return parent === '.' ? id : `${parent}/${id}`;
}

/** Whether a path is that of the group itself or of something in it. */
export function isAtOrBelow(path: string, group: string): boolean {
  return group === '.' || path === group || path.startsWith(`${group}/`) || path.startsWith(`${group}[`);
}
