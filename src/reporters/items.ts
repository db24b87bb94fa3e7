/** The values of a copy of a forEach, in a few words on one line. */
import type { Item } from '../events/item.ts';
import type { Progress } from '../events/progress.ts';
import { itemOf } from '../events/progress.ts';
import { nearest } from '../events/tree.ts';
import { showUnsafe } from '../plan/quote.ts';
import { cutFront, cutTo } from './columns.ts';

/** A path as people read it. */
interface Labels {
  label(path: string): string;
}

const VALUE_COLUMNS = 32;
const ITEM_COLUMNS = 60;
const PATH_MAX = 4096;

/** `NODE=20 OS=linux`: each value cut to 32 columns, all of it to `columns`. What an object holds stands for the object. */
export function itemWords(item: Item, columns = ITEM_COLUMNS): string {
  const names = Object.keys(item);
  const shown = names.filter(name => !isTold(name, item, names));
  return cutTo(shown.map(name => `${showUnsafe(name)}=${valueWords(item[name] ?? '')}`).join(' '), columns);
}

/** `[4…40]`, `[4]`: copies of a forEach that follow each other. */
export function numbersOf({ first, count }: { readonly first: number; readonly count: number }): string {
  return count === 1 ? `[${first}]` : `[${first}…${first + count - 1}]`;
}

/** `test[3] (NODE=20)`, `test[3]/build (NODE=20)`; the path alone where it is in no copy. */
export function labelWithItem(path: string, item: Item | undefined, steps: Labels): string {
  const words = item === undefined ? '' : itemWords(item);
  return words === '' ? steps.label(path) : `${steps.label(path)} (${words})`;
}

/** The same of a step that is in the tree, or below one that is. */
export function labelIn(progress: Progress, path: string, steps: Labels): string {
  return labelWithItem(path, itemOf(progress.nodes.get(path) ?? nearest(progress.nodes, path)), steps);
}

/**
 * One value on one line: line ends as `⏎`, what is unsafe as a sign; quoted where it would not be told from what follows.
 * Of a long path it is the end that is shown: that tells one file of a folder from the others.
 */
export function valueWords(value: string, columns = VALUE_COLUMNS): string {
  const isPath = isPathLike(value);
  // What lies far beyond the edge needs no care.
  const near = isPath ? value.slice(-columns * 8) : value.slice(0, columns * 8);
  const line = showUnsafe(near.replace(/\r\n|[\r\n]/g, '⏎'));
  const shown = isPath ? cutFront(line, columns) : cutTo(line, columns);
  return shown === '' || shown.includes(' ') ? `"${shown}"` : shown;
}

function isPathLike(value: string): boolean {
  return value.length <= PATH_MAX && value.includes('/') && !/\s|:\/\//.test(value);
}

/** Whether the name is that of an object whose members are there by names of their own. */
function isTold(name: string, item: Item, names: readonly string[]): boolean {
  return item[name]?.startsWith('{') === true && names.some(other => other.startsWith(`${name}_`));
}
