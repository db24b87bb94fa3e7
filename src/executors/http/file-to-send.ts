/** Files that requests send: found before anything starts, read while they are sent. */
import { createReadStream, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';

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

/** Finds a file that `key` of the request names; relative paths start from `folder`. */
export function fileToSend(key: string, path: string, folder: string): FileToSend | NothingToSend {
  const file = resolve(folder, path);
  const cannot = (why: string) => ({ fault: `${key}: "${path}" cannot be sent: ${why}` });
  try {
    const found = statSync(file);
    if (!found.isFile()) return cannot('it is no file');
    const { size } = found;
    return { size, read: () => (size === 0 ? Readable.from([]) : createReadStream(file, { end: size - 1 })) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return cannot(code === 'ENOENT' ? 'it does not exist' : message);
  }
}
