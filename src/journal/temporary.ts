/** The folder in which the commands of one run put aside what only that run needs. */
import { rm, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeOwnFolder } from './folders.ts';
import { RUN_FILES } from './runs.ts';

/** Makes it in the folder of a run, for its owner only; a run that is gone on with has it already. @throws the file system's error. */
export function makeTemporary(folder: string): string {
  const path = join(folder, RUN_FILES.temporary);
  makeOwnFolder(path);
  return path;
}

/** Removes it with all that is in it. Never rejects: what cannot be removed stays as long as the run is kept. */
export async function removeTemporary(folder: string): Promise<void> {
  const path = join(folder, RUN_FILES.temporary);
  try {
    rmdirSync(path);
  } catch {
    // Something is in it, and may be much: the view goes on meanwhile.
    await new Promise(done => rm(path, { recursive: true, force: true }, done));
  }
}
