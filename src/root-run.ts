/** The composition of one root run: plan, engine, executors, journal and listeners put together. */

import { rmSync } from 'node:fs';
import { availableParallelism, hostname } from 'node:os';
import { join } from 'node:path';
import type { Claim, GivenToRun } from './claim.ts';
import { realClock } from './engine/clock.ts';
import { openRun, type ResumeFrom, type Run, type RunResult } from './engine/run.ts';
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
import { thisHolder } from './journal/holder.ts';
import { userStateOf } from './journal/known.ts';
import { openLists } from './journal/lists.ts';
import { type Lock, takeLock } from './journal/lock.ts';
import { openLogs } from './journal/logs.ts';
import { missedNotice } from './journal/missed.ts';
import { NOTHING_GIVEN, type Overrides, overridden, writePlanCopy } from './journal/plan-copy.ts';
import { isWellEnded, type ReopenedRun } from './journal/resume.ts';
import { tailOf } from './journal/run-logs.ts';
import { type Earlier, openRecording } from './journal/run-record.ts';
import { createFreshFolder, RUN_FILES, type RunFolder } from './journal/runs.ts';
import { openStepLocks } from './journal/step-locks.ts';
import { makeTemporary, removeTemporary } from './journal/temporary.ts';
import { loadCron, speaksOfCron } from './plan/cron.ts';
import { levelsOf } from './plan/given.ts';
import type { Plan } from './plan/plan.ts';
import { whyUnwritable } from './plan/unwritable.ts';

export { type Claim, claimRootRun, type GivenToRun, type LockRootRunOptions, lockRootRun, secretsIn } from './claim.ts';
export { type KeyboardSignal, openOwnTerminal, terminalStreams } from './executors/command/terminal.ts';
export { parseQueueAddress } from './executors/queue/address.ts';
export { DEFAULT_PREFIX as DEFAULT_QUEUE_PREFIX } from './executors/queue/keys.ts';
export { LockHeldError, LockUnusableError } from './journal/plan-lock.ts';

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

/**
 * Opens a run for which the process was claimed.
 * Its sessions and channels are freed when it has ended. Rejects with the file system's error when its folder, the copy
 * of its plan or its journal cannot be made.
 */
export function openRootRun(options: RootRunOptions): Promise<RootRun> {
  return underLock(options.lock, openNew(options));
}

async function openNew(options: RootRunOptions): Promise<RootRun> {
  const { plan, claim, env } = options;
  const folder = createFreshFolder(claim.run, {
    planFolder: plan.folder,
    userState: userStateOf(env),
    ...(options.stateDir === undefined ? {} : { stateDir: options.stateDir }),
  });
  try {
    return await openIn(folder, options);
  } catch (error) {
    // A run that never began must not be the last one.
    rmSync(folder.path, { recursive: true, force: true });
    throw error;
  }
}

async function openIn(folder: RunFolder, options: RootRunOptions): Promise<RootRun> {
  const { plan, overrides = {}, claim } = options;
  const { id, name } = claim.run;
  writePlanCopy(folder.path, { plan, overrides, given: options.given?.kept ?? NOTHING_GIVEN });
  const holder = thisHolder({ run: id, name, ...(plan.file === undefined ? {} : { plan: plan.file }) });
  const taking = await takeLock(join(folder.path, RUN_FILES.owner), holder);
  if (taking.type === 'taken')
    throw new Error(`the folder of the new run "${id}" is taken by process ${taking.by.pid}`);
  const missed = await missedNotice(plan, { folder: folder.path, run: id });
  const notices = [folder.notice, missed].filter(notice => notice !== undefined);
  const { lock: owner } = taking;
  return orRelease(owner, assemble(options, { folder: folder.path, owner, notices }));
}

/**
 * Goes on with a run that was broken off, for which the process was claimed, once what is left of it has been ended.
 * @param changed the paths of steps that are others than when it began: nothing is known of them. Rejects as
 * {@link openRootRun} does.
 */
export function resumeRootRun(
  reopened: ReopenedRun,
  options: RootRunOptions & { readonly changed: readonly string[] },
): Promise<RootRun> {
  return underLock(options.lock, orRelease(reopened.owner, reopen(reopened, options)));
}

