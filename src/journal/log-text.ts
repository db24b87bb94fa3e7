/** Any part of what a step has printed, by its place in it, also while it grows. */
import { closeSync, fstatSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { logName, logPlace } from './logs.ts';
import { openIfThere } from './open-if-there.ts';
import { RUN_FILES } from './runs.ts';
import { openIndex } from './shared-log-reader.ts';

export interface LogText {
  /** Of the file that holds it. */
  readonly path: string;
  /** Bytes by now; 0 before the first one. */
  size(): number;
  /** These bytes, or as many of them as there are. */
  read(position: number, length: number): Buffer;
  close(): void;
}

/** Opens the log of a step, which may not be there yet. A log that cannot be read is empty: none of its methods throws. */
export function openLogText(folder: string, step: string): LogText {
  const logs = join(folder, RUN_FILES.logs);
  const { shared: name, key } = logPlace(step);
  const own = openOwnText(join(logs, logName(step)));
  const shared = name === undefined ? undefined : openSharedText(join(logs, name), key);
  const text = () => (shared !== undefined && own.size() === 0 && shared.size() > 0 ? shared : own);
  return {
    get path() {
      return text().path;
    },
    size: () => text().size(),
    read: (position, length) => text().read(position, length),
    close() {
      own.close();
      shared?.close();
    },
  };
}

/** A log of its own. */
function openOwnText(path: string): LogText {
  let file: number | undefined;
  const attempt = (look: (file: number) => number): number =>
    orNothing(() => {
      file ??= openIfThere(path);
      return file === undefined ? 0 : look(file);
    });
  return {
    path,
    size: () => attempt(file => fstatSync(file).size),
    read(position, length) {
      const bytes = Buffer.allocUnsafe(length);
      return bytes.subarray(
        0,
        attempt(file => readSync(file, bytes, 0, length, position)),
      );
    },
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}

/** Its pieces in a log that many share, as one text. */
function openSharedText(path: string, key: string): LogText {
  const index = openIndex(path);
  return {
    path,
    size: () => orNothing(() => index.pieces(key).reduce((sum, [from, to]) => sum + to - from, 0)),
    read(position, length) {
      const parts: Buffer[] = [];
      let before = 0;
      orNothing(() => {
        for (const [from, to] of index.pieces(key)) {
          const start = Math.max(0, position - before);
          const end = Math.min(to - from, position + length - before);
          for (let at = start; at < end; ) {
            const bytes = index.read(from + at, end - at);
            if (bytes === undefined) return 0;
            parts.push(bytes);
            at += bytes.length;
          }
          before += to - from;
        }
        return 0;
      });
      return Buffer.concat(parts);
    },
    close: index.close,
  };
}

function orNothing(look: () => number): number {
  try {
    return look();
  } catch {
    return 0;
  }
}
