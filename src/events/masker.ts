/** Masks words in a stream of bytes, however it is cut into chunks. */
import type { Automaton, Cursor } from './automaton.ts';

/** What stands in the place of a secret. */
export const MASK = '***';

const MASK_BYTES = Buffer.from(MASK);
const NOTHING = new Uint8Array(0);

/** One stream. What it gives out is, put together, the same for every way of cutting the stream. */
export interface Masker {
  /**
   * Takes the next bytes and gives what may be shown by now, which may be a view of `bytes`; held back are only those
   * at the end that may still become a word.
   */
  write(bytes: Uint8Array): Uint8Array;
  /** The stream is over: gives what was held back. It may be written to again, as a new stream. */
  end(): Uint8Array;
  /** Whether something was masked by now. */
  readonly hasMasked: boolean;
}

/**
 * Masks the words that the automaton finds: all that they cover becomes `***`, once for words that overlap.
 * @param current the automaton by now; a new one is used from the next call on, for what is held back, too.
 */
export function createMasker(current: () => Automaton | undefined): Masker {
  let automaton: Automaton | undefined;
  /** Bytes that have not been given out; every word to come begins in them. */
  let held: Uint8Array = NOTHING;
  let state = 0;
  /** So many bytes of `held` stand under the last mask that was given out. */
  let covered = 0;
  /** Words found in `held`, in order, not touching one another. */
  let covers: Cover[] = [];
  let hasMasked = false;

  const cover = (found: Cover) => {
    let { start } = found;
    if (start < covered) {
      covered = found.end;
      covers = [];
      return;
    }
    for (let last = covers.at(-1); last !== undefined && last.end > start; last = covers.at(-1)) {
      start = Math.min(start, last.start);
      covers.pop();
    }
    covers.push({ start, end: found.end });
  };

  /** Gives out the bytes before `end`, with their masks. */
  const giveOut = (bytes: Uint8Array, end: number): Uint8Array => {
    const pieces: Uint8Array[] = [];
    let at = Math.min(covered, end);
    while (covers[0] !== undefined && covers[0].start < end) {
      const [next] = covers.splice(0, 1) as [Cover];
      pieces.push(bytes.subarray(at, next.start), MASK_BYTES);
      hasMasked = true;
      covered = next.end;
      at = Math.min(covered, end);
    }
    pieces.push(bytes.subarray(at, end));
    held = end === bytes.length ? NOTHING : bytes.slice(end);
    covered = Math.max(0, covered - end);
    covers = covers.map(one => ({ start: one.start - end, end: one.end - end }));
    return pieces.length === 1 ? (pieces[0] ?? NOTHING) : Buffer.concat(pieces);
  };

  return {
    write(bytes) {
      const now = current();
      if (now === undefined) return bytes;
      const cursor: Cursor = { at: held.length, state };
      if (now !== automaton) {
        automaton = now;
        covers = [];
        cursor.at = 0;
        cursor.state = 0;
      }
      const all = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
      while (now.read(all, cursor)) cover({ start: cursor.at - now.wordLength(cursor.state), end: cursor.at });
      state = cursor.state;
      return giveOut(all, all.length - now.pendingLength(state));
    },
    end() {
      const rest = giveOut(held, held.length);
      state = 0;
      covered = 0;
      return rest;
    },
    get hasMasked() {
      return hasMasked;
    },
  };
}

interface Cover {
  readonly start: number;
  readonly end: number;
}
