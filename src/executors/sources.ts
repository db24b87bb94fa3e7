/** Reads what a plan names that no step carries out: its files of variables. */
import { resolve } from 'node:path';
import type { Sources } from '../engine/executor.ts';
import { readEnvFile } from '../plan/env-file.ts';

/** Paths start from `folder`, which is absolute, where none is named. A file is read each time it is asked for. */
export function openSources(folder: string): Sources {
  return {
    async readEnvFile(path, from = folder) {
      const read = await readEnvFile(resolve(from, path), 'nameless');
      if (read.type !== 'failed') return read;
      const { line, message } = read;
      const where = line === undefined ? '' : ` line ${line}`;
      return { type: 'failed', message: `${JSON.stringify(path)}${where}: ${message}` };
    },
  };
}

/** As these, but the names of the variables that files hold are noted. */
export function noting(sources: Sources, names: Set<string>): Sources {
  return {
    async readEnvFile(path, folder) {
      const read = await sources.readEnvFile(path, folder);
      if (read.type === 'read') for (const name of Object.keys(read.values)) names.add(name);
      return read;
    },
  };
}
