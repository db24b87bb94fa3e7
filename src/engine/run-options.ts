/** What a root run is given. */
import type { RunEvent } from '../events/event.ts';
import type { Past } from '../events/past.ts';
import type { OutputWish } from '../events/publish.ts';
import type { Secrets } from '../events/secrets.ts';
import type { Plan } from '../plan/plan.ts';
import type { Clock } from './clock.ts';
import type { Executor, ListStore, Locks, Reach, ReadList, Sources, StepLogs } from './executor.ts';
import { type Origin, type Values, Variables } from './variables.ts';

export interface RunOptions {
  readonly plan: Plan;
  /** The run's id. */
  readonly id: string;
  readonly executor: Executor;
  readonly clock: Clock;
  /** Takes every event, in order. Must not throw. A returned promise slows the source of output down. */
  readonly publish: (event: RunEvent) => Promise<void> | undefined;
  /** These as the journal has them. Default: nothing is kept. */
  readonly commit?: () => void;
  readonly committed?: () => Promise<void> | undefined;
  /** What of `step.output` anybody reads; where nobody does, output goes to the logs only. Default: true. */
  readonly tellOutput?: OutputWish;
  readonly logs?: StepLogs;
  /** Absolute folder of the run, told in `run.started`. */
  readonly folder?: string;
  /** What a run that was broken off had come to: this one goes on with it. */
  readonly resume?: ResumeFrom;
  /** What the user should know from the start; told as warnings. */
  readonly notices?: readonly string[];
  /** The environment that commands inherit. */
  readonly env?: Values;
  /** Variables that the caller gives besides, the outermost level first. */
  readonly given?: readonly { readonly values: Values; readonly origin: Origin }[];
  /** What runjobs tells each command of itself, besides the run's id and what depends on the step. */
  readonly builtIns?: Values;
  /** Default: none; a plan that names files fails where it comes to them. */
  readonly sources?: Sources;
  /** Names this machine: the `jitter` of ticks is its own. */
  readonly host?: string;
  /** Learns the values of the plan's secrets; what the run keeps and tells of output is masked by it. Default: one of its own. */
  readonly secrets?: Secrets;
  /** Default: none; a forEach over anything but values fails. */
  readonly readList?: ReadList;
  /** Default: none; what asks whether something listens at an address is told that nobody knows. */
  readonly reach?: Reach;
  /** Where the lists of forEach steps are kept. Default: nowhere. */
  readonly lists?: ListStore;
  /** The last lines that a step has printed, for those who are told of its failure. Default: none. */
  readonly tailOf?: (step: string) => readonly string[];
  /** Default: none; used plans have no locks. */
  readonly locks?: Locks;
  /** Whether a text holds the value of a secret, which is kept nowhere. Default: what `secrets` knows. */
  readonly holdsSecret?: (text: string) => boolean;
  /** Copies of a forEach at once, where it does not say. Default: 4. */
  readonly parallelism?: number;
  /** Whether leaf steps may start long after the executor was asked: their clocks begin with their start. Default: false. */
  readonly startsLate?: boolean;
  /** Between 0 and 1, for jitter. Default: `Math.random`. */
  readonly random?: () => number;
}

/** Where a resumed run goes on. */
export interface ResumeFrom {
  readonly past: Past;
  /** How many times the run has been resumed, this one included. */
  readonly count: number;
  /** The paths of steps that are others than before; the past knows nothing of them. */
  readonly changed?: readonly string[];
}

/** The variables that the caller gives. */
export function outermost({ env = {}, given = [] }: Pick<RunOptions, 'env' | 'given'>): Variables {
  const ofProcess = new Variables(env, { type: 'process' });
  return given.reduce((outer, { values, origin }) => outer.with(values, origin), ofProcess);
}
