/** Reads what one of many steps has printed to a log that they share, while it grows. */
import { closeSync } from 'node:fs';
import { type LogReader, readAt } from './log-reader.ts';
import { openIfThere } from './open-if-there.ts';
import { readPieces } from './shared-log.ts';

const CHUNK = 64 * 1024;

/** Where the pieces of each step lie in a shared log; looks again at what has come each time it is asked. */
export interface SharedIndex {
  /** Those of a key, in order: where each begins, and where it ends. */
  pieces(key: string): readonly (readonly [from: number, to: number])[];
  /** The last bytes of a key. */
  end(key: string): Buffer;
  read(position: number, most: number): Buffer | undefined;
  close(): void;
}

const NONE: readonly (readonly [number, number])[] = [];

/** A log that is not there yet holds nothing. */
export function openIndex(path: string): SharedIndex {
  const pieces = new Map<string, [number, number][]>();
  let file: number | undefined;
  let position = 0;

  const look = () => {
    file ??= openIfThere(path);
    if (file === undefined) return;
    position = readPieces(file, position, ({ key, from, to }) => {
      const known = pieces.get(key);
      if (known === undefined) pieces.set(key, [[from, to]]);
      else known.push([from, to]);
    });
  };
  const read = (at: number, most: number) => (file === undefined ? undefined : readAt(file, at, most));
  return {
    pieces(key) {
      look();
      return pieces.get(key) ?? NONE;
    },
    end(key) {
      look();
      const parts: Buffer[] = [];
      let left = CHUNK;
      for (const [from, to] of (pieces.get(key) ?? NONE).toReversed()) {
        const bytes = read(Math.max(from, to - left), Math.min(left, to - from));
        if (bytes === undefined) break;
        parts.unshift(bytes);
        left -= bytes.length;
        if (left === 0) break;
      }
      return Buffer.concat(parts);
    },
    read,
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}

/** Reads the pieces of a key; its position is that in the shared file. @param index asked for each time: it may be another one later. */
export function openSharedReader(index: () => SharedIndex, key: string, from: number): LogReader {
  let position = from;
  let next = 0;
  return {
    next() {
      const now = index();
      const pieces = now.pieces(key);
      while ((pieces[next]?.[1] ?? Number.POSITIVE_INFINITY) <= position) next += 1;
      const piece = pieces[next];
      if (piece === undefined) return undefined;
      const [start, end] = piece;
      const at = Math.max(position, start);
      const bytes = now.read(at, end - at);
      position = at + (bytes?.length ?? 0);
      return bytes;
    },
    get position() {
      return position;
    },
    get size() {
      return index().pieces(key).at(-1)?.[1] ?? 0;
    },
    close() {},
  };
}
