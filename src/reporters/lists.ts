/** The lists of a forEach in words: what its copies are made for. */
import type { Items, List, ListSource, Need, Tolerance } from '../plan/plan.ts';
import { cutTo } from './columns.ts';
import { valueWords } from './items.ts';
import { cleanse } from './text.ts';

const NAMED_MAX = 6;
const SOURCE_COLUMNS = 60;

/** `NODE of 18, 20, 22 × OS of linux, mac`, `HOST of the lines of hosts.txt`, `of 3 items of NODE, OS`. */
export function listsWords(items: Items): string {
  if (items.type === 'rows') {
    const names = [...new Set(items.rows.flatMap(row => Object.keys(row)))];
    return `of ${items.rows.length} ${items.rows.length === 1 ? 'item' : 'items'} of ${some(names.map(cleanse))}`;
  }
  const lists = items.lists.map(({ name, list }) => `${cleanse(name)} of ${listWords(list)}`).join(' × ');
  return items.exclude.length === 0 ? lists : `${lists}, some excluded`;
}

/** `build`, `build (failed)`. */
export function needWords({ id, when }: Need): string {
  return when === 'succeeded' ? id : `${id} (${when})`;
}

/** `3`, `5%`. */
export function toleranceWords(tolerance: Tolerance): string {
  return tolerance.type === 'count' ? String(tolerance.count) : `${tolerance.percent}%`;
}

function listWords(list: List): string {
  switch (list.type) {
    case 'values':
      return list.values.length === 0 ? 'nothing' : some(list.values.map(value => valueWords(value)));
    case 'glob':
      return `the files ${source(list.pattern)}`;
    case 'lines':
      return `the lines of ${sourceWords(list.from)}`;
    case 'json':
      return `the JSON items of ${sourceWords(list.from)}`;
    case 'csv':
      return `the CSV rows of ${sourceWords(list.from)}`;
    default:
      return list satisfies never;
  }
}

function sourceWords(from: ListSource): string {
  switch (from.type) {
    case 'file':
      return source(from.path);
    case 'variable':
      return `$${from.name}`;
    case 'command': {
      const { command } = from.command;
      return `"${source(typeof command === 'string' ? (command.trim().split('\n', 1)[0] ?? '') : command.join(' '))}"`;
    }
    default:
      return from satisfies never;
  }
}

function source(text: string): string {
  return cutTo(cleanse(text), SOURCE_COLUMNS);
}

function some(words: readonly string[]): string {
  const more = words.length - NAMED_MAX;
  return `${words.slice(0, NAMED_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
