/** The paths by which the command line can name steps; of a copy, or what is in one, with its number. */
import { copiesAround, copyOf, templateOf } from '../plan/paths.ts';
import { Ranges } from '../plan/ranges.ts';

/** Of more steps than these not all may be known. */
const STEPS_MAX = 100;
/** With more numbers between brackets nobody would read them. */
const NUMBERS_MAX = 10;

/**
 * The paths that choose these steps: `test[2,5]/build` for one step of two copies. All copies are meant (`test[]/build`) where numbers would
 * choose other steps of other copies, or are very many. Those of a `finally` cannot be chosen.
 */
export function selectable(steps: readonly string[]): readonly string[] {
  const paths = steps.filter(step => !step.split('/').includes('finally'));
  const numbers = paths.length > STEPS_MAX ? new Map<string, string>() : numbersIn(paths);
  return [...new Set(paths.map(path => named(path, numbers)))];
}

/** What stands between the brackets of a forEach, by its path with `[]` for copies; nothing where that is all of them. */
function numbersIn(paths: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, Map<string, Ranges>>();
  for (const path of paths) {
    for (const copy of copiesAround(path)) {
      const { forEach, number } = copyOf(copy) ?? { forEach: '', number: 0 };
      const byRest = found.get(templateOf(forEach)) ?? new Map<string, Ranges>();
      found.set(templateOf(forEach), byRest);
      const rest = `${forEach}[]${path.slice(copy.length)}`;
      const numbers = byRest.get(rest) ?? new Ranges();
      byRest.set(rest, numbers);
      numbers.add(number, 1);
    }
  }
  const numbers = new Map<string, string>();
  for (const [forEach, byRest] of found) {
    const [text = '', ...others] = new Set([...byRest.values()].map(textOf));
    if (others.length === 0) numbers.set(forEach, text);
  }
  return numbers;
}

/** `2,5-7`. */
function textOf(numbers: Ranges): string {
  const parts = [...numbers].map(({ first, count }) => (count === 1 ? `${first}` : `${first}-${first + count - 1}`));
  return parts.length > NUMBERS_MAX ? '' : parts.join(',');
}

/** The path with these numbers; further in than all copies of one forEach, all of each. */
function named(path: string, numbers: ReadonlyMap<string, string>): string {
  let isAll = false;
  let text = '';
  let end = 0;
  for (const copy of copiesAround(path)) {
    const { forEach = '.' } = copyOf(copy) ?? {};
    const between = numbers.get(templateOf(forEach)) ?? '';
    isAll ||= between === '';
    text += `${path.slice(end, copy.lastIndexOf('['))}[${isAll ? '' : between}]`;
    end = copy.length;
  }
  return (text + path.slice(end)).replace(/(?:\[\])+$/, '') || '.';
}
