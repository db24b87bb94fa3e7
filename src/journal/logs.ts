/** The log files of steps: everything a step prints, byte for byte, below the run's folder. */
import { closeSync, constants, lstatSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { StepLog, StepLogs } from '../engine/executor.ts';
import { safeKey } from '../plan/step-key.ts';
import { openCappedLog } from './capped-log.ts';
import { makeOwnFolder } from './folders.ts';
import { isFolder } from './known.ts';
import { RUN_FILES } from './runs.ts';
import { hasPieces, openSharedLog, type SharedLog } from './shared-log.ts';

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;

export interface LogOptions {
  /** Bytes that the log of one step may hold; absent: all that it prints. */
  readonly maxLog?: number | undefined;
}

/**
 * Logs in `logs/` below the run's folder, one a step path, see {@link logName}; later attempts and ticks are appended, and
 * so is what a resumed run prints. A file is made at the first byte. {@link StepLog.size} counts what was printed, also
 * where `maxLog` has left out some of it. Copies that share their log have one for a thousand: to make a file costs more
 * than a request. With `maxLog` none is shared.
 */
export function openLogs(folder: string, { maxLog }: LogOptions = {}): StepLogs {
  const folders = openLogFolders(folder);
  const shared = openSharedLogs(folder, folders);
  const openOwn = (path: string): StepLog => {
    const name = `${RUN_FILES.logs}/${logName(path)}`;
    const file = join(folder, name);
    let size = folders.isThere(dirname(file)) ? sizeOf(file, maxLog) : 0;
    let log: OpenLog | undefined;
    return {
      name,
      get size() {
        return log?.size ?? size;
      },
      get isEmpty() {
        return this.size === 0;
      },
      append(bytes) {
        if (log === undefined) folders.make(dirname(file));
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
  };
  return {
    open(path, { isShared = false, isOver = false } = {}) {
      const place = isShared && maxLog === undefined ? logPlace(path) : undefined;
      return place?.shared === undefined ? openOwn(path) : shared.open(place.shared, place.key, isOver);
    },
    close: shared.close,
  };
}

/** The folders of a run's logs. */
function openLogFolders(folder: string) {
  /** Whether those were there that were asked for: nobody else makes them; those of copies hold a thousand logs each. */
  const found = new Map<string, boolean>();
  const made = new Set<string>();
  /** Makes it with those around it, which are ours alone as well. */
  const make = (of: string) => {
    if (made.has(of)) return;
    if (of !== join(folder, RUN_FILES.logs)) make(dirname(of));
    makeOwnFolder(of);
    made.add(of);
  };
  return {
    make,
    isThere(of: string): boolean {
      if (made.has(of)) return true;
      const isThere = found.get(of) ?? isFolder(of);
      found.set(of, isThere);
      return isThere;
    },
  };
}

/** So many are open though none of their steps prints: the next one of the same thousand will. */
const IDLE_MAX = 2;

/** Logs of which each is open while one of its steps prints, and a while longer. */
function openSharedLogs(folder: string, folders: ReturnType<typeof openLogFolders>) {
  interface Entry {
    readonly log: SharedLog;
    users: number;
  }
  const open = new Map<string, Entry>();
  const idle = new Set<string>();
  /** How long those are that this run has written itself, and closed. */
  const known = new Map<string, number>();
  const shut = (file: string) => {
    const log = open.get(file)?.log;
    idle.delete(file);
    open.delete(file);
    if (log === undefined) return;
    known.set(file, log.size);
    log.close();
  };
  const use = (file: string): Entry => {
    let entry = open.get(file);
    if (entry === undefined) {
      folders.make(dirname(file));
      entry = { log: openSharedLog(file, { isWhole: known.has(file) }), users: 0 };
      open.set(file, entry);
    }
    idle.delete(file);
    entry.users += 1;
    return entry;
  };
  const leave = (file: string, entry: Entry) => {
    entry.users -= 1;
    if (entry.users > 0) return;
    const [oldest] = idle.add(file);
    if (oldest !== undefined && idle.size > IDLE_MAX) shut(oldest);
  };
  /** Without the torn piece that a run may have left which died. */
  const sizeNow = (file: string) => {
    if (!open.has(file) && !known.has(file) && folders.isThere(dirname(file)) && sizeOf(file, undefined) > 0)
      leave(file, use(file));
    return open.get(file)?.log.size ?? known.get(file);
  };
  return {
    open(place: string, key: string, isOver: boolean): StepLog {
      const name = `${RUN_FILES.logs}/${place}`;
      const file = join(folder, name);
      let entry: Entry | undefined;
      let hasPrinted = isOver && hasPieces(file, key);
      return {
        name,
        get size() {
          return sizeNow(file) ?? 0;
        },
        get isEmpty() {
          return !hasPrinted;
        },
        append(bytes) {
          entry ??= use(file);
          entry.log.append(key, bytes);
          hasPrinted = true;
        },
        close() {
          if (entry !== undefined) leave(file, entry);
          entry = undefined;
        },
      };
    },
    close() {
      for (const file of idle) shut(file);
    },
  };
}

type OpenLog = Omit<StepLog, 'name' | 'isEmpty'>;

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
  const { folders, key } = logPlace(path);
  return `${folders}${key}.log`;
}

/** The same in parts; and the log that it may share with the other copies of its thousand, where it is one. */
export function logPlace(path: string): { readonly folders: string; readonly key: string; readonly shared?: string } {
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
  const key = safeKey(before + path.slice(from), path);
  return folders === '' ? { folders, key } : { folders, key, shared: `${folders.slice(0, -1)}.log` };
}
