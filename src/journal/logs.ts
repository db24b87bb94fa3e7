/** The log files of steps: everything a step prints, byte for byte, below the run's folder. */
import { closeSync, constants, lstatSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { StepLog, StepLogs } from '../engine/executor.ts';
import { safeKey } from '../plan/step-key.ts';
import { openCappedLog } from './capped-log.ts';
import { makeOwnFolder } from './folders.ts';
import { isFolder } from './known.ts';
import { RUN_FILES } from './runs.ts';

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;

export interface LogOptions {
  /** Bytes that the log of one step may hold; absent: all that it prints. */
  readonly maxLog?: number | undefined;
}

/**
 * Logs in `logs/` below the run's folder, one a step path, see {@link logName}; later attempts and ticks are appended, and
 * so is what a resumed run prints. A file is made at the first byte. {@link StepLog.size} counts what was printed, also
 * where `maxLog` has left out some of it.
 */
export function openLogs(folder: string, { maxLog }: LogOptions = {}): StepLogs {
  /** Folders that were there before, and those that are ours for sure; those of copies hold a thousand each. */
  const found = new Set<string>();
  const made = new Set<string>();
  const isThere = (of: string) => {
    if (!made.has(of) && !found.has(of) && isFolder(of)) found.add(of);
    return made.has(of) || found.has(of);
  };
  /** Makes it with those around it, which are ours alone as well. */
  const make = (of: string) => {
    if (made.has(of)) return;
    if (of !== join(folder, RUN_FILES.logs)) make(dirname(of));
    makeOwnFolder(of);
    made.add(of);
  };
  return {
    open(path) {
      const name = `${RUN_FILES.logs}/${logName(path)}`;
      const file = join(folder, name);
      let size = isThere(dirname(file)) ? sizeOf(file, maxLog) : 0;
      let log: OpenLog | undefined;
      return {
        name,
        get size() {
          return log?.size ?? size;
        },
        append(bytes) {
          if (log === undefined) make(dirname(file));
          log ??= maxLog === undefined ? openWhole(file, size) : openCappedLog(file, maxLog);
          log.append(bytes);
        },
        close() {
          if (log === undefined) return;
          size = log.size;
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

const COPY = /\[([1-9]\d{0,14})\]/g;
const IN_A_FOLDER = 1000;

/**
 * Where a step's log lies below `logs/`: its path with dots for slashes (ids have none), `plan` for the root. The logs of
 * copies lie in folders of a thousand: that of `test[1234]/build` is `test.copies/1001-2000/1234.build.log`. Bytes that
 * are not safe everywhere are replaced and long names cut; then eight digits of the path's hash keep the name unique.
 */
export function logName(path: string): string {
  let folders = '';
  let before = '';
  let from = 0;
  for (const found of path.matchAll(COPY)) {
    const number = Number(found[1]);
    const first = number - ((number - 1) % IN_A_FOLDER);
    const forEach = path.slice(0, found.index);
    folders += `${safeKey(before + path.slice(from, found.index), forEach)}.copies/${first}-${first + IN_A_FOLDER - 1}/`;
    before = String(number);
    from = found.index + found[0].length;
  }
  return `${folders}${safeKey(before + path.slice(from), path)}.log`;
}
