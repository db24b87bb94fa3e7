/** Every combination of lists, found by its number; nothing is kept of it but what `exclude` leaves. */
import type { ListItems } from './executor.ts';
import type { Values } from './variables.ts';

/** So many combinations are looked through for those that `exclude` names. */
const EXCLUDE_MAX = 2 ** 24;

export interface Column {
  readonly name: string;
  readonly items: ListItems;
}

/** More combinations than `exclude` can look through. */
export class TooManyCombinations extends Error {
  constructor(count: number) {
    super(`exclude: the lists have ${count} combinations, and it can choose among ${EXCLUDE_MAX} at most`);
  }
}

/**
 * Every combination, the last list turning fastest, but those that agree with an entry of `exclude` in all its names.
 * @throws {TooManyCombinations}
 */
export function productOf(columns: readonly Column[], exclude: readonly Values[]): ListItems {
  const all = everyCombination(columns.map(({ items }) => items));
  if (exclude.length === 0 || all.count === 0) return all;
  if (all.count > EXCLUDE_MAX) throw new TooManyCombinations(all.count);
  const agrees = exclude.flatMap(entry => agreement(entry, columns) ?? []);
  const kept = new Uint32Array(all.count);
  let count = 0;
  for (let index = 0; index < all.count; index += 1) {
    if (agrees.some(isExcluded => isExcluded(index))) continue;
    kept[count] = index;
    count += 1;
  }
  return { count, at: index => all.at(kept[index] ?? 0) };
}

function everyCombination(lists: readonly ListItems[]): ListItems {
  const [only] = lists;
  if (lists.length === 1 && only !== undefined) return only;
  return {
    count: lists.reduce((count, list) => count * list.count, 1),
    at(index) {
      const values: Record<string, string>[] = [];
      let rest = index;
      for (const list of [...lists].reverse()) {
        values.push({ ...list.at(rest % list.count) });
        rest = Math.floor(rest / list.count);
      }
      return Object.assign({}, ...values.reverse());
    },
  };
}

/** Whether the combination of a number agrees with an entry; `undefined` where none can, as no list has one of its names. */
function agreement(entry: Values, columns: readonly Column[]): ((index: number) => boolean) | undefined {
  const owners = Object.entries(entry).map(([name, value]) => ({ name, value, column: ownerOf(name, columns) }));
  if (owners.some(({ column }) => column === undefined)) return undefined;
  const matches = columns.map(column => {
    const wanted = owners.filter(owner => owner.column === column);
    const isMatch = (values: Values) => wanted.every(({ name, value }) => values[name] === value);
    return Uint8Array.from({ length: column.items.count }, (_, index) => Number(isMatch(column.items.at(index))));
  });
  return index => {
    let rest = index;
    return [...matches].reverse().every(match => {
      const isMatch = match[rest % match.length] === 1;
      rest = Math.floor(rest / match.length);
      return isMatch;
    });
  };
}

/** The list that a name comes from: its own, or that of the longest name that it begins with, as `USER_role`. */
function ownerOf(name: string, columns: readonly Column[]): Column | undefined {
  const [nearest] = columns
    .filter(column => name === column.name || name.startsWith(`${column.name}_`))
    .sort((one, other) => other.name.length - one.name.length);
  return nearest;
}
