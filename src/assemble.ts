/** Puts the rooms together for one root run: plan, engine, executors, journal and listeners. */

import { availableParallelism, hostname } from 'node:os';
import { join } from 'node:path';
import type { Claim, GivenToRun } from './claim.ts';
import { realClock } from './engine/clock.ts';
import type { StepLogs } from './engine/executor.ts';
import { openRun, type Run, type RunResult } from './engine/run.ts';
import type { ResumeFrom } from './engine/run-options.ts';
import { maskedEvent, maskedOutcome } from './events/masked.ts';
import type { Outcome } from './events/outcome.ts';
import { createPublisher, type Listener } from './events/publish.ts';
import { createSecrets, type Secrets } from './events/secrets.ts';
import type { Terminal } from './executors/command/terminal.ts';
import {
  type DeadRunOptions,
  endDeadRun,
  openExecutors,
  openListReader,
  openQueuedExecutors,
  reach,
} from './executors/index.ts';
import type { QueuePlace } from './executors/queue/address.ts';
import { noting, openSources } from './executors/sources.ts';
import { openControl } from './journal/control.ts';
import { userStateOf } from './journal/known.ts';
import { openLists } from './journal/lists.ts';
import type { Lock } from './journal/lock.ts';
import { openLogs } from './journal/logs.ts';
import { type Overrides, overridden } from './journal/plan-copy.ts';
import { isWellEnded } from './journal/resume.ts';
import { tailOf } from './journal/run-logs.ts';
import { type Earlier, openRecording } from './journal/run-record.ts';
import { RUN_FILES } from './journal/runs.ts';
import { openStepLocks } from './journal/step-locks.ts';
import { makeTemporary, removeTemporary } from './journal/temporary.ts';
import { loadCron, speaksOfCron } from './plan/cron.ts';
import { levelsOf } from './plan/given.ts';
import type { Plan } from './plan/plan.ts';
import { whyUnwritable } from './plan/unwritable.ts';

export interface RootRunOptions {
  readonly plan: Plan;
  /** In the place of the plan's own. */
  readonly overrides?: Overrides;
  readonly claim: Claim;
  /** The plan's lock; given back when nothing of the run is left, or when it cannot be opened. */
  readonly lock?: Lock | undefined;
  readonly listeners: readonly Listener[];
  /** Called once for each listener that failed; the others have been told by a warning. */
  readonly onListenerFailure?: (name: string, error: unknown) => void;
  /** The environment that commands inherit. */
  readonly env: Readonly<Record<string, string>>;
  /** What the caller gives to the plan besides. */
  readonly given?: GivenToRun;
  /** Where runs are kept; default: see {@link createFreshFolder}. */
  readonly stateDir?: string;
  /** What interactive steps have; without it they fail. */
  readonly terminal?: Terminal | undefined;
  /** Its workers carry out what may be; default: all is done here. */
  readonly queue?: QueuePlace | undefined;
  /** Makes each event safe against a loss of power before the next step may start. */
  readonly durable?: boolean;
  /** Who hears of the wait for what a dead run has left, and may hasten it. */
  readonly leftovers?: Pick<DeadRunOptions, 'onWait' | 'kill'>;
}

/** The queue cannot be used; the message says why, and nothing was started. */
export class QueueUnusable extends Error {
  override readonly name = 'QueueUnusable';
}

/** A run that can be held still. */
export interface RootRun extends Run {
  /** Gives the terminal back and stops all that runs; the process itself is the caller's. */
  suspend(): void;
  /** Continues all that was stopped. */
  proceed(): void;
}

/** Where a run is kept, and where it starts from. */
export interface Footing {
  readonly folder: string;
  readonly owner: Lock;
  readonly notices: readonly string[];
  readonly earlier?: Earlier;
  readonly resume?: ResumeFrom;
}

