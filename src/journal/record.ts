/** The journal of a run: every event but output, one line each, on disk before the next step may start. */
import { closeSync, constants, fsync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import type { RunEvent } from '../events/event.ts';

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;

/** Events of so many milliseconds are made safe against a loss of power together. */
const syncMs = 200;

export interface Journal {
  /**
   * Writes an event and returns once the system has it: the death of this process loses none.
   * @throws the file system's error, such as ENOSPC. What was written of the line is taken back.
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
  let syncing: NodeJS.Timeout | undefined;
  let isClosed = false;

  const sync = () => {
    syncing = undefined;
    // Where it fails, the next write will tell.
    if (!isClosed) fsync(descriptor, () => {});
  };

  return {
    record(event) {
      const line = Buffer.from(`${JSON.stringify(event)}\n`);
      try {
        for (let written = 0; written < line.length; ) written += writeSync(descriptor, line, written);
        if (durable) fsyncSync(descriptor);
      } catch (error) {
        // A disk that was full for a moment must leave no half line in the middle.
        ftruncateSync(descriptor, size);
        throw error;
      }
      size += line.length;
      if (!durable) syncing ??= setTimeout(sync, syncMs).unref();
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      clearTimeout(syncing);
      try {
        fsyncSync(descriptor);
      } catch {
        // Some file systems cannot; the lines are with the system all the same.
      }
      closeSync(descriptor);
    },
  };
}
