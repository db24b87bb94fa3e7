/** The journal of a run: every event but output, one line each, on disk before the next step may start. */
import { closeSync, constants, fstat, fsync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import type { RunEvent } from '../events/event.ts';

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;

/** Events of so many milliseconds are made safe against a loss of power together. */
const syncMs = 200;

export interface Journal {
  /**
   * Takes an event, which is written with all others of its turn of the event loop: at the end of that, or in `commit`.
   * The death of this process loses what was not written; so nothing may be begun by then that follows from it.
   */
  record(event: RunEvent): void;
  /** Writes what was recorded and returns once the system has it, or `onFailure` was called. */
  commit(): void;
  /** Resolves once the system has all that was recorded, or `onFailure` was called; undefined where that is so already. */
  committed(): Promise<void> | undefined;
  /** Writes the rest, makes everything safe against a loss of power, and closes the file. Never throws: what was written stays. */
  close(): void;
}

export interface JournalOptions {
  /** Makes what is committed safe against a loss of power at once, not what a fifth of a second has brought. */
  readonly durable?: boolean;
  /** Bytes of the file that are good, when it is gone on with; what follows them, a torn line, is cut off. */
  readonly goOnAt?: number;
  /**
   * Called once, with the file system's error, such as ENOSPC, when something cannot be written: what was written of its lines is
   * taken back, and nothing is recorded from then on. Not once it is closed.
   */
  readonly onFailure?: (error: unknown) => void;
}

/** Opens the journal at `file`. @throws the file system's error. */
export function openJournal(
  file: string,
  { durable = false, goOnAt, onFailure = () => {} }: JournalOptions = {},
): Journal {
  const descriptor = openSync(file, O_APPEND | O_CREAT | O_WRONLY | (O_NOFOLLOW ?? 0), 0o600);
  let size = goOnAt ?? 0;
  ftruncateSync(descriptor, size);
  // Syncing needs the threads of Node's pool: made later, where the limit of processes is reached by then, Node would abort.
  fstat(descriptor, () => {});
  let syncing: NodeJS.Timeout | undefined;
  /** Nothing is recorded any more. */
  let isOver = false;
  let isClosed = false;

  const sync = () => {
    syncing = undefined;
    // Where it fails, the next write will tell.
    if (!isClosed) fsync(descriptor, () => {});
  };

  let waiting = '';
  let turn: NodeJS.Immediate | undefined;
  /** For those who wait for the end of this turn. */
  let written: Promise<void> | undefined;
  let tell = () => {};

  const write = () => {
    const lines = Buffer.from(waiting);
    waiting = '';
    try {
      for (let count = 0; count < lines.length; ) count += writeSync(descriptor, lines, count);
      if (durable) fsyncSync(descriptor);
    } catch (error) {
      // A disk that was full for a moment must leave no half line in the middle.
      ftruncateSync(descriptor, size);
      throw error;
    }
    size += lines.length;
    if (!durable) syncing ??= setTimeout(sync, syncMs).unref();
  };

  const commit = () => {
    if (turn === undefined) return;
    clearImmediate(turn);
    turn = undefined;
    try {
      write();
    } catch (error) {
      isOver = true;
      if (!isClosed) onFailure(error);
    }
    written = undefined;
    tell();
  };
  // A bug ends the process in the middle of a turn.
  process.on('exit', commit);

  return {
    record(event) {
      if (isOver) return;
      waiting += `${JSON.stringify(event)}\n`;
      turn ??= setImmediate(commit);
    },
    commit,
    committed() {
      if (turn === undefined) return undefined;
      written ??= new Promise(resolve => {
        tell = resolve;
      });
      return written;
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      process.off('exit', commit);
      commit();
      clearTimeout(syncing);
      isOver = true;
      try {
        fsyncSync(descriptor);
      } catch {
        // Some file systems cannot; the lines are with the system all the same.
      }
      closeSync(descriptor);
    },
  };
}
