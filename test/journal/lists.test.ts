import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openLists } from '../../src/journal/lists.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lists-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const itemsOf = (rows: readonly Readonly<Record<string, string>>[]) => ({
  count: rows.length,
  at: (index: number) => rows[index] ?? {},
});
const never = () => false;

it('gives the items of a step back as they were kept, one a line', async () => {
  const rows = [{ A: 'a\nb', B: '"' }, { A: '', B: 'ü🎉\r' }, { A: '\u2028' }];
  const name = openLists(folder).keep('deploy/test[3]', itemsOf(rows), never);
  expect(name).toBe('lists/deploy.test.copies/1-1000/3.ndjson');
  const read = await openLists(folder).read(name ?? '');
  if (read.type !== 'read') throw new Error(read.message);
  expect(Array.from({ length: read.items.count }, (_, index) => read.items.at(index))).toEqual(rows);
  expect(readFileSync(join(folder, name ?? ''), 'utf8').split('\n')).toHaveLength(4);
  expect(statSync(join(folder, name ?? '')).mode & 0o777).toBe(0o600);
});

it('puts a new list in the place of the old one', async () => {
  const lists = openLists(folder);
  lists.keep('test', itemsOf([{ A: '1' }, { A: '2' }]), never);
  lists.keep('test', itemsOf([]), never);
  expect(await lists.read('lists/test.ndjson')).toMatchObject({ type: 'read', items: { count: 0 } });
  expect(readdirSync(join(folder, 'lists'))).toEqual(['test.ndjson']);
});

it('keeps nothing of a list that holds a secret', () => {
  const rows = Array.from({ length: 50_000 }, (_, index) => ({
    A: index === 49_999 ? 'hunter2' : `harmless ${index}`,
  }));
  expect(openLists(folder).keep('test', itemsOf(rows), text => text === 'hunter2')).toBeUndefined();
  expect(readdirSync(join(folder, 'lists'))).toEqual([]);
});

it('tells in words what cannot be read', async () => {
  expect(await openLists(folder).read('lists/none.ndjson')).toMatchObject({ type: 'failed' });
});

it('makes a new file for each output, in a folder of its own', () => {
  const lists = openLists(folder);
  const [one, other] = [lists.newFile('test'), lists.newFile('test')];
  expect(one).not.toBe(other);
  expect(existsSync(join(folder, 'lists'))).toBe(true);
  lists.discard(one);
});
