/** Files that a run is to read, looked at before it: what lies there already, and can never be read. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { isNamelessPipe, Unfit } from './open-whole.ts';
import { readBytesNow } from './read-bytes.ts';
import { expand, namesIn } from './variables.ts';

/**
 * Why what this path leads to cannot be read, in words; nothing of a regular file, which is read when its time comes, of
 * what is not there yet, and of a path that names variables. Never throws. @param folder where relative paths start.
 */
export function whyUnfit(path: string, folder: string): string | undefined {
  if (namesIn(path).length > 0) return undefined;
  const expansion = expand(path, () => undefined);
  const file = resolve(folder, expansion.type === 'text' ? expansion.text : path);
  try {
    const found = statSync(file);
    if (found.isFile() || found.isDirectory() || isNamelessPipe(file)) return undefined;
    readBytesNow(file, Number.POSITIVE_INFINITY);
  } catch (error) {
    if (error instanceof Unfit) return error.message;
  }
  return undefined;
}
