/** Finds many words in bytes in one pass (Aho and Corasick), and leaps over what begins none of them (Wu and Manber). */

/** Where a reader stands: between two calls it may be put aside. */
export interface Cursor {
  /** The next byte to read. */
  at: number;
  /** 0 at the start: nothing of any word. */
  state: number;
}

export interface Automaton {
  /** Reads on until a word ends just before `cursor.at`, or to the end of the bytes; returns whether one does. */
  read(bytes: Uint8Array, cursor: Cursor): boolean;
  /** The length of the longest word that ends in this state; 0: none. */
  wordLength(state: number): number;
  /** So many of the last bytes, at most, may still become a word. */
  pendingLength(state: number): number;
}

/**
 * Makes the automaton. It takes about 20 bytes for each byte of the words, and reads in time that grows with the text
 * alone. An empty word is never found.
 */
export function createAutomaton(words: Iterable<Uint8Array>): Automaton {
  const all = [...words];
  const capacity = all.reduce((sum, { length }) => sum + length, 1);
  const byteOf = new Uint8Array(capacity);
  const firstChild = new Int32Array(capacity);
  const nextSibling = new Int32Array(capacity);
  /** The longest other beginning of a word that a state ends with. */
  const fallback = new Int32Array(capacity);
  const depth = new Int32Array(capacity);
  const longest = new Int32Array(capacity);
  const fromRoot = new Int32Array(256);
  let count = 1;

  const childOf = (state: number, byte: number): number => {
    if (state === 0) return fromRoot[byte] as number;
    let child = firstChild[state] as number;
    while (child !== 0 && byteOf[child] !== byte) child = nextSibling[child] as number;
    return child;
  };

  const addChild = (state: number, byte: number): number => {
    const child = count;
    count += 1;
    byteOf[child] = byte;
    depth[child] = (depth[state] as number) + 1;
    nextSibling[child] = firstChild[state] as number;
    firstChild[state] = child;
    if (state === 0) fromRoot[byte] = child;
    return child;
  };

  const follow = (from: number, byte: number): number => {
    let state = from;
    for (;;) {
      const child = childOf(state, byte);
      if (child !== 0 || state === 0) return child;
      state = fallback[state] as number;
    }
  };

  for (const word of all) {
    let state = 0;
    for (const byte of word) state = childOf(state, byte) || addChild(state, byte);
    longest[state] = depth[state] as number;
  }
  // Level by level: the fallback of a state is above it.
  const queue = new Int32Array(count);
  for (let taken = 0, queued = 1; taken < queued; taken += 1) {
    const state = queue[taken] as number;
    for (let child = firstChild[state] as number; child !== 0; child = nextSibling[child] as number) {
      if (state !== 0) fallback[child] = follow(fallback[state] as number, byteOf[child] as number);
      if (longest[child] === 0) longest[child] = longest[fallback[child] as number] as number;
      queue[queued] = child;
      queued += 1;
    }
  }

  const { leaps, shortest } = leapsOver(all);

  return {
    read(bytes, cursor) {
      const { length } = bytes;
      const lastStart = length - shortest;
      let { at, state } = cursor;
      while (at < length) {
        if (state === 0) {
          while (at <= lastStart) {
            const pair = ((bytes[at + shortest - 2] as number) << 8) | (bytes[at + shortest - 1] as number);
            const leap = leaps[pair] as number;
            if (leap === 0) break;
            at += leap;
          }
          state = fromRoot[bytes[at] as number] as number;
        } else state = follow(state, bytes[at] as number);
        at += 1;
        if (longest[state] !== 0) {
          cursor.at = at;
          cursor.state = state;
          return true;
        }
      }
      cursor.at = at;
      cursor.state = state;
      return false;
    },
    wordLength: state => longest[state] as number,
    pendingLength: state => depth[state] as number,
  };
}

/**
 * Where no word has begun, the last two of the next `shortest` bytes tell how far away the next beginning is at least: 0
 * where it may be right here.
 */
function leapsOver(words: readonly Uint8Array[]): { readonly leaps: Uint8Array; readonly shortest: number } {
  const shortest = words.reduce((least, { length }) => Math.min(least, length), 255);
  const leaps = new Uint8Array(256 * 256);
  if (shortest < 2) return { leaps, shortest: 2 };
  leaps.fill(shortest - 1);
  for (const word of words) {
    for (let at = 0; at <= shortest - 2; at += 1) {
      const pair = ((word[at] as number) << 8) | (word[at + 1] as number);
      leaps[pair] = Math.min(leaps[pair] as number, shortest - 2 - at);
    }
  }
  return { leaps, shortest };
}
