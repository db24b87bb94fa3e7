/** `glob`: the files that match a pattern, relative to the plan's folder. */
import { isAbsolute } from 'node:path';
import { glob } from 'tinyglobby';
import type { ListItems } from '../../engine/executor.ts';

/**
 * Files, no folders, sorted by the code units of their paths, which are absolute where the pattern is; one that begins with a dot only where the pattern says so.
 * What may not be looked into is passed over.
 */
export async function filesOf(name: string, pattern: string, folder: string): Promise<ListItems> {
  const absolute = isAbsolute(pattern);
  const files = await glob(pattern, { cwd: folder, absolute, onlyFiles: true, dot: false, expandDirectories: false });
  files.sort();
  return { count: files.length, at: index => ({ [name]: files[index] ?? '' }) };
}
