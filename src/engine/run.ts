/** One root run: opened once per process, it holds everything that the plan asks for until all of it has ended. */
import type { Resumed, RunEvent } from '../events/event.ts';
import type { CancelReason, Failed, Outcome } from '../events/outcome.ts';
import type { Past } from '../events/past.ts';
import { createPathSet } from '../events/path-set.ts';
import type { OutputWish } from '../events/publish.ts';
import { createSecrets, type Secrets } from '../events/secrets.ts';
import { isAtOrBelow, type Plan } from '../plan/plan.ts';
import { byHand, type Stopping } from './by-hand.ts';
import type { Clock } from './clock.ts';
import type { RunContext } from './context.ts';
import type { Executor, ListStore, Locks, Reach, ReadList, Sources, StepLogs } from './executor.ts';
import { exitCodeOf } from './exit-code.ts';
import { finalFailures } from './final-failures.ts';
import { openNotifier } from './notify.ts';
import { Scope, withScope } from './scope.ts';
import { learn, secretValues } from './secret-values.ts';
import { Slots } from './slots.ts';
import { runStep } from './step.ts';
import { StopSource } from './stop.ts';
import { countTaken } from './takeover.ts';
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

/** How a run ended. */
export interface RunResult {
  readonly outcome: Outcome;
  readonly exitCode: number;
  /** The last outcome of every step, by path; but of copies of a forEach, and of steps in them, which may be very many. */
  readonly steps: ReadonlyMap<string, Outcome>;
  /** Every step that failed by itself, the first one first; with `allowed` it was none, by itself or as a group around it ended. */
  readonly failures: readonly StepFailure[];
}

export interface StepFailure {
  readonly step: string;
  readonly outcome: Failed;
}

/** A run. */
export interface Run {
  /** Starts it, once; resolves when nothing of it is left. Rejects never. A run that was cancelled before starts no step. */
  start(): Promise<RunResult>;
  /** Tells everything to stop; only `finally` still starts. The first reason wins. */
  cancel(reason: CancelReason): void;
  /** Kills everything at once; no `finally` starts any more. */
  kill(reason: CancelReason): void;
  /** Something that must succeed did not, such as writing the journal: everything is stopped, and the exit code is 74. */
  broken(message: string): void;
  /** Tells of something that no step has to tell. */
  warn(message: string): void;
  /** Tells of the workers that carry its steps out. */
  workers(workers: number, slots: number): void;
  /** Stops one step by hand, which then has failed; `.` is the whole run, whose `finally` still runs. */
  stop(path: string): Stopping;
  /** Ends the attempt of a step by hand; the next one follows at once, and `retry` counts neither. */
  restart(path: string): Stopping<void>;
}

/** The variables that the caller gives. */
export function outermost({ env = {}, given = [] }: Pick<RunOptions, 'env' | 'given'>): Variables {
  const ofProcess = new Variables(env, { type: 'process' });
  return given.reduce((outer, { values, origin }) => outer.with(values, origin), ofProcess);
}

