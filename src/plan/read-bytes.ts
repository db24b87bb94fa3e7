/** Reads all that a file holds, or a pipe that has a path, up to a limit. */
import { createReadStream, readFileSync, statSync } from 'node:fs';

export interface BytesRead {
  readonly bytes: Uint8Array;
  /** Whether it is a regular file: a pipe, as of `<(…)`, lies in no folder that anybody means. */
  readonly isFile: boolean;
}

/** The bytes, or undefined where there are more than `most`. Rejects with the file system's error. */
export async function readBytes(file: string, most: number): Promise<BytesRead | undefined> {
  const found = statSync(file);
  if (found.isFile()) return found.size > most ? undefined : { bytes: readFileSync(file), isFile: true };
  // Whoever writes into it may be this process.
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of createReadStream(file)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > most) return undefined;
  }
  return { bytes: Buffer.concat(chunks), isFile: false };
}
