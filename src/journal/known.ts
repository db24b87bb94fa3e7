/** The state folders that runs of this user were kept in: an index in the user's own state folder. */
import { lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { getuid } from 'node:process';
import { makeFolder } from '../plan/make-folder.ts';
import { sha256 } from '../plan/sha256.ts';

/** Bytes of a file's name that every file system takes. */
const LONGEST_NAME = 200;

/**
 * The user's own state folder: `runjobs` in $XDG_STATE_HOME, else in `~/.local/state`; of a user who has no home, as one whom a
 * container knows by number only, a folder of the user's own among the temporary ones.
 */
export function userStateOf(env: Readonly<Record<string, string | undefined>>): string {
  const { XDG_STATE_HOME: given = '' } = env;
  if (isAbsolute(given)) return join(given, 'runjobs');
  const home = homeOrNone();
  return home === undefined ? join(tmpdir(), `runjobs-${getuid?.() ?? 0}`) : join(home, '.local', 'state', 'runjobs');
}

function homeOrNone(): string | undefined {
  try {
    const home = homedir();
    return isAbsolute(home) ? home : undefined;
  } catch {
    return undefined;
  }
}

/** Notes a state folder, so that its runs are found from elsewhere. Costs one call when it is noted already; never throws. */
export function rememberFolder(userState: string, folder: string): void {
  const file = join(userState, 'folders', noteName(folder));
  try {
    try {
      note(file, folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return;
      makeFolder(join(userState, 'folders'), 0o700);
      note(file, folder);
    }
  } catch {
    // A run must not fail for an index: its folder is found from beside it, or by --state-dir.
  }
}

/** Two folders never have the same. */
function noteName(folder: string): string {
  const readable = encodeURIComponent(folder);
  return readable.length <= LONGEST_NAME ? readable : sha256(folder);
}

function note(file: string, folder: string): void {
  writeFileSync(file, folder, { mode: 0o600, flag: 'wx' });
}

/** Every state folder that is noted and still there; notes of others are removed. Never throws. */
export function knownFolders(userState: string): string[] {
  const index = join(userState, 'folders');
  const known: string[] = [];
  for (const name of namesIn(index)) {
    try {
      const folder = readFileSync(join(index, name), 'utf8');
      if (isAbsolute(folder) && lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) known.push(folder);
      else rmSync(join(index, name), { force: true });
    } catch {
      // Somebody else has removed it, or it cannot be entered now.
    }
  }
  return known.sort();
}

/** Whether there is a folder at this path, not a link to one. */
export function isFolder(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
  }
}

/** The names of the folders in a folder, not of links to some, in order; none where it cannot be read. */
export function foldersIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.flatMap(entry => (entry.isDirectory() ? [entry.name] : [])).sort();
  } catch {
    return [];
  }
}

/** The names in a folder, in order; none where it cannot be read. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
