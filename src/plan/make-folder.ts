/** A folder and those above it, made where they are missing. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Whether it was made; false where something is there already. Not by Node's own `recursive`, which never comes back where a
 * system refuses with ENOENT, as below /proc, and hides why one above cannot be made.
 * @param mode of all that are made. @throws the file system's error.
 */
export function makeFolder(path: string, mode = 0o777): boolean {
  return isMade(path, mode, false);
}

function isMade(path: string, mode: number, isLastTry: boolean): boolean {
  try {
    mkdirSync(path, { mode });
    return true;
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (code === 'EEXIST') return false;
    if (code !== 'ENOENT' || isLastTry || dirname(path) === path) throw error;
  }
  isMade(dirname(path), mode, false);
  return isMade(path, mode, true);
}
