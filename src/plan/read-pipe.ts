/** Reads a pipe to its end without a thread that waits for it, which no signal could end. */
import { Socket } from 'node:net';

/**
 * All that comes before its writers have gone, or undefined where that is more than `most`. Whoever writes into it may be
 * this process. @param descriptor opened so that reading does not wait; it is closed here.
 */
export async function readPipe(descriptor: number, most: number): Promise<Buffer | undefined> {
  const pipe = new Socket({ fd: descriptor, readable: true, writable: false });
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of pipe as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > most) return undefined;
  }
  return Buffer.concat(chunks);
}
