/** The end of a stream of bytes, in bounded memory. */
import type { ByteTail } from './context.ts';

export function createByteTail(most: number): ByteTail & { append(bytes: Uint8Array): void } {
  const chunks: Uint8Array[] = [];
  let length = 0;
  return {
    append(bytes) {
      chunks.push(bytes.slice(-most));
      length += Math.min(bytes.length, most);
      while (length - (chunks[0]?.length ?? 0) >= most) length -= chunks.shift()?.length ?? 0;
    },
    text() {
      const decoder = new TextDecoder();
      const text = chunks.map(chunk => decoder.decode(chunk, { stream: true })).join('');
      return text + decoder.decode();
    },
  };
}
