/** What the parts of the engine share: the run, and a step while it runs. */
import type { RunEvent, SavedFacts, StepOutput, StepProgress } from '../events/event.ts';
import type { Failed, Outcome } from '../events/outcome.ts';
import type { OutputWish } from '../events/publish.ts';
import type { Step } from '../plan/plan.ts';
import type { Clock } from './clock.ts';
import type { Executor, ListStore, Locks, Reach, ReadList, Sources, StepLog, StepLogs } from './executor.ts';
import type { Place, Release } from './place.ts';
import type { Scope } from './scope.ts';
import type { Learning } from './secret-values.ts';
import type { Slots } from './slots.ts';
import type { Stop } from './stop.ts';
import type { Restartable } from './under-way.ts';
import type { Values } from './variables.ts';

/** A run, as its parts see it. */
export interface RunContext extends Learning {
  /** The run's id. */
  readonly id: string;
  readonly clock: Clock;
  readonly executor: Executor;
  /** Names this machine, for what must differ between machines. */
  readonly host: string;
  /** Between 0 and 1. */
  readonly random: () => number;
  /** What of `step.output` anybody reads. */
  readonly tellOutput: OutputWish;
  publish(event: RunEvent): void;
  /** These as an executor has them: nothing that others can see begins before what was published is kept. */
  commit(): void;
  committed(): Promise<void> | undefined;
  /** A returned promise resolves when more output is welcome. */
  publishOutput(event: StepOutput | StepProgress): Promise<void> | undefined;
  readonly logs: StepLogs | undefined;
  readonly slots: Slots;
  /** Aborted when everything must end at once. */
  readonly killed: Stop;
  /** The attempts that run, by the paths of their steps. */
  readonly underWay: Map<string, Restartable>;
  /** Milliseconds since the run's start. */
  t(): number;
  /** Keeps a failure, in the order they happen; one that only passes on another is left out. */
  failed(step: string, outcome: Failed): void;
  /** What runjobs tells each command of itself, besides what depends on the step. */
  readonly builtIns: Values;
  /** Reads what the plan names and no step carries out. */
  readonly sources: Sources | undefined;
  /** Without it the lists of a plan are those that stand in it. */
  readonly readList: ReadList | undefined;
  /** Takes the locks of used plans; without it they have none. */
  readonly locks: Locks | undefined;
  /** Without it nothing is known to listen anywhere. */
  readonly reach: Reach | undefined;
  /** Keeps the lists of forEach steps; without it lists cannot come from commands. */
  readonly lists: ListStore | undefined;
  /** Whether the text holds the value of a secret. */
  holdsSecret(text: string): boolean;
  /** Copies of a forEach at once, where it does not say. */
  readonly parallelism: number;
  /** Leaf steps may start long after the executor was asked: they wait for a machine. */
  readonly startsLate: boolean;
  /** Forgets the failures of a step, and below it, that is tried again or ticks again. */
  retried(group: string): void;
  /** Keeps a step's final state. */
  settled(step: string, outcome: Outcome): void;
  /** Ends what ended steps at or below the path have left behind. */
  sweep(path: string): Promise<void> | undefined;
  /**
   * {@link runStep}: how groups run their children. It stands here because groups are below steps in the order of
   * imports, and steps below groups in the tree.
   */
  step(run: RunContext, step: Step, path: string, group: Scope, told?: Told): Ending | Promise<Ending>;
  /** Something that must succeed did not: stops the run. */
  broken(message: string): void;
}

/** How a step, or a part of it, ended, and the variables that it leaves to those that follow. */
export interface Ending {
  readonly outcome: Outcome;
  readonly saved?: Values | undefined;
  /** It had failed for good, and what ran of it was told to end for that, before anything from outside told it to. */
  readonly hadFailed?: boolean;
}

/** The field of an event that tells what was saved; none where nothing was. */
export function savedFacts(saved: Values | undefined): { saved?: SavedFacts } {
  return saved === undefined || Object.keys(saved).length === 0 ? {} : { saved };
}

/** Called once it has begun: when it has started or waits for its slot, or for a machine, or with its outcome when it ended before either. */
export type Begun = (ended?: Outcome) => void;

/** What a group is told of a child before its end. */
export interface Told {
  readonly onBegun?: Begun | undefined;
  /** Called when its `ready` says so, once for each attempt. */
  readonly onReady?: (() => void) | undefined;
  /** Its place in the line for slots, where it has taken one before anything else. */
  readonly place?: Place | undefined;
}

/** A step while it runs: what its modifiers share. */
export interface Running {
  readonly step: Step;
  readonly path: string;
  /** The path of the group it runs in. */
  readonly group: string;
  /** Of a copy of a forEach: its values. */
  readonly item: Values | undefined;
  /** When the body started for the first time, on the run's clock. */
  startedAt: number | undefined;
  /** When the test of its `if` began, on that clock. */
  testedAt: number | undefined;
  /** Called when it has started or waits for its slot; a group, when that holds for the children it starts with. */
  readonly onBegun: Begun;
  /** Called when its `ready` says so. */
  readonly onReady: () => void;
  /** Of its attempt: since when it is ready, or has started where it has no `ready`; on the run's clock. */
  readyAt: number | undefined;
  /** Called when its attempt starts: where that may be late, its clock begins then. */
  onStart?: (() => void) | undefined;
  /** Judges whether its attempt is ready. */
  readiness?: Readiness | undefined;
  /** Attempts up to the last that has started, in all ticks; of a run that is resumed those of its earlier parts, too, in the tick that goes on. */
  attempts: number;
  /** The slot it holds, if any: given back before every wait, before `finally`, and at the end of the step. */
  slot: Release | undefined;
  /** The place in the line for its first slot, where it has that already. */
  place: Place | undefined;
  /** Give back the locks of the plans that the step uses. */
  readonly locks: (() => void)[];
  log: StepLog | undefined;
  /** The last of what the attempt prints to standard error, where `retry.on` asks for it. */
  stderr?: ByteTail;
}

/** What decides whether an attempt is ready. */
export interface Readiness {
  /** The attempt has started. */
  started(): void;
}

/** The end of a stream of bytes. */
export interface ByteTail {
  text(): string;
}
