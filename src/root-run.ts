/** The composition of one root run: plan, engine, executors, logs and listeners put together. */

import { homedir } from 'node:os';
import { join } from 'node:path';
import { claimProcess } from './engine/active-run.ts';
import { realClock } from './engine/clock.ts';
import { type Run, type RunResult, startRun } from './engine/run.ts';
import { createPublisher, type Listener } from './events/publish.ts';
import { openExecutors } from './executors/index.ts';
import { openLogs } from './journal/logs.ts';
import { createRunFolder, createRunId } from './journal/runs.ts';
import type { Plan } from './plan/plan.ts';

export interface RootRunOptions {
  readonly plan: Plan;
  readonly id: string;
  readonly listeners: readonly Listener[];
  /** The environment that commands inherit. */
  readonly env: Readonly<Record<string, string>>;
  /** Where runs are kept; default: see {@link createRunFolder}. */
  readonly stateDir?: string;
}

/** A root run that has begun. */
export interface RootRun extends Omit<Run, 'ended'> {
  /** Resolves when nothing of the run is left, its sessions and channels included. */
  readonly ended: Promise<RunResult>;
}

/**
 * Claims the process for a run of this id: call it before any other work, {@link openRootRun} after.
 * @returns how to give the process back once the run has ended.
 * @throws {RunActiveError} while another run is active.
 */
export function claimRootRun(name: string): { readonly id: string; readonly release: () => void } {
  const id = createRunId(new Date());
  return { id, release: claimProcess({ id, name }) };
}

/**
 * Starts a run for which the process was claimed.
 * @throws the file system's error when its folder cannot be made: nothing has started then.
 */
export function openRootRun({ plan, id, listeners, env, stateDir }: RootRunOptions): RootRun {
  const folder = createRunFolder(id, {
    planFolder: plan.folder,
    userState: join(env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'runjobs'),
    ...(stateDir === undefined ? {} : { stateDir }),
  });
  const executors = openExecutors({ folder: plan.folder, run: id });
  const { publish, listensToOutput } = createPublisher({
    reporters: listeners,
    onRecordFailure() {},
    onReporterFailure() {},
  });
  const run = startRun({
    plan,
    id,
    executor: executors,
    clock: realClock,
    publish,
    tellOutput: listensToOutput,
    logs: openLogs(folder.path),
    folder: folder.path,
    env,
    ...(folder.notice === undefined ? {} : { notice: folder.notice }),
  });
  return { ...run, ended: run.ended.finally(() => executors.close()) };
}