/** Gives the lock back when the run has ended, or when it cannot be opened. */
async function underLock(lock: Lock | undefined, opening: Promise<RootRun>): Promise<RootRun> {
  const run = await orRelease(lock, opening);
  return { ...run, start: () => run.start().finally(() => lock?.release()) };
}

async function orRelease(lock: Lock | undefined, opening: Promise<RootRun>): Promise<RootRun> {
  try {
    return await opening;
  } catch (error) {
    lock?.release();
    throw error;
  }
}

async function reopen(
  { folder, id, copy, past, facts, goOnAt, owner }: ReopenedRun,
  { changed, ...options }: RootRunOptions & { readonly changed: readonly string[] },
): Promise<RootRun> {
  const { plan, overrides = {}, claim } = options;
  claim.run.id = id;
  const notices: string[] = [];
  await endDeadRun(copy.plan, id, { ...options.leftovers, warn: message => notices.push(message) });
  past.forget(changed);
  writePlanCopy(folder, { plan, overrides, given: options.given?.kept ?? NOTHING_GIVEN });
  const before = facts.facts();
  // Killed before its first event, it only begins now.
  const resume = before && { resume: { past: past.root, count: before.resumed + 1, changed } };
  return assemble(options, { folder, owner, notices, earlier: { goOnAt, facts }, ...resume });
}

/** Where a run is kept, and where it starts from. */
interface Footing {
  readonly folder: string;
  readonly owner: Lock;
  readonly notices: readonly string[];
  readonly earlier?: Earlier;
  readonly resume?: ResumeFrom;
}

async function assemble(options: RootRunOptions, { folder, owner, earlier, ...start }: Footing): Promise<RootRun> {
  const notices = [...start.notices];
  const faults: string[] = [];
  /** Before it starts nobody hears of warnings. */
  let opened: Run | undefined;
  const secrets = createSecrets();
  /** Of variables that are set by others than the steps of the plan. */
  const names = new Set(options.given?.levels.flatMap(({ values }) => Object.keys(values)));
  const { claim, env, listeners, overrides = {}, durable = false, onListenerFailure = () => {} } = options;
  const plan = overridden(options.plan, overrides);
  const { id } = claim.run;
  if (speaksOfCron(plan)) await loadCron();
  const recording = openRecording({ id, folder }, plan, {
    durable,
    earlier,
    onFailure: error => run.broken(`the journal cannot be written: ${whyUnwritable(error)}`),
  });
  const logs = openLogs(folder, { maxLog: plan.maxLog });
  const needs = { run: id, outputs: join(folder, RUN_FILES.outputs), terminal: options.terminal };
  const executors =
    options.queue === undefined
      ? await openExecutors(plan, needs)
      : await openQueuedExecutors(plan, needs, {
          place: options.queue,
          runFolder: folder,
          durable,
          logSize: path => logs.open(path).size,
          ofProcess: env,
          names,
          secrets: new Set(plan.secrets),
          holdsSecret: text => secrets.holds(text),
          warn: message => (opened === undefined ? void notices.push(message) : opened.warn(message)),
          workers: (workers, slots) => opened?.workers(workers, slots),
          broken: message => (opened === undefined ? void faults.push(message) : opened.broken(message)),
        });
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
    ...start,
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
    builtIns: { RUNJOBS_TMP: makeTemporary(folder) },
  });
  const control = await openControl({ folder, run: id, target: run });
  return {
    ...run,
    async start() {
      let outcome: Outcome | undefined;
      opened = run;
      for (const fault of faults) run.broken(fault);
      try {
        await executors.ready;
        const result = await run.start();
        outcome = result.outcome;
        return maskedResult(secrets, result);
      } finally {
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

/** How the run ended, without secrets. */
function maskedResult(secrets: Secrets, result: RunResult): RunResult {
  if (secrets.isEmpty) return result;
  const steps = new Map([...result.steps].map(([path, outcome]) => [path, maskedOutcome(secrets, outcome)]));
  const failures = result.failures.map(({ step, outcome }) => ({ step, outcome: maskedOutcome(secrets, outcome) }));
  return { ...result, outcome: maskedOutcome(secrets, result.outcome), steps, failures };
}
