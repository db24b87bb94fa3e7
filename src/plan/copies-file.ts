/** Whether a `saveTo` in the copies of a forEach names one file for each of them. */
import type { Known } from './known.ts';
import { namesIn } from './variables.ts';

/** The nearest forEach around a step. */
export interface Copies {
  /** What is known around the forEach, and the same in all copies. */
  readonly outside: Known;
  /** A variable of its items; absent where it gives none. */
  readonly item?: string | undefined;
}

/** Built-in variables that are not the same in two copies. */
const OF_EACH: readonly string[] = ['RUNJOBS_STEP', 'RUNJOBS_STEP_KEY'];

/**
 * Why all copies would write one file: the path names nothing that is set inside of a copy.
 * @param known where the path stands, inside of a copy.
 */
export function oneFileFault(path: string, known: Known, { outside, item = 'NAME' }: Copies): string | undefined {
  const isOfEach = (name: string) => OF_EACH.includes(name) || known.hasInside(name, outside);
  const names = namesIn(path);
  if (names.some(({ name }) => isOfEach(name)) || (names.length > 0 && known.isOpen)) return undefined;
  return `all copies of the forEach would write this one file; name an item in it, as in "out/\${${item}}.txt"`;
}
