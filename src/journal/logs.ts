/** The log files of steps: everything a step prints, byte for byte, below the run's folder. */
import { createHash } from 'node:crypto';
import { closeSync, constants, lstatSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { StepLog, StepLogs } from '../engine/executor.ts';
import { openCappedLog } from './capped-log.ts';
import { makeOwnFolder } from './folders.ts';
import { isFolder } from './known.ts';
import { RUN_FILES } from './runs.ts';

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;
const LONGEST_NAME = 100;

export interface LogOptions {
  /** Bytes that the log of one step may hold; absent: all that it prints. */
  readonly maxLog?: number | undefined;
}

/**
 * Logs in `logs/` below the run's folder, one a step path; later attempts and ticks are appended, and so is what a resumed
 * run prints. A file is made at the first byte. {@link StepLog.size} counts what was printed, also where `maxLog` has left
 * out some of it.
 */
export function openLogs(folder: string, { maxLog }: LogOptions = {}): StepLogs {
  const sizes = new Map<string, number>();
  let isMade = isFolder(join(folder, RUN_FILES.logs));
  const mayExist = isMade;
  return {
    open(path) {
      const name = `${RUN_FILES.logs}/${logName(path)}`;
      const file = join(folder, name);
      let size = sizes.get(name) ?? (mayExist ? sizeOf(file, maxLog) : 0);
      let log: OpenLog | undefined;
      return {
        name,
        get size() {
          return log?.size ?? size;
        },
        append(bytes) {
          if (!isMade) makeOwnFolder(join(folder, RUN_FILES.logs));
          isMade = true;
          log ??= maxLog === undefined ? openWhole(file, size) : openCappedLog(file, maxLog);
          log.append(bytes);
        },
        close() {
          if (log === undefined) return;
          size = log.size;
          sizes.set(name, size);
          log.close();
          log = undefined;
        },
      };
    },
  };
}

type OpenLog = Omit<StepLog, 'name'>;

/** A log that holds all that is printed. */
function openWhole(path: string, sizeNow: number): OpenLog {
  const file = openSync(path, O_APPEND | O_CREAT | O_WRONLY | (O_NOFOLLOW ?? 0), 0o600);
  let size = sizeNow;
  return {
    get size() {
      return size;
    },
    append(bytes) {
      for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
      size += bytes.length;
    },
    close: () => closeSync(file),
  };
}

/** What the log of a run that is gone on with has printed before. */
function sizeOf(path: string, maxLog: number | undefined): number {
  const size = lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (maxLog === undefined || size <= maxLog) return size;
  const log = openCappedLog(path, maxLog);
  const printed = log.size;
  log.close();
  return printed;
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
