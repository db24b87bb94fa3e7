/** The composition of one root run: plan, engine, executors, logs and listeners put together. */

import { claimProcess } from './engine/active-run.ts';
import { realClock } from './engine/clock.ts';
import { type Run, type RunResult, startRun } from './engine/run.ts';
import type { RunEvent } from './events/event.ts';
import { createPublisher } from './events/publish.ts';
import { openExecutors } from './executors/index.ts';
import { openLogs } from './journal/logs.ts';
import { createRunFolder, createRunId, type StatePlaces } from './journal/runs.ts';
import type { Plan } from './plan/plan.ts';

/** Whoever takes the events of a run; see the reporters. */
export interface EventListener {
  /** Whether it reads `step.output`. Default: true. */
  readonly wantsOutput?: boolean;
  report(event: RunEvent): Promise<void> | undefined;
}

export interface RootRunOptions {
  readonly plan: Plan;
  readonly id: string;
  readonly listeners: readonly EventListener[];
  /** The environment that commands inherit. */
  readonly env: Readonly<Record<string, string>>;
  readonly places: Omit<StatePlaces, 'planFolder'>;
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
export function openRootRun({ plan, id, listeners, env, places }: RootRunOptions): RootRun {
  const folder = createRunFolder(id, { ...places, planFolder: plan.folder });
  const executors = openExecutors({ folder: plan.folder, run: id });
  const { publish, listensToOutput } = createPublisher({ reporters: listeners });
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
