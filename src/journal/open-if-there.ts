/** Opens what may not be there. */
import { constants, openSync } from 'node:fs';

const { O_NOFOLLOW, O_RDONLY } = constants;

/** The descriptor of the file, for reading; undefined where there is none. A link is not followed. @throws the file system's error. */
export function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, O_RDONLY | (O_NOFOLLOW ?? 0));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
