/** The composition of one root run: plan, engine, executors, logs and listeners put together. */

import { homedir } from 'node:os';
import { join } from 'node:path';
import { claimProcess } from './engine/active-run.ts';
import { realClock } from './engine/clock.ts';
import { openRun, type Run } from './engine/run.ts';
import { createPublisher, type Listener } from './events/publish.ts';
import { openExecutors } from './executors/index.ts';
import { openLogs } from './journal/logs.ts';
import { createRunFolder, createRunId } from './journal/runs.ts';
import type { Plan } from './plan/plan.ts';

export interface RootRunOptions {
  readonly plan: Plan;
  readonly id: string;
  readonly listeners: readonly Listener[];
  /** Called once for each listener that failed; the others have been told by a warning. */
  readonly onListenerFailure?: (name: string, error: unknown) => void;
  /** The environment that commands inherit. */
  readonly env: Readonly<Record<string, string>>;
  /** Where runs are kept; default: see {@link createRunFolder}. */
  readonly stateDir?: string;
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
 * Opens a run for which the process was claimed.
 * Its sessions and channels are freed when it has ended. Rejects with the file system's error when its folder cannot be
 * made.
 */
export async function openRootRun({
  plan,
  id,
  listeners,
  onListenerFailure = () => {},
  env,
  stateDir,
}: RootRunOptions): Promise<Run> {
  const folder = createRunFolder(id, {
    planFolder: plan.folder,
    userState: join(env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'runjobs'),
    ...(stateDir === undefined ? {} : { stateDir }),
  });
  const executors = await openExecutors(plan, id);
  const { publish, listensToOutput } = createPublisher({
    reporters: listeners,
    onRecordFailure() {},
    onReporterFailure: onListenerFailure,
  });
  const run = openRun({
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
  return { ...run, start: () => run.start().finally(() => executors.close()) };
}
