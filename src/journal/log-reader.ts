/** Reads a log while it grows, also one whose middle is taken out meanwhile. */
import { closeSync, fstatSync, readSync } from 'node:fs';
import { firstHalf, type Gap, gapIn, markerOf } from './capped-log.ts';
import { openIfThere } from './open-if-there.ts';

const CHUNK = 64 * 1024;

export interface LogReader {
  /** The next bytes, undefined when there are none by now. What was left out before it was read is told by a line. */
  next(): Buffer | undefined;
  /** How far it was read: of a log of its own, how much of what the step has printed. */
  readonly position: number;
  /** Where that ends by now. */
  readonly size: number;
  close(): void;
}

/**
 * Reads the log in this file from its beginning; one that is not there has no bytes yet.
 * @param maxLog what the log may hold, as its plan says. @param from where to begin, the `position` of an earlier reader.
 */
export function openLogReader(path: string, maxLog?: number, from = 0): LogReader {
  let file: number | undefined;
  let position = from;

  /** Reads from the file as it is; undefined while its middle is being taken out, or was taken out during the reading. */
  const attempt = (descriptor: number): Buffer | undefined => {
    const gap = maxLog === undefined ? undefined : gapIn(descriptor, maxLog);
    const half = maxLog === undefined ? Number.POSITIVE_INFINITY : firstHalf(maxLog);
    if (gap === undefined || position < half) {
      const bytes = readAt(descriptor, position, gap === undefined ? CHUNK : half - position);
      if (maxLog !== undefined && !isSame(gap, gapIn(descriptor, maxLog))) return undefined;
      position += bytes?.length ?? 0;
      return bytes;
    }
    if (gap.left === undefined) return undefined;
    const lost = half + gap.left - position;
    if (lost > 0) {
      const isAll = lost === gap.left;
      position += lost;
      return isAll ? gap.marker : markerOf(lost, gap.marker[0] === 0x0a);
    }
    const bytes = readAt(descriptor, position - gap.left + gap.marker.length, CHUNK);
    if (maxLog !== undefined && !isSame(gap, gapIn(descriptor, maxLog))) return undefined;
    position += bytes?.length ?? 0;
    return bytes;
  };

  return {
    next() {
      file ??= openIfThere(path);
      return file === undefined ? undefined : attempt(file);
    },
    get position() {
      return position;
    },
    get size() {
      file ??= openIfThere(path);
      return file === undefined ? 0 : fstatSync(file).size;
    },
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}

function isSame(one: Gap | undefined, other: Gap | undefined): boolean {
  return one?.left === other?.left;
}

/** The bytes there, no more than `most`; undefined where the file ends. */
export function readAt(file: number, position: number, most: number): Buffer | undefined {
  const left = fstatSync(file).size - position;
  if (left <= 0) return undefined;
  const bytes = Buffer.allocUnsafe(Math.min(CHUNK, most, left));
  const size = readSync(file, bytes, 0, bytes.length, position);
  return size === 0 ? undefined : bytes.subarray(0, size);
}
