/** The log files of steps: everything a step prints, byte for byte, below the run's folder. */
import { createHash } from 'node:crypto';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { StepLog, StepLogs } from '../engine/executor.ts';
import { makeOwnFolder } from './folders.ts';

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;
const LONGEST_NAME = 100;

/**
 * Logs in `logs/` below the run's folder, one a step path; later attempts and ticks are appended. A file is made at
 * the first byte.
 */
export function openLogs(folder: string): StepLogs {
  const sizes = new Map<string, number>();
  let made = false;
  return {
    open(path) {
      const name = `logs/${logName(path)}`;
      let size = sizes.get(name) ?? 0;
      let file: number | undefined;
      const log: StepLog = {
        name,
        get size() {
          return size;
        },
        append(bytes) {
          if (!made) makeOwnFolder(join(folder, 'logs'));
          made = true;
          file ??= openSync(join(folder, name), O_APPEND | O_CREAT | O_WRONLY | (O_NOFOLLOW ?? 0), 0o600);
          for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
          size += bytes.length;
        },
        close() {
          if (file === undefined) return;
          closeSync(file);
          file = undefined;
          sizes.set(name, size);
        },
      };
      return log;
    },
  };
}

/**
 * The file name of a step's log: its path with dots for slashes (ids have none), `plan` for the root. Bytes that are
 * not safe everywhere are replaced and long names cut; then eight digits of the path's hash keep the name unique.
 */
export function logName(path: string): string {
  if (path === '.') return 'plan.log';
  const dotted = path.replaceAll('/', '.');
  const safe = dotted.replace(/[^A-Za-z0-9._[\]-]/g, '_').slice(0, LONGEST_NAME);
  if (safe === dotted) return `${safe}.log`;
  return `${safe}-${createHash('sha256').update(path).digest('hex').slice(0, 8)}.log`;
}
