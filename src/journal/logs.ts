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
  return {
    open(path, { isShared = false, isOver = false } = {}) {
      const place = isShared && maxLog === undefined ? logPlace(path) : undefined;
      return place?.shared === undefined
        ? new OwnLog(folder, folders, path, maxLog)
        : shared.open(place.shared, place.key, isOver);
    },
    close: shared.close,
  };
}

/** The log of one step alone. */
class OwnLog implements StepLog {
  readonly name: string;
  readonly #file: string;
  readonly #folders: LogFolders;
  readonly #maxLog: number | undefined;
  #sizeBefore: number;
  #open: OpenLog | undefined;

  constructor(folder: string, folders: LogFolders, path: string, maxLog: number | undefined) {
    this.name = `${RUN_FILES.logs}/${logName(path)}`;
    this.#file = join(folder, this.name);
    this.#folders = folders;
    this.#maxLog = maxLog;
    this.#sizeBefore = folders.isThere(dirname(this.#file)) ? sizeOf(this.#file, maxLog) : 0;
  }

  get size(): number {
    return this.#open?.size ?? this.#sizeBefore;
  }

  get isEmpty(): boolean {
    return this.size === 0;
  }

  append(bytes: Uint8Array): void {
    if (this.#open === undefined) this.#folders.make(dirname(this.#file));
    this.#open ??= this.#opened();
    this.#open.append(bytes);
  }

  #opened(): OpenLog {
    try {
      return this.#maxLog === undefined
        ? openWhole(this.#file, this.#sizeBefore)
        : openCappedLog(this.#file, this.#maxLog);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      throw new Error('its folder was removed while the run went on', { cause: error });
    }
  }

  close(): void {
    if (this.#open === undefined) return;
    this.#sizeBefore = this.#open.size;
    this.#open.close();
    this.#open = undefined;
  }
}

type LogFolders = ReturnType<typeof openLogFolders>;

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

interface Entry {
  readonly log: SharedLog;
  users: number;
}

/** Logs of which each is open while one of its steps prints, and a while longer. */
function openSharedLogs(folder: string, folders: LogFolders) {
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
  /** The names of the last one: the next copy most often has the same. */
  let last = { place: '', name: '', file: '' };
  const shelf = { use, leave, sizeNow };
  return {
    open(place: string, key: string, isOver: boolean): StepLog {
      if (last.place !== place) {
        const name = `${RUN_FILES.logs}/${place}`;
        last = { place, name, file: join(folder, name) };
      }
      return new LogInShared(shelf, last, key, isOver && hasPieces(last.file, key));
    },
    close() {
      for (const file of idle) shut(file);
    },
  };
}

/** Shared logs, by their files. */
interface Shelf {
  use(file: string): Entry;
  leave(file: string, entry: Entry): void;
  sizeNow(file: string): number | undefined;
}

/** What one step has in a log that others share. */
class LogInShared implements StepLog {
  readonly name: string;
  readonly #file: string;
  readonly #shelf: Shelf;
  readonly #key: string;
  #entry: Entry | undefined;
  #hasPrinted: boolean;

  constructor(
    shelf: Shelf,
    { name, file }: { readonly name: string; readonly file: string },
    key: string,
    hasPrinted: boolean,
  ) {
    this.name = name;
    this.#file = file;
    this.#shelf = shelf;
    this.#key = key;
    this.#hasPrinted = hasPrinted;
  }

  get size(): number {
    return this.#shelf.sizeNow(this.#file) ?? 0;
  }

  get isEmpty(): boolean {
    return !this.#hasPrinted;
  }

  append(bytes: Uint8Array): void {
    this.#entry ??= this.#shelf.use(this.#file);
    this.#entry.log.append(this.#key, bytes);
    this.#hasPrinted = true;
  }

  close(): void {
    if (this.#entry !== undefined) this.#shelf.leave(this.#file, this.#entry);
    this.#entry = undefined;
  }
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
