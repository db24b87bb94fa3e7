/** Any part of a step's log, by its place in the file, also while it grows. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { logName } from './logs.ts';
import { RUN_FILES } from './runs.ts';

const { O_NOFOLLOW, O_RDONLY } = constants;

export interface LogText {
  readonly path: string;
  /** Bytes in the file; 0 before the first one. */
  size(): number;
  /** These bytes, or as many of them as there are. */
  read(position: number, length: number): Buffer;
  close(): void;
}

/** Opens the log of a step, which may not be there yet. A log that cannot be read is empty: none of its methods throws. */
export function openLogText(folder: string, step: string): LogText {
  const path = join(folder, RUN_FILES.logs, logName(step));
  let file: number | undefined;
  const attempt = <T>(look: (file: number) => T, otherwise: T): T => {
    try {
      file ??= openSync(path, O_RDONLY | (O_NOFOLLOW ?? 0));
      return look(file);
    } catch {
      return otherwise;
    }
  };
  return {
    path,
    size: () => attempt(file => fstatSync(file).size, 0),
    read(position, length) {
      const bytes = Buffer.allocUnsafe(length);
      const count = attempt(file => readSync(file, bytes, 0, length, position), 0);
      return bytes.subarray(0, count);
    },
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}
