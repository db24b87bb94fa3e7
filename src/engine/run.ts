/** One root run: opened once per process, it holds everything that the plan asks for until all of it has ended. */
import type { Resumed, RunEvent } from '../events/event.ts';
import type { CancelReason, Outcome } from '../events/outcome.ts';
import { createSecrets } from '../events/secrets.ts';
import type { Plan } from '../plan/plan.ts';
import { byHand, type Stopping } from './by-hand.ts';
import type { RunContext } from './context.ts';
import { exitCodeOf } from './exit-code.ts';
import { createFailureList, type FailureList, type StepFailure } from './failure-list.ts';
import { finalFailures } from './final-failures.ts';
import { createLastOutcomes, type LastOutcomes } from './last-outcomes.ts';
import { openNotifier } from './notify.ts';
import { outermost, type ResumeFrom, type RunOptions } from './run-options.ts';
import { Scope, withScope } from './scope.ts';
import { learn, secretValues } from './secret-values.ts';
import { Slots } from './slots.ts';
import { runStep } from './step.ts';
import { type Stop, StopSource } from './stop.ts';
import { countTaken } from './takeover.ts';
import type { Variables } from './variables.ts';

/** How a run ended. */
export interface RunResult {
  readonly outcome: Outcome;
  readonly exitCode: number;
  /** The last outcome of every step, by path; but of copies of a forEach, and of steps in them, which may be very many. */
  readonly steps: ReadonlyMap<string, Outcome>;
  /** Every step that failed by itself, the first one first; with `allowed` it was none, by itself or as a group around it ended. */
  readonly failures: readonly StepFailure[];
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

/** Opens the one root run, for which the caller has claimed the process. */
export function openRun(options: RunOptions): Run {
  const { plan, clock, resume } = options;
  const openedAt = clock.now();
  const t = () => Math.round(clock.now() - openedAt);
  const publish = (event: RunEvent) => void options.publish(event);
  const warn = (message: string) => publish({ type: 'warning', t: t(), message });

  const builtIns = { RUNJOBS_RUN: options.id, ...options.builtIns };
  const variables = outermost(options).with(builtIns, { type: 'runjobs' });
  const above = new Scope(undefined, { path: '.', variables, ...(resume === undefined ? {} : pastOf(plan, resume)) });
  const killer = new StopSource();
  const failures = createFailureList();
  const outcomes = createLastOutcomes();
  let why: CancelReason | undefined;
  let started = false;
  let ended = false;

  const cancel = (reason: CancelReason) => {
    if (why !== undefined || ended) return;
    why = reason;
    if (started) publish({ type: 'run.cancelling', t: t(), reason });
    above.cancel(reason);
  };
  const broken = (message: string) => {
    if (why?.type === 'unwritable') return;
    warn(message);
    cancel({ type: 'unwritable', message });
  };

  const context = contextOf(options, { t, publish, broken, killed: killer, builtIns, failures, outcomes });
  learn(context, secretValues(plan.secrets, variables));
  const notifier = notifierOf(options, context, { variables, warn });

  const announce = () => {
    started = true;
    publish(startOf(options));
    for (const message of options.notices ?? []) warn(message);
    if (why !== undefined) publish({ type: 'run.cancelling', t: t(), reason: why });
    // Whoever was told of the start waits for the end, which a resumed run tells.
    if (resume === undefined) notifier.started();
  };

  return {
    async start() {
      announce();
      const { outcome } = await withScope(above, {}, async scope => context.step(context, plan.root, '.', scope));
      await context.sweep('.');
      ended = true;
      const exitCode = exitCodeOf(outcome, why, failures.all());
      const inTheEnd = finalFailures(failures.all(), plan.root, outcomes.steps);
      await notifier.ended({ outcome, exitCode, durationMs: t(), failures: inTheEnd });
      publish({ type: 'run.finished', t: t(), outcome, exitCode });
      return { outcome, exitCode, steps: outcomes.steps, failures: inTheEnd };
    },
    cancel,
    broken,
    warn,
    workers: (workers, slots) => publish({ type: 'workers.changed', t: t(), workers, slots }),
    kill(reason) {
      if (killer.cancelled !== undefined || ended) return;
      why ??= reason;
      publish({ type: 'run.cancelling', t: t(), reason, forced: true });
      killer.cancel(reason);
      above.cancelAll(reason);
    },
    ...byHand({ above, underWay: context.underWay, next: outcomes.next, isOn: () => started && !ended, cancel }),
  };
}

/** What of the run its context is made of, beside the options. */
interface Made extends Pick<RunContext, 't' | 'publish' | 'broken' | 'builtIns'> {
  readonly killed: Stop;
  readonly failures: FailureList;
  readonly outcomes: LastOutcomes;
}

/** The run as its parts see it: the options, where they are silent what stands for them, and what the run has made. */
function contextOf(options: RunOptions, { failures, outcomes, ...made }: Made): RunContext {
  const { plan, clock, executor, secrets = createSecrets() } = options;
  const { t, publish, killed } = made;
  return {
    id: options.id,
    secretNames: plan.secrets,
    secrets,
    clock,
    executor,
    commit: options.commit ?? (() => {}),
    committed: options.committed ?? (() => undefined),
    publishOutput: options.publish,
    host: options.host ?? '',
    random: options.random ?? Math.random,
    tellOutput: options.tellOutput ?? true,
    logs: options.logs,
    slots: new Slots(plan.slots, clock, plan.pools),
    underWay: new Map(),
    sources: options.sources,
    readList: options.readList,
    reach: options.reach,
    lists: options.lists,
    locks: options.locks,
    holdsSecret: options.holdsSecret ?? secrets.holds,
    parallelism: options.parallelism ?? 4,
    startsLate: options.startsLate ?? false,
    failed: failures.failed,
    retried: failures.retried,
    settled: outcomes.settled,
    sweep: path =>
      executor.sweep?.(path, {
        kill: killed,
        warn: (message, step) => publish({ type: 'warning', t: t(), step, message }),
      }),
    step: runStep,
    ...made,
  };
}

interface Telling {
  readonly variables: Variables;
  readonly warn: (message: string) => void;
}

/** Who tells others of the run, as the plan's `notify` says. */
function notifierOf(options: RunOptions, { secrets, committed, host }: RunContext, { variables, warn }: Telling) {
  const { plan, id, executor, clock, tailOf = () => [] } = options;
  return openNotifier({
    pings: plan.notify ?? [],
    names: { plan: plan.name, run: id, host },
    executor,
    clock,
    variables,
    tailOf,
    masked: secrets.text,
    warn,
    committed,
  });
}

/** The first event of the run. */
function startOf({ plan, id, folder, clock, resume }: RunOptions): RunEvent {
  return {
    type: 'run.started',
    v: 1,
    run: id,
    name: plan.name,
    ...(plan.file === undefined ? {} : { plan: plan.file }),
    ...(folder === undefined ? {} : { folder }),
    at: clock.wall().toISOString(),
    ...(resume === undefined ? {} : { resumed: resumedFrom(plan, resume) }),
  };
}

function resumedFrom({ root }: Plan, { past, count, changed = [] }: ResumeFrom): Resumed {
  return { count, taken: countTaken(root, past), ...(changed.length === 0 ? {} : { changed }) };
}

/** What the scope above the root knows of the run's past: that of the root. */
function pastOf({ root }: Plan, { past }: ResumeFrom) {
  return { past: { ...past, children: new Map([[root.id, past]]) } };
}
