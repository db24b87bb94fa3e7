/** The values of a copy of a forEach, as far as they are worth showing. */

/** By the names of the lists. */
export type Item = Readonly<Record<string, string>>;

const LONGEST_VALUE = 200;
const MOST_NAMES = 20;

/** The item with long values cut and no more names than can be read: it stays in memory as long as its copy does. */
export function shortItem(item: Item): Item {
  const entries = Object.entries(item);
  const isShort = entries.length <= MOST_NAMES && entries.every(([, value]) => value.length <= LONGEST_VALUE);
  return isShort
    ? item
    : Object.fromEntries(entries.slice(0, MOST_NAMES).map(([name, value]) => [name, shortValue(value)]));
}

function shortValue(value: string): string {
  // Made anew from its parts: what is only sliced off would keep all of the value.
  return value.length <= LONGEST_VALUE ? value : `${[...value.slice(0, LONGEST_VALUE)].join('')}…`;
}
