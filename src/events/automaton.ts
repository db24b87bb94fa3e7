/** Finds many spellings in bytes in one pass (Aho and Corasick), and leaps over what begins none of them (Wu and Manber). */
import { type Graph, layOut, type Spelling } from './spelled.ts';

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
 * Of a state: its last byte, the first state that goes on from it, the next one beside it, the longest other beginning of a
 * word that it ends with, its length, and that of the longest word that it ends with.
 */
const [BYTE, CHILD, SIBLING, FALLBACK, DEPTH, LONGEST, ROW] = [0, 1, 2, 3, 4, 5, 8] as const;
/** What follows a state is not known yet. */
const UNKNOWN = -1;

/**
 * Makes the automaton, which reads in time that grows with the text alone. Its words are all that the spellings may become,
 * far more than could be written down: a state is made when a text comes to it, from those that lead there. An empty word
 * is never found.
 */
export function createAutomaton(spellings: Iterable<Spelling>): Automaton {
  const graph = layOut(spellings);
  /** A row for each state, which is a beginning of words. */
  let states = new Int32Array(64 * ROW).fill(UNKNOWN, CHILD, CHILD + 1);
  const fromRoot = new Int32Array(256);
  /** Where in the graph a state may be, until what follows it is known. */
  const places = new Map<number, ReadonlySet<number>>([[0, new Set(graph.starts)]]);
  let count = 1;

  const follow = (from: number, byte: number): number => {
    let state = from;
    while (state !== 0) {
      if (states[state * ROW + CHILD] === UNKNOWN) expand(state);
      let child = states[state * ROW + CHILD] as number;
      while (child !== 0 && states[child * ROW + BYTE] !== byte) child = states[child * ROW + SIBLING] as number;
      if (child !== 0) return child;
      state = states[state * ROW + FALLBACK] as number;
    }
    return fromRoot[byte] as number;
  };

  const addChild = (state: number, byte: number, there: ReadonlySet<number>): void => {
    const child = count;
    count += 1;
    if (count * ROW > states.length) {
      const longer = new Int32Array(states.length * 2);
      longer.set(states);
      states = longer;
    }
    const fallback = state === 0 ? 0 : follow(states[state * ROW + FALLBACK] as number, byte);
    const depth = (states[state * ROW + DEPTH] as number) + 1;
    const isWord = [...there].some(place => graph.isEnd[place] === 1);
    const longest = isWord ? depth : (states[fallback * ROW + LONGEST] as number);
    states.set([byte, UNKNOWN, states[state * ROW + CHILD] as number, fallback, depth, longest], child * ROW);
    states[state * ROW + CHILD] = child;
    if (state === 0) fromRoot[byte] = child;
    places.set(child, there);
  };

  const spread = (state: number): void => {
    states[state * ROW + CHILD] = 0;
    for (const [byte, there] of onward(graph, places.get(state) ?? [])) addChild(state, byte, there);
    places.delete(state);
  };

  /** Makes what follows a state, and first what follows those that it falls back to: so no call leads into another. */
  const expand = (from: number): void => {
    const waiting: number[] = [];
    for (let state = from; states[state * ROW + CHILD] === UNKNOWN; state = states[state * ROW + FALLBACK] as number)
      waiting.push(state);
    for (const state of waiting.reverse()) spread(state);
  };
  spread(0);

  const { leaps, shortest } = leapsOver(graph);

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
        if (states[state * ROW + LONGEST] !== 0) {
          cursor.at = at;
          cursor.state = state;
          return true;
        }
      }
      cursor.at = at;
      cursor.state = state;
      return false;
    },
    wordLength: state => states[state * ROW + LONGEST] as number,
    pendingLength: state => states[state * ROW + DEPTH] as number,
  };
}

/** Where each byte leads to from these places. */
function onward(graph: Graph, from: Iterable<number>): Map<number, Set<number>> {
  const ways = new Map<number, Set<number>>();
  for (const place of from) {
    for (let way = graph.firstWay[place] as number; way !== -1; way = graph.nextWay[way] as number) {
      const byte = graph.byteOf[way] as number;
      const there = ways.get(byte);
      if (there === undefined) ways.set(byte, new Set([graph.target[way] as number]));
      else there.add(graph.target[way] as number);
    }
  }
  return ways;
}

/**
 * Where no word has begun, the last two of the next `shortest` bytes tell how far away the next beginning is at least: 0
 * where it may be right here.
 */
function leapsOver(graph: Graph): { readonly leaps: Uint8Array; readonly shortest: number } {
  const shortest = Math.min(graph.shortest, 255);
  const leaps = new Uint8Array(256 * 256);
  if (shortest < 2) return { leaps, shortest: 2 };
  leaps.fill(shortest - 1);
  const { firstWay, nextWay, byteOf, target } = graph;
  let here: Iterable<number> = graph.starts;
  for (let at = 0; at <= shortest - 2; at += 1) {
    const next = new Set<number>();
    for (const place of here) {
      for (let way = firstWay[place] as number; way !== -1; way = nextWay[way] as number) {
        const there = target[way] as number;
        next.add(there);
        for (let after = firstWay[there] as number; after !== -1; after = nextWay[after] as number) {
          const pair = ((byteOf[way] as number) << 8) | (byteOf[after] as number);
          leaps[pair] = Math.min(leaps[pair] as number, shortest - 2 - at);
        }
      }
    }
    here = next;
  }
  return { leaps, shortest };
}
