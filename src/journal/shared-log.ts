/** One log for many steps: what they print stands there in pieces, each below a line that says whose it is. */
import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, writeSync, writevSync } from 'node:fs';
import { openIfThere } from './open-if-there.ts';

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_RDWR } = constants;
const WINDOW = 64 * 1024;
/** No line above a piece is longer. */
const HEAD_MAX = 200;
/** Up to here it costs less to copy bytes than to write them from where they are. */
const FEW = 16 * 1024;
const HEAD = /^==> (\S+) (\d{1,15}) <==$/;
const NEWLINE = 0x0a;

export interface SharedLog {
  /** Bytes in it. */
  readonly size: number;
  /** Appends what a step has printed, under its key: see {@link logPlace}. @throws the file system's error: then nothing of it is kept. */
  append(key: string, bytes: Uint8Array): void;
  close(): void;
}

/** Where a piece lies in the file. */
export interface Piece {
  readonly key: string;
  readonly from: number;
  readonly to: number;
}

/**
 * Opens the log in this file and goes on with what is in it; a piece that is not whole is cut off.
 * @param isWhole whether all pieces are known to be. @throws the file system's error.
 */
export function openSharedLog(path: string, { isWhole }: { readonly isWhole: boolean }): SharedLog {
  const file = openSync(path, O_APPEND | O_CREAT | O_RDWR | (O_NOFOLLOW ?? 0), 0o600);
  let { size } = fstatSync(file);
  if (!isWhole && size > 0) {
    size = readPieces(file, 0, () => {});
    ftruncateSync(file, size);
  }
  return {
    get size() {
      return size;
    },
    append(key, bytes) {
      const head = Buffer.from(`==> ${key} ${bytes.length} <==\n`);
      try {
        if (bytes.length <= FEW) writeAll(file, Buffer.concat([head, bytes, END]));
        else writeParts(file, [head, bytes, END]);
      } catch (error) {
        ftruncateSync(file, size);
        throw error;
      }
      size += head.length + bytes.length + END.length;
    },
    close: () => closeSync(file),
  };
}

/** Whether anything stands there under the key. */
export function hasPieces(path: string, key: string): boolean {
  let found = false;
  const file = openIfThere(path);
  if (file === undefined) return false;
  readPieces(file, 0, piece => {
    found ||= piece.key === key;
  });
  closeSync(file);
  return found;
}

const END = Buffer.of(NEWLINE);

function writeParts(file: number, parts: readonly Uint8Array[]): void {
  const written = writevSync(file, parts);
  const all = parts.reduce((size, { length }) => size + length, 0);
  // The disk is nearly full: what is left tells.
  if (written < all) writeAll(file, Buffer.concat(parts).subarray(written));
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}

/** Hands over the whole pieces from a place on, which is where one begins; returns where the last of them ends. */
export function readPieces(file: number, from: number, take: (piece: Piece) => void): number {
  const window = Buffer.allocUnsafe(WINDOW);
  const { size } = fstatSync(file);
  let at = 0;
  let length = 0;
  let position = from;
  for (;;) {
    let start = position - at;
    let end = start < 0 || start >= length ? -1 : window.subarray(start, length).indexOf(NEWLINE);
    if (end === -1) {
      at = position;
      length = readSync(file, window, 0, WINDOW, at);
      start = 0;
      end = window.subarray(0, Math.min(length, HEAD_MAX)).indexOf(NEWLINE);
      if (end === -1) return position;
    }
    const found = HEAD.exec(window.toString('latin1', start, start + end));
    if (found === null) return position;
    const first = position + end + 1;
    const to = first + Number(found[2]);
    if (to + END.length > size) return position;
    take({ key: found[1] as string, from: first, to });
    position = to + END.length;
  }
}