/** Opens the one root run, for which the caller has claimed the process. */
export function openRun(options: RunOptions): Run {
  const { plan, clock } = options;
  const startedAt = clock.now();
  const steps = new Map<string, Outcome>();
  let failures: StepFailure[] = [];
  /** Where they are, but for those that stay whatever is tried again. */
  const failing = createPathSet();
  const killer = new StopSource();
  const t = () => Math.round(clock.now() - startedAt);
  const { resume } = options;
  const builtIns = { RUNJOBS_RUN: options.id, ...options.builtIns };
  const variables = outermost(options).with(builtIns, { type: 'runjobs' });
  const above = new Scope(undefined, {
    path: '.',
    variables,
    ...(resume === undefined ? {} : { past: { ...resume.past, children: new Map([[plan.root.id, resume.past]]) } }),
  });
  /** Called with the next final state of the step at a path. */
  const waiting = new Map<string, ((outcome: Outcome) => void)[]>();
  let why: CancelReason | undefined;
  let started = false;
  let ended = false;
  const publish = (event: RunEvent) => void options.publish(event);

  const cancel = (reason: CancelReason) => {
    if (why !== undefined || ended) return;
    why = reason;
    if (started) publish({ type: 'run.cancelling', t: t(), reason });
    above.cancel(reason);
  };

  const broken = (message: string) => {
    if (why?.type === 'unwritable') return;
    publish({ type: 'warning', t: t(), message });
    cancel({ type: 'unwritable', message });
  };

  const secrets = options.secrets ?? createSecrets();
  const { commit = () => {}, committed = () => undefined } = options;
  const context: RunContext = {
    id: options.id,
    secretNames: plan.secrets,
    secrets,
    clock,
    executor: options.executor,
    publish,
    commit,
    committed,
    publishOutput: options.publish,
    host: options.host ?? '',
    random: options.random ?? Math.random,
    tellOutput: options.tellOutput ?? true,
    logs: options.logs,
    slots: new Slots(plan.slots, clock, plan.pools),
    killed: killer,
    underWay: new Map(),
    builtIns,
    sources: options.sources,
    readList: options.readList,
    reach: options.reach,
    lists: options.lists,
    locks: options.locks,
    holdsSecret: options.holdsSecret ?? secrets.holds,
    parallelism: options.parallelism ?? 4,
    startsLate: options.startsLate ?? false,
    t,
    failed(step, outcome) {
      if (isDerived(outcome)) return;
      failures.push({ step, outcome });
      failing.add(step);
    },
    retried(group) {
      const below = failing.within(group);
      if (below.length === 0) return;
      for (const step of below) failing.delete(step);
      const stays = ({ step, outcome }: StepFailure) => outcome.reason.type === 'internal' || !isAtOrBelow(step, group);
      failures = failures.filter(stays);
    },
    settled(step, outcome) {
      if (!isInCopy(step)) steps.set(step, outcome);
      for (const tell of waiting.get(step) ?? []) tell(outcome);
      waiting.delete(step);
    },
    sweep: path =>
      options.executor.sweep?.(path, {
        kill: killer,
        warn: (message, step) => publish({ type: 'warning', t: t(), step, message }),
      }),
    step: runStep,
    broken,
  };

  learn(context, secretValues(plan.secrets, variables));
  const notifier = openNotifier({
    pings: plan.notify ?? [],
    names: { plan: plan.name, run: options.id, host: options.host ?? '' },
    executor: options.executor,
    clock,
    variables,
    tailOf: options.tailOf ?? (() => []),
    masked: secrets.text,
    warn: message => publish({ type: 'warning', t: t(), message }),
    committed,
  });

  const announce = () => {
    started = true;
    publish({
      type: 'run.started',
      v: 1,
      run: options.id,
      name: plan.name,
      ...(plan.file === undefined ? {} : { plan: plan.file }),
      ...(options.folder === undefined ? {} : { folder: options.folder }),
      at: clock.wall().toISOString(),
      ...(resume === undefined ? {} : { resumed: resumedFrom(plan, resume) }),
    });
    for (const message of options.notices ?? []) publish({ type: 'warning', t: t(), message });
    if (why !== undefined) publish({ type: 'run.cancelling', t: t(), reason: why });
  };

  return {
    async start() {
      announce();
      // Whoever was told of the start waits for the end, which a resumed run tells.
      if (resume === undefined) notifier.started();
      const { outcome } = await withScope(above, {}, scope => context.step(context, plan.root, '.', scope));
      await context.sweep('.');
      ended = true;
      const exitCode = exitCodeOf(outcome, why, failures);
      const inTheEnd = finalFailures(failures, plan.root, steps);
      await notifier.ended({ outcome, exitCode, durationMs: t(), failures: inTheEnd });
      publish({ type: 'run.finished', t: t(), outcome, exitCode });
      return { outcome, exitCode, steps, failures: inTheEnd };
    },
    cancel,
    broken,
    warn: message => publish({ type: 'warning', t: t(), message }),
    workers: (workers, slots) => publish({ type: 'workers.changed', t: t(), workers, slots }),
    kill(reason) {
      if (killer.cancelled !== undefined || ended) return;
      why ??= reason;
      publish({ type: 'run.cancelling', t: t(), reason, forced: true });
      killer.cancel(reason);
      above.cancelAll(reason);
    },
    ...byHand({ above, underWay: context.underWay, waiting, isOn: () => started && !ended, cancel }),
  };
}

function resumedFrom({ root }: Plan, { past, count, changed = [] }: ResumeFrom): Resumed {
  return { count, taken: countTaken(root, past), ...(changed.length === 0 ? {} : { changed }) };
}

/** Whether the path is that of a copy of a forEach, or of a step in one. */
function isInCopy(path: string): boolean {
  return path.includes('[');
}

/** Whether the failure only passes on that of a step inside, or of a `finally` whose time ran out: these are told by themselves. */
function isDerived({ reason }: Failed): boolean {
  return reason.type === 'child' || reason.type === 'finally';
}
