/** The lists of a forEach that come from outside: the lines of a text, a JSON array, a CSV table, the files that match a pattern. */
import { resolve } from 'node:path';
import type { ListItems, ListRead, ListText, ListToRead } from '../../engine/executor.ts';
import { Lines } from '../../plan/lines.ts';
import { BadList } from './bad-list.ts';
import { elementsOf } from './json.ts';
import { readText, type TextSource } from './text.ts';

/**
 * Reads a list whose `${NAME}`s are replaced. Paths and patterns start from `folder`. What is wrong with it is told in
 * words; never rejects for what a file holds.
 * @param name of the list: the variable that each item gives.
 */
export async function readList(name: string, list: ListToRead, folder: string): Promise<ListRead> {
  try {
    return { type: 'read', items: await itemsOf(name, list, folder) };
  } catch (error) {
    if (!(error instanceof BadList)) throw error;
    return { type: 'failed', message: error.message };
  }
}

async function itemsOf(name: string, list: ListToRead, folder: string): Promise<ListItems> {
  if (list.type === 'glob') {
    const { filesOf } = await import('./glob.ts');
    return filesOf(name, list.pattern, folder);
  }
  const { from } = list;
  const what = from.type === 'file' ? `"${from.path}"` : from.what;
  const bytes = await readText(sourceOf(from, what, folder));
  switch (list.type) {
    case 'lines': {
      const lines = new Lines(bytes);
      return { count: lines.count, at: index => ({ [name]: lines.at(index) }) };
    }
    case 'json': {
      return elementsOf(name, bytes.toString('utf8'), what);
    }
    case 'csv': {
      const { rowsOf } = await import('./csv.ts');
      return rowsOf(name, bytes, what);
    }
    default:
      throw new Error(`no such list: ${list satisfies never}`);
  }
}

function sourceOf(from: ListText, what: string, folder: string): TextSource {
  switch (from.type) {
    case 'file':
      return { what, file: resolve(folder, from.path) };
    case 'made':
      return { what, file: from.file };
    case 'text':
      return { what, text: from.text };
    default:
      return from satisfies never;
  }
}
