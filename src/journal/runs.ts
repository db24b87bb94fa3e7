/** Runs on disk: the state folder and the folder of each run. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the folder of a run holds. */
export const RUN_FILES = {
  /** The plan as it was checked, and what the command line made of it. */
  plan: 'plan.json',
  journal: 'journal.ndjson',
  /** How it ended; absent while it runs, and for ever where it was killed. */
  result: 'result.json',
  logs: 'logs',
  /** Who holds the run, generation by generation: see lock.ts. */
  owner: 'owner',
  /** Where the run is told to stop; elsewhere where this path would be too long. */
  socket: 'control.sock',
} as const;

/** A run's own folder, and what the user should know about where it is. */
export interface RunFolder {
  readonly path: string;
  readonly notice?: string;
}

/** The id of a run that starts now: `20261122-081349-7f3a`, in UTC. */
export function createRunId(now: Date): string {
  const [date, time] = now.toISOString().slice(0, 19).replace(/[-:]/g, '').split('T');
  return `${date}-${time}-${randomBytes(2).toString('hex')}`;
}

/** Where the folder of a run may be made. */
export interface StatePlaces {
  /** What the user asked for; nothing else is tried then. */
  readonly stateDir?: string;
  /** The folder of the plan: `.runjobs/` beside it is the default. */
  readonly planFolder: string;
  /** The user's own state folder, for plans in places that cannot be written. */
  readonly userState: string;
}

/**
 * Makes the folder of a run, in the first of its places that can be written; a second choice is said in the notice.
 * @throws the file system's error when there is none.
 */
export function createRunFolder(id: string, { stateDir, planFolder, userState }: StatePlaces): RunFolder {
  if (stateDir !== undefined) return { path: makeRun(stateDir, id) };
  const beside = join(planFolder, '.runjobs');
  try {
    return { path: makeRun(beside, id) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EACCES' && code !== 'EROFS' && code !== 'EPERM') throw error;
    return {
      path: makeRun(userState, id),
      notice: `"${beside}" cannot be written (${code}); logs go to "${userState}"`,
    };
  }
}

/** A state folder that we make ignores itself in git, so that nobody commits logs by accident. */
function makeRun(state: string, id: string): string {
  if (mkdirSync(state, { recursive: true, mode: 0o700 }) !== undefined) {
    writeFileSync(join(state, '.gitignore'), '*\n', { mode: 0o600 });
  }
  const folder = join(state, 'runs', id);
  mkdirSync(join(state, 'runs'), { recursive: true, mode: 0o700 });
  mkdirSync(folder, { mode: 0o700 });
  return folder;
}
