/** The composition of one root run: plan, engine, executors, logs and listeners put together. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type ActiveRun, claimProcess } from './engine/active-run.ts';
import { realClock } from './engine/clock.ts';
import { openRun, type Run } from './engine/run.ts';
import { createPublisher, type Listener } from './events/publish.ts';
import { openExecutors } from './executors/index.ts';
import { openLogs } from './journal/logs.ts';
import { createRunFolder, createRunId, type RunFolder, type StatePlaces } from './journal/runs.ts';
import type { Plan } from './plan/plan.ts';

const ID_TRIES = 10;

export interface RootRunOptions {
  readonly plan: Plan;
  readonly claim: Claim;
  readonly listeners: readonly Listener[];
  /** Called once for each listener that failed; the others have been told by a warning. */
  readonly onListenerFailure?: (name: string, error: unknown) => void;
  /** The environment that commands inherit. */
  readonly env: Readonly<Record<string, string>>;
  /** Where runs are kept; default: see {@link createRunFolder}. */
  readonly stateDir?: string;
}

/** The process, claimed for one run. */
export interface Claim {
  readonly run: ActiveRun;
  /** Gives the process back once the run has ended. */
  release(): void;
}

/**
 * Claims the process for a run of this name: call it before any other work, {@link openRootRun} after.
 * @throws {RunActiveError} while another run is active.
 */
export function claimRootRun(name: string): Claim {
  const run = { id: createRunId(new Date()), name };
  return { run, release: claimProcess(run) };
}

/**
 * Opens a run for which the process was claimed.
 * Its sessions and channels are freed when it has ended. Rejects with the file system's error when its folder cannot be
 * made.
 */
export async function openRootRun({
  plan,
  claim,
  listeners,
  onListenerFailure = () => {},
  env,
  stateDir,
}: RootRunOptions): Promise<Run> {
  const folder = makeFolder(claim.run, {
    planFolder: plan.folder,
    userState: join(env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'runjobs'),
    ...(stateDir === undefined ? {} : { stateDir }),
  });
  const { id } = claim.run;
  const executors = await openExecutors(plan, id);
  const { publish, listensToOutput } = createPublisher({
    reporters: listeners,
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

/** Makes the folder of the run, under another id where a run of the same second has this one. */
function makeFolder(run: ActiveRun, places: StatePlaces): RunFolder {
  for (let tries = 1; ; tries += 1) {
    try {
      return createRunFolder(run.id, places);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || tries === ID_TRIES) throw error;
      run.id = createRunId(new Date());
    }
  }
}
