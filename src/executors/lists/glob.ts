/** `glob`: the files that match a pattern, relative to the plan's folder. */
import { glob } from 'tinyglobby';
import type { ListItems } from '../../engine/executor.ts';

/**
 * Files, no folders, sorted by the code units of their paths; one that begins with a dot only where the pattern says so.
 * What may not be looked into is passed over.
 */
export async function filesOf(name: string, pattern: string, folder: string): Promise<ListItems> {
  const files = await glob(pattern, { cwd: folder, onlyFiles: true, dot: false, expandDirectories: false });
  files.sort();
  return { count: files.length, at: index => ({ [name]: files[index] ?? '' }) };
}
