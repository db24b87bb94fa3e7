/** The order of what a worker tells of one job: what comes twice is dropped, what is missing is noticed. */

export type Place =
  /** It is the next one. */
  | { readonly type: 'next' }
  /** It has been there already: a connection broke, and it was sent again. */
  | { readonly type: 'repeated' }
  /** So many before it are lost. */
  | { readonly type: 'gap'; readonly missing: number };

/** Opens the order of one job. @param last the number of the last entry that is known. */
export function openSequence(last = 0): { take(seq: number): Place; readonly last: number } {
  let at = last;
  return {
    get last() {
      return at;
    },
    take(seq) {
      if (seq <= at) return { type: 'repeated' };
      const missing = seq - at - 1;
      at = seq;
      return missing === 0 ? { type: 'next' } : { type: 'gap', missing };
    },
  };
}
