/** What of the runs on disk this user may not read, and whose it is. */
import { accessSync, constants, lstatSync } from 'node:fs';
import { join } from 'node:path';

/** A folder that is there and may not be read. */
export interface ClosedFolder {
  readonly folder: string;
  /** `it belongs to another user (uid 0)`. */
  readonly why: string;
}

/** Why this folder may not be read, in words; undefined where it may, or where there is none. Never throws. */
export function whyClosed(folder: string): string | undefined {
  try {
    accessSync(folder, constants.R_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EACCES' || code === 'EPERM' ? ownerWords(folder) : undefined;
  }
}

/** Of these state folders those whose runs may not be read. Never throws. */
export function closedAmong(states: readonly string[]): ClosedFolder[] {
  return states.flatMap(state => {
    const why = whyClosed(state) ?? whyClosed(join(state, 'runs'));
    return why === undefined ? [] : [{ folder: state, why }];
  });
}

function ownerWords(folder: string): string {
  try {
    const { uid } = lstatSync(folder);
    if (uid !== process.geteuid?.()) return `it belongs to another user (uid ${uid})`;
  } catch {
    // A folder above it is closed.
  }
  return 'its permissions forbid it';
}
