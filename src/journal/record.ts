/** The journal of a run: every event but output, one line each, on disk before the next step may start. */
import { closeSync, constants, fstat, fsync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import type { RunEvent } from '../events/event.ts';

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;

/** Events of so many milliseconds are made safe against a loss of power together. */
const syncMs = 200;

export interface Journal {
  /**
   * Writes an event and returns once the system has it: the death of this process loses none. Only the end of an attempt waits
   * for the event that follows, which is most often the end of its step, and no longer than until the process does
   * something else: nothing is started in between.
   * @throws the file system's error, such as ENOSPC. What was written of the lines is taken back.
   */
  record(event: RunEvent): void;
  /** Makes everything safe against a loss of power, and closes the file. Never throws: what was recorded stays. */
  close(): void;
}

export interface JournalOptions {
  /** Makes each event safe against a loss of power before it counts, not only those of a fifth of a second together. */
  readonly durable?: boolean;
  /** Bytes of the file that are good, when it is gone on with; what follows them, a torn line, is cut off. */
  readonly goOnAt?: number;
}

/** Opens the journal at `file`. @throws the file system's error. */
export function openJournal(file: string, { durable = false, goOnAt }: JournalOptions = {}): Journal {
  const descriptor = openSync(file, O_APPEND | O_CREAT | O_WRONLY | (O_NOFOLLOW ?? 0), 0o600);
  let size = goOnAt ?? 0;
  ftruncateSync(descriptor, size);
  // Syncing needs the threads of Node's pool: made later, where the limit of processes is reached by then, Node would abort.
  fstat(descriptor, () => {});
  let syncing: NodeJS.Timeout | undefined;
  let isClosed = false;

  const sync = () => {
    syncing = undefined;
    // Where it fails, the next write will tell.
    if (!isClosed) fsync(descriptor, () => {});
  };

  let waiting = '';
  let writing: NodeJS.Immediate | undefined;

  const write = () => {
    if (waiting === '') return;
    const lines = Buffer.from(waiting);
    try {
      for (let written = 0; written < lines.length; ) written += writeSync(descriptor, lines, written);
      if (durable) fsyncSync(descriptor);
    } catch (error) {
      // A disk that was full for a moment must leave no half line in the middle.
      ftruncateSync(descriptor, size);
      throw error;
    }
    waiting = '';
    size += lines.length;
    if (!durable) syncing ??= setTimeout(sync, syncMs).unref();
  };

  const writeSoon = () => {
    writing = undefined;
    try {
      write();
    } catch {
      // The next event is written with it, or tells.
    }
  };

  return {
    record(event) {
      waiting += `${JSON.stringify(event)}\n`;
      if (event.type === 'attempt.finished' && !durable) writing ??= setImmediate(writeSoon);
      else {
        try {
          write();
        } finally {
          // What could not be written is not tried again: the caller knows.
          waiting = '';
        }
      }
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      clearTimeout(syncing);
      clearImmediate(writing);
      try {
        write();
        fsyncSync(descriptor);
      } catch {
        // Some file systems cannot; the lines are with the system all the same.
      }
      closeSync(descriptor);
    },
  };
}
