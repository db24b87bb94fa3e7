/** Runs on disk: the state folder and the folder of each run. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { uniqueDigits } from '../plan/unique.ts';
import { whyUnwritable } from '../plan/unwritable.ts';
import { makeOwnFolder, UnsafeFolder } from './folders.ts';
import { rememberFolder } from './known.ts';

/** What the folder of a run holds. */
export const RUN_FILES = {
  /** The plan as it was checked, and what the command line made of it. */
  plan: 'plan.json',
  journal: 'journal.ndjson',
  /** How it ended; absent while it runs, and for ever where it was killed. */
  result: 'result.json',
  logs: 'logs',
  /** The lists of forEach steps, where they came from outside. */
  lists: 'lists',
  /** Files that commands write variables to, while the run goes on. */
  outputs: 'outputs',
  /** What commands put aside for each other: see temporary.ts. */
  temporary: 'tmp',
  /** Who holds the run, generation by generation: see lock.ts. */
  owner: 'owner',
  /** Where the run is told to stop, while it goes on: see control.ts. */
  socket: 'control.sock',
} as const;

/** A run's own folder, and what the user should know about where it is. */
export interface RunFolder {
  readonly path: string;
  readonly notice?: string;
}

/** The id of a run that starts now: `20261122-081349-7f3a91c4`, in UTC. Unique on this machine, whatever the folder. */
export function createRunId(now: Date): string {
  const [date, time] = now.toISOString().slice(0, 19).replace(/[-:]/g, '').split('T');
  return `${date}-${time}-${uniqueDigits(8)}`;
}

/** When the run of this id was started: milliseconds since 1970, to the second. */
export function timeOfRun(id: string): number {
  const [, year, month, day, hour, minute, second] = (/^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)/.exec(id) ?? []).map(
    Number,
  );
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
}

/** Where the folder of a run may be made. */
export interface StatePlaces {
  /** What the user asked for; nothing else is tried then. */
  readonly stateDir?: string;
  /** The folder of the plan: `.runjobs/` beside it is the default. */
  readonly planFolder: string;
  /** The user's own state folder, for plans in places that cannot be written; the index of state folders is there, too. */
  readonly userState: string;
}

/**
 * Makes the folder of a run, in the first of its places that can be written; a second choice is said in the notice.
 * No link is followed, and no folder of a third party is used.
 * @throws {UnsafeFolder}, or an error that says in words why, and what to do, when there is none.
 */
export function createRunFolder(id: string, { stateDir, planFolder, userState }: StatePlaces): RunFolder {
  const beside = join(planFolder, '.runjobs');
  const asked = stateDir ?? beside;
  try {
    const path = makeRun(asked, id, stateDir !== undefined);
    rememberFolder(userState, asked);
    return { path };
  } catch (error) {
    const why = stateDir === undefined ? whyElsewhere(error) : undefined;
    if (why === undefined) throw inWords(error, asked);
    return {
      path: makeFallback(userState, id, `"${beside}" ${why}`),
      notice: `"${beside}" ${why}; this run is kept in "${userState}"`,
    };
  }
}

const ID_TRIES = 10;

/** As {@link createRunFolder}, for a run that gets another id where one of the same second has its own. */
export function createFreshFolder(run: { id: string }, places: StatePlaces): RunFolder {
  for (let tries = 1; ; tries += 1) {
    try {
      return createRunFolder(run.id, places);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || tries === ID_TRIES) throw error;
      run.id = createRunId(new Date());
    }
  }
}

/** The error in words, with what to do; as it is where it has them already, or another id may do. */
function inWords(error: unknown, folder: string): unknown {
  if (error instanceof UnsafeFolder || (error as NodeJS.ErrnoException).code === 'EEXIST') return error;
  const message = `"${folder}" cannot be written: ${whyUnwritable(error)}; name another folder with --state-dir`;
  return new Error(message, { cause: error });
}

/** Why a state folder cannot be used though another may do. */
function whyElsewhere(error: unknown): string | undefined {
  if (error instanceof UnsafeFolder) return error.isForeign ? 'belongs to another user' : undefined;
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EACCES' || code === 'EROFS' || code === 'EPERM'
    ? `cannot be written: ${whyUnwritable(error)}`
    : undefined;
}

function makeFallback(userState: string, id: string, why: string): string {
  try {
    return makeRun(userState, id, false);
  } catch (error) {
    // Another id may do.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
    throw new Error(`${why}, and neither can "${userState}": ${whyUnwritable(error)}; name a folder with --state-dir`);
  }
}

/** A state folder that we make ignores itself in git, so that nobody commits logs by accident. */
function makeRun(state: string, id: string, anyOwner: boolean): string {
  if (makeOwnFolder(state, { anyOwner })) writeFileSync(join(state, '.gitignore'), '*\n', { mode: 0o600, flag: 'wx' });
  const runs = join(state, 'runs');
  makeOwnFolder(runs, { anyOwner });
  const folder = join(runs, id);
  mkdirSync(folder, { mode: 0o700 });
  return folder;
}
