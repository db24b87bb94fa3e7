/** Files that requests send: found before anything starts, read while they are sent. */
import { closeSync, constants, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { whyUnreadable } from '../../plan/unreadable.ts';

/** A file as it was found. */
export interface FileToSend {
  readonly size: number;
  /** Its bytes, no more than there were. */
  read(): Readable;
}

/** Why there is nothing to send, in words. */
export interface NothingToSend {
  readonly fault: string;
}

/** What a file may hold that does not tell its size. */
const UNTOLD_MAX = 1024 * 1024;

/** Finds a file that `key` of the request names; relative paths start from `folder`. */
export function fileToSend(key: string, path: string, folder: string): FileToSend | NothingToSend {
  const file = resolve(folder, path);
  const cannot = (why: string) => ({ fault: `${key}: "${path}" cannot be sent: ${why}` });
  try {
    const found = statSync(file);
    if (!found.isFile()) return cannot('it is no file');
    const { size } = found;
    if (size > 0) return { size, read: () => createReadStream(file, { end: size - 1 }) };
    const bytes = contentOf(file);
    if (bytes === undefined) return cannot('it does not tell its size, and is over 1 MiB; send a copy of it');
    return { size: bytes.length, read: () => Readable.from(bytes.length === 0 ? [] : [bytes]) };
  } catch (error) {
    return cannot(whyUnreadable(error));
  }
}

/** Of a file that says it is empty, as those of /proc do that are not; undefined where it is too much. */
function contentOf(file: string): Buffer | undefined {
  const pieces: Buffer[] = [];
  // Some of them would wait for more without an end.
  const opened = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    for (let size = 0; ; ) {
      const piece = Buffer.alloc(64 * 1024);
      const length = readSync(opened, piece);
      if (length === 0) return Buffer.concat(pieces);
      size += length;
      if (size > UNTOLD_MAX) return undefined;
      pieces.push(piece.subarray(0, length));
    }
  } finally {
    closeSync(opened);
  }
}
