/** The composition of one root run: plan, engine, executors, journal and listeners put together. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type ActiveRun, claimProcess } from './engine/active-run.ts';
import { realClock } from './engine/clock.ts';
import { openRun, type Run } from './engine/run.ts';
import { createPublisher, type Listener } from './events/publish.ts';
import { openExecutors } from './executors/index.ts';
import { openLogs } from './journal/logs.ts';
import { type Overrides, overridden, writePlanCopy } from './journal/plan-copy.ts';
import { openJournal } from './journal/record.ts';
import { createRunFolder, createRunId, RUN_FILES, type RunFolder, type StatePlaces } from './journal/runs.ts';
import type { Plan } from './plan/plan.ts';

const ID_TRIES = 10;

export interface RootRunOptions {
  readonly plan: Plan;
  /** In the place of the plan's own. */
  readonly overrides?: Overrides;
  readonly claim: Claim;
  readonly listeners: readonly Listener[];
  /** Called once for each listener that failed; the others have been told by a warning. */
  readonly onListenerFailure?: (name: string, error: unknown) => void;
  /** The environment that commands inherit. */
  readonly env: Readonly<Record<string, string>>;
  /** Where runs are kept; default: see {@link createRunFolder}. */
  readonly stateDir?: string;
  /** Makes each event safe against a loss of power before the next step may start. */
  readonly durable?: boolean;
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
 * Its sessions and channels are freed when it has ended. Rejects with the file system's error when its folder, the copy
 * of its plan or its journal cannot be made.
 */
export async function openRootRun(options: RootRunOptions): Promise<Run> {
  const { claim, env, listeners, onListenerFailure = () => {}, overrides = {} } = options;
  const plan = overridden(options.plan, overrides);
  const folder = makeFolder(claim.run, {
    planFolder: plan.folder,
    userState: join(env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'runjobs'),
    ...(options.stateDir === undefined ? {} : { stateDir: options.stateDir }),
  });
  const { id } = claim.run;
  writePlanCopy(folder.path, { plan: options.plan, overrides });
  const journal = openJournal(join(folder.path, RUN_FILES.journal), { durable: options.durable ?? false });
  const executors = await openExecutors(plan, id);
  const { publish, listensToOutput } = createPublisher({
    record: journal.record,
    onRecordFailure: error => run.broken(`the journal cannot be written: ${(error as Error).message}`),
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
    notices: folder.notice === undefined ? [] : [folder.notice],
  });
  return {
    ...run,
    async start() {
      try {
        return await run.start();
      } finally {
        journal.close();
        await executors.close();
      }
    },
  };
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
