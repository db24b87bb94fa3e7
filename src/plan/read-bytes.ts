/** Reads all that a file holds, or a pipe that has a path, up to a limit; a signal can always end the wait for a pipe. */
import { closeSync, readFile, readFileSync, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { type OpenFile, openWhole, type Pipes, Unfit } from './open-whole.ts';

export interface BytesRead {
  readonly bytes: Buffer;
  /** Whether it is a regular file: a pipe, as of `<(…)`, lies in no folder that anybody means. */
  readonly isFile: boolean;
}

/** What is larger is read beside what else goes on. */
const AT_ONCE = 4 * 1024 * 1024;
/** What tells no size, as a device or a file of /proc, is read up to here: it may have no end. */
const UNTOLD_MAX = 16 * 1024 * 1024;
const PIECE = 64 * 1024;

/** The bytes, or undefined where there are more than `most`. Rejects with {@link Unfit} or the file system's error. */
export async function readBytes(file: string, most: number, pipes: Pipes): Promise<BytesRead | undefined> {
  const open = openWhole(file, pipes);
  if (open.kind === 'pipe') {
    // It is seldom needed, and takes a while to load.
    const bytes = await (await import('./read-pipe.ts')).readPipe(open.descriptor, most);
    return bytes && { bytes, isFile: false };
  }
  try {
    const isLarge = open.size > AT_ONCE && open.size <= most;
    const bytes = isLarge ? await promisify(readFile)(open.descriptor) : bytesNow(open, most);
    return bytes && { bytes, isFile: open.kind === 'file' };
  } finally {
    closeSync(open.descriptor);
  }
}

/** The same at once, and so of no pipe. @throws {Unfit} or the file system's error. */
export function readBytesNow(file: string, most: number): Buffer | undefined {
  const open = openWhole(file, 'none');
  try {
    return bytesNow(open, most);
  } finally {
    closeSync(open.descriptor);
  }
}

function bytesNow({ descriptor, size }: OpenFile, most: number): Buffer | undefined {
  if (size > 0) return size > most ? undefined : readFileSync(descriptor);
  const chunks: Buffer[] = [];
  for (let length = 0; ; ) {
    const chunk = Buffer.alloc(PIECE);
    const got = pieceOf(descriptor, chunk);
    if (got === 0) return Buffer.concat(chunks);
    length += got;
    if (length > most) return undefined;
    if (length > UNTOLD_MAX) throw new Unfit('it tells no size, and goes on for more than 16 MiB; read a copy of it');
    chunks.push(chunk.subarray(0, got));
  }
}

function pieceOf(descriptor: number, into: Buffer): number {
  try {
    return readSync(descriptor, into);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
    throw new Unfit('it would have to be waited for; write what comes from it to a file first');
  }
}
