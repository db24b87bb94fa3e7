/** One root run: opened once per process, it holds everything that the plan asks for until all of it has ended. */
import type { RunEvent } from '../events/event.ts';
import type { CancelReason, Failed, Outcome } from '../events/outcome.ts';
import type { Plan } from '../plan/plan.ts';
import type { Clock } from './clock.ts';
import type { RunContext } from './context.ts';
import type { Executor, StepLogs } from './executor.ts';
import { exitCodeOf } from './exit-code.ts';
import { Scope, withScope } from './scope.ts';
import { Slots } from './slots.ts';
import { runStep } from './step.ts';
import { Variables } from './variables.ts';

export interface RunOptions {
  readonly plan: Plan;
  /** The run's id. */
  readonly id: string;
  readonly executor: Executor;
  readonly clock: Clock;
  /** Takes every event, in order. Must not throw. A returned promise slows the source of output down. */
  readonly publish: (event: RunEvent) => Promise<void> | undefined;
  /** Whether anybody reads `step.output`; where nobody does, output goes to the logs only. Default: true. */
  readonly tellOutput?: boolean;
  readonly logs?: StepLogs;
  /** Absolute folder of the run, told in `run.started`. */
  readonly folder?: string;
  /** The environment that commands inherit. */
  readonly env?: Readonly<Record<string, string>>;
  /** Between 0 and 1, for jitter. Default: `Math.random`. */
  readonly random?: () => number;
}

/** How a run ended. */
export interface RunResult {
  readonly outcome: Outcome;
  readonly exitCode: number;
  /** The last outcome of every step, by path. */
  readonly steps: ReadonlyMap<string, Outcome>;
  /** Every step that failed by itself, allowed or not, the first one first. */
  readonly failures: readonly { readonly step: string; readonly outcome: Failed }[];
}

/** A run that goes on. */
export interface Run {
  /** Resolves when nothing of the run is left. Rejects never. */
  readonly ended: Promise<RunResult>;
  /** Tells everything to stop; only `finally` still starts. The first reason wins. */
  cancel(reason: CancelReason): void;
  /** Kills everything at once; no `finally` starts any more. */
  kill(reason: CancelReason): void;
}

/** A second run was asked for while one is active. */
export class RunActiveError extends Error {
  constructor(active: ActiveRun) {
    super(
      `a run is active in this process: "${active.name}" (${active.id}). One process holds one root run: ` +
        'put the work inside it with "use", "steps" or "gather", or await its end first.',
    );
    this.name = 'RunActiveError';
  }
}

interface ActiveRun {
  readonly id: string;
  readonly name: string;
}

/** Shared by every copy of this library in the process. */
const ACTIVE = Symbol.for('runjobs.active-run');
const registry = globalThis as { [ACTIVE]?: ActiveRun | undefined };

/**
 * Claims the process for one root run, before anything of it starts; the result gives it back.
 * @throws {RunActiveError} while another run holds it.
 */
export function claimProcess(run: ActiveRun): () => void {
  const active = registry[ACTIVE];
  if (active !== undefined) throw new RunActiveError(active);
  registry[ACTIVE] = run;
  return () => {
    if (registry[ACTIVE] === run) registry[ACTIVE] = undefined;
  };
}

/** Starts the one root run. The caller has claimed the process. */
export function startRun(options: RunOptions): Run {
  const { plan, clock } = options;
  const startedAt = clock.now();
  const steps = new Map<string, Outcome>();
  const failures: { step: string; outcome: Failed }[] = [];
  const killer = new AbortController();
  const t = () => Math.round(clock.now() - startedAt);
  const above = new Scope(undefined, { path: '.', variables: new Variables(options.env ?? {}) });
  let why: CancelReason | undefined;
  const publish = (event: RunEvent) => void options.publish(event);

  const cancel = (reason: CancelReason) => {
    if (why !== undefined) return;
    why = reason;
    publish({ type: 'run.cancelling', t: t(), reason });
    above.cancel(reason);
  };

  const context: RunContext = {
    id: options.id,
    clock,
    executor: options.executor,
    publish,
    publishOutput: options.publish,
    random: options.random ?? Math.random,
    tellOutput: options.tellOutput ?? true,
    logs: options.logs,
    slots: new Slots(plan.slots, clock.soon),
    killed: killer.signal,
    t,
    settled(step, outcome) {
      steps.set(step, outcome);
      if (outcome.state === 'failed' && outcome.reason.type !== 'child') failures.push({ step, outcome });
    },
    step: runStep,
    broken: message => cancel({ type: 'internal', message }),
  };

  const main = async (): Promise<RunResult> => {
    publish({
      type: 'run.started',
      v: 1,
      run: options.id,
      name: plan.name,
      ...(plan.file === undefined ? {} : { plan: plan.file }),
      ...(options.folder === undefined ? {} : { folder: options.folder }),
      at: clock.wall().toISOString(),
    });
    const outcome = await withScope(above, {}, scope => context.step(context, plan.root, '.', scope));
    const exitCode = exitCodeOf(outcome, why, failures);
    publish({ type: 'run.finished', t: t(), outcome, exitCode });
    return { outcome, exitCode, steps, failures };
  };

  return {
    ended: main(),
    cancel,
    kill(reason) {
      why ??= reason;
      if (killer.signal.aborted) return;
      publish({ type: 'run.cancelling', t: t(), reason, forced: true });
      killer.abort(reason);
      above.cancelAll(reason);
    },
  };
}
