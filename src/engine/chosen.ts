/** Which copies of a forEach the command line leaves out, told by their numbers. */
import type { ForEachStep, LeftOut } from '../plan/plan.ts';
import { type Range, Ranges } from '../plan/ranges.ts';

/** Copies that follow each other and have the same fate. */
export interface Stretch {
  /** By which option they are left out; absent: they run. */
  readonly by?: LeftOut;
  /** The number of the first copy after them; infinite where there is none. */
  readonly end: number;
}

type Chosen = Pick<ForEachStep, 'chosen'>;

/** The fate of the copy of a number, and how many after it share it; found without a look at those. */
export function stretchesOf({ chosen = {} }: Chosen): (number: number) => Stretch {
  const only = new Ranges(chosen.only ?? [{ first: 1, count: Number.MAX_SAFE_INTEGER }]);
  const skip = new Ranges(chosen.skip);
  return number => {
    const kept = only.stretch(number);
    if (!kept.isIn) return { by: '--only', end: kept.end };
    const left = skip.stretch(number);
    const end = Math.min(kept.end, left.end);
    return left.isIn ? { by: '--skip', end } : { end };
  };
}

/** The copies among those of a range that are left out, and by what. */
export function* leftOutIn(step: Chosen, { first, count }: Range): Generator<Range & { readonly by: LeftOut }> {
  const stretchAt = stretchesOf(step);
  const after = first + count;
  for (let number = first; number < after; ) {
    const { by, end } = stretchAt(number);
    const next = Math.min(end, after);
    if (by !== undefined) yield { by, first: number, count: next - number };
    number = next;
  }
}
