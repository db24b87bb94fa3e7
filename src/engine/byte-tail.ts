/** The end of a stream of bytes, in bounded memory. */
import type { ByteTail } from './context.ts';

const NOTHING = new Uint8Array(0);

/** Keeps the last `most` bytes; they are copied into memory that grows to twice of that, and is used again and again. */
export function createByteTail(most: number): ByteTail & { append(bytes: Uint8Array): void } {
  let kept: Uint8Array = NOTHING;
  let length = 0;

  const makeRoom = (more: number) => {
    if (length + more <= kept.length) return;
    const needed = Math.min(length, most) + more;
    const from = Math.max(0, length - most);
    if (needed <= kept.length) kept.copyWithin(0, from, length);
    else {
      // Memory that is cleared before costs more than what is then put there.
      const larger = Buffer.allocUnsafe(needed > most / 2 ? 2 * most : Math.max(needed, 2 * kept.length));
      larger.set(kept.subarray(from, length));
      kept = larger;
    }
    length -= from;
  };
  return {
    append(bytes) {
      const last = bytes.length > most ? bytes.subarray(-most) : bytes;
      if (last.length === most) length = 0;
      makeRoom(last.length);
      kept.set(last, length);
      length += last.length;
    },
    text: () => new TextDecoder().decode(kept.subarray(Math.max(0, length - most), length)),
  };
}
