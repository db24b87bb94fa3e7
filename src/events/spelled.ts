/** A text that may be written in many ways, as a small graph: at each byte, which may come next. */

/** A text, or its characters one after the other, each in all the forms that it may have; none of them is empty. */
export type Spelling = string | readonly (readonly string[])[];

/** Places in what is spelled; one is left by reading a byte. */
export interface Graph {
  /** Where each of the spellings begins. */
  readonly starts: Int32Array;
  /** The first way on from a place; -1: none. */
  readonly firstWay: Int32Array;
  /** Of a way: the next one from the same place, the byte that is read on it, and where it leads. */
  readonly nextWay: Int32Array;
  readonly byteOf: Uint8Array;
  readonly target: Int32Array;
  /** Whether a spelling is complete there. */
  readonly isEnd: Uint8Array;
  /** The bytes of the shortest spelling. */
  readonly shortest: number;
}

/** Lays out the spellings, in room that grows with the sum of all their forms. Empty ones are left out. */
export function layOut(spellings: Iterable<Spelling>): Graph {
  const all = [...spellings].map(formsOf).filter(({ length }) => length > 0);
  const bytes = all.reduce((sum, forms) => sum + forms.reduce((more, each) => more + lengthsOf(each), 0), 0);
  // So many ways, and never more places, as each form leads from a place to another.
  const firstWay = new Int32Array(bytes + all.length).fill(-1);
  const nextWay = new Int32Array(bytes);
  const byteOf = new Uint8Array(bytes);
  const target = new Int32Array(bytes);
  const isEnd = new Uint8Array(bytes + all.length);
  const starts = new Int32Array(all.length);
  let places = 0;
  let ways = 0;
  let shortest = Number.POSITIVE_INFINITY;

  const write = (form: Uint8Array, from: number, to: number) => {
    let place = from;
    for (const [at, byte] of form.entries()) {
      byteOf[ways] = byte;
      target[ways] = at === form.length - 1 ? to : places++;
      nextWay[ways] = firstWay[place] as number;
      firstWay[place] = ways;
      place = target[ways] as number;
      ways += 1;
    }
  };

  for (const [index, forms] of all.entries()) {
    let place = places++;
    let length = 0;
    starts[index] = place;
    for (const each of forms) {
      const next = places++;
      for (const form of each) write(form, place, next);
      length += Math.min(...each.map(form => form.length));
      place = next;
    }
    isEnd[place] = 1;
    shortest = Math.min(shortest, length);
  }
  return { starts, firstWay, nextWay, byteOf, target, isEnd, shortest };
}

function formsOf(spelling: Spelling): Uint8Array[][] {
  if (typeof spelling === 'string') return spelling === '' ? [] : [[Buffer.from(spelling)]];
  return spelling.map(each => [...new Set(each)].map(form => Buffer.from(form)));
}

function lengthsOf(forms: readonly Uint8Array[]): number {
  return forms.reduce((sum, { length }) => sum + length, 0);
}