/** Opens the run in its folder, and gives everything back that it has opened once the run has ended. */
export async function assemble(options: RootRunOptions, footing: Footing): Promise<RootRun> {
  const { folder, owner, earlier, resume } = footing;
  const { claim, env, listeners, overrides = {}, durable = false, onListenerFailure = () => {} } = options;
  const plan = overridden(options.plan, overrides);
  const { id } = claim.run;
  if (speaksOfCron(plan)) await loadCron();
  const notices = [...footing.notices];
  const relay = openRelay(notices);
  const secrets = createSecrets();
  /** Of variables that are set by others than the steps of the plan. */
  const names = new Set(options.given?.levels.flatMap(({ values }) => Object.keys(values)));
  // Before anything is open that would have to be closed, should it fail.
  const temporary = makeTemporary(folder);
  const recording = openRecording({ id, folder }, plan, {
    durable,
    earlier,
    onFailure: error => run.broken(`the journal cannot be written: ${whyUnwritable(error)}`),
  });
  const logs = openLogs(folder, { maxLog: plan.maxLog });
  const executors = await executorsFor(plan, options, { folder, logs, names, secrets, relay });
  if ('fault' in executors) {
    await recording.end();
    throw new QueueUnusable(executors.fault);
  }
  const { publish, outputWanted } = createPublisher({
    recording,
    reporters: listeners,
    onReporterFailure: onListenerFailure,
  });
  const run = openRun({
    ...(resume === undefined ? {} : { resume }),
    notices,
    startsLate: options.queue !== undefined,
    plan,
    id,
    executor: executors,
    clock: realClock,
    host: hostname(),
    secrets,
    publish: event => publish(maskedEvent(secrets, event)),
    commit: recording.commit,
    committed: recording.committed,
    tellOutput: outputWanted,
    tailOf: step => tailOf(folder, step),
    logs,
    folder,
    env,
    given: options.given?.levels ?? levelsOf(plan, { set: {}, files: [], env }),
    sources: noting(openSources(plan.folder), names),
    readList: openListReader(plan),
    reach,
    lists: openLists(folder),
    locks: openStepLocks({
      run: id,
      plan,
      userState: userStateOf(env),
      endDead: dead => endDeadRun(plan, dead.run, { warn: run.warn, onWait: run.warn }),
    }),
    // With workers, the processors here say nothing of how much goes on at once.
    parallelism: options.queue === undefined ? availableParallelism() : plan.slots,
    builtIns: { RUNJOBS_TMP: temporary },
  });
  const control = await openControl({ folder, run: id, target: run });
  const close = async (outcome: Outcome | undefined) => {
    try {
      await executors.close();
      logs.close?.();
      if (isWellEnded(outcome)) await removeTemporary(folder);
      await recording.end();
    } finally {
      control?.shut();
      owner.release();
      control?.ended();
    }
  };
  return {
    ...run,
    async start() {
      let outcome: Outcome | undefined;
      relay.begin(run);
      try {
        await executors.ready;
        const result = await run.start();
        outcome = result.outcome;
        return maskedResult(secrets, result);
      } finally {
        await close(outcome);
      }
    },
    suspend() {
      for (const listener of listeners) listener.suspend?.();
      executors.suspend();
    },
    proceed() {
      executors.proceed();
      for (const listener of listeners) listener.proceed?.();
    },
  };
}

/** Tells the run what there is to say of it; until it begins, when nobody would hear of it, that is kept. */
interface Relay {
  warn(message: string): void;
  workers(workers: number, slots: number): void;
  broken(message: string): void;
  begin(run: Run): void;
}

/** @param notices what the run tells at its start. */
function openRelay(notices: string[]): Relay {
  const faults: string[] = [];
  let begun: Run | undefined;
  return {
    warn: message => (begun === undefined ? void notices.push(message) : begun.warn(message)),
    workers: (workers, slots) => begun?.workers(workers, slots),
    broken: message => (begun === undefined ? void faults.push(message) : begun.broken(message)),
    begin(run) {
      begun = run;
      for (const fault of faults) run.broken(fault);
    },
  };
}

interface ForExecutors {
  readonly folder: string;
  readonly logs: StepLogs;
  readonly names: Set<string>;
  readonly secrets: Secrets;
  readonly relay: Relay;
}

/** Those of this process, or with a queue those of its workers, too; or why that cannot be used, in words. */
function executorsFor(
  plan: Plan,
  { claim, env, terminal, queue, durable = false }: RootRunOptions,
  { folder, logs, names, secrets, relay }: ForExecutors,
): ReturnType<typeof openQueuedExecutors> {
  const needs = { run: claim.run.id, outputs: join(folder, RUN_FILES.outputs), terminal };
  if (queue === undefined) return openExecutors(plan, needs);
  return openQueuedExecutors(plan, needs, {
    place: queue,
    runFolder: folder,
    durable,
    logSize: path => logs.open(path).size,
    ofProcess: env,
    names,
    secrets: new Set(plan.secrets),
    holdsSecret: text => secrets.holds(text),
    warn: relay.warn,
    workers: relay.workers,
    broken: relay.broken,
  });
}

/** How the run ended, without secrets. */
function maskedResult(secrets: Secrets, result: RunResult): RunResult {
  if (secrets.isEmpty) return result;
  const steps = new Map([...result.steps].map(([path, outcome]) => [path, maskedOutcome(secrets, outcome)]));
  const failures = result.failures.map(({ step, outcome }) => ({ step, outcome: maskedOutcome(secrets, outcome) }));
  return { ...result, outcome: maskedOutcome(secrets, result.outcome), steps, failures };
}
