import { expect, it } from 'vitest';
import { createPathSet } from '../../src/events/path-set.ts';

it('a set of paths finds those at and below one, and no others', () => {
  const set = createPathSet();
  for (const path of ['a/b/c', 'a', 'ab', 't[3]/x', 't[3]/finally/1', 't[31]', 'a/b/d']) set.add(path);
  expect(set.within('a')).toEqual(['a', 'a/b/c', 'a/b/d']);
  expect(set.within('a/b')).toEqual(['a/b/c', 'a/b/d']);
  expect(set.within('t[3]')).toEqual(['t[3]/x', 't[3]/finally/1']);
  expect(set.within('t')).toEqual(['t[3]/x', 't[3]/finally/1', 't[31]']);
  expect(set.within('t[4]')).toEqual([]);
  expect(set.within('.')).toHaveLength(7);
});

it('a set of paths forgets one that is deleted, and it alone', () => {
  const set = createPathSet();
  for (const path of ['a', 'a/b', 'a/b/c', 'd/e']) set.add(path);
  for (const path of ['a/b', 'd/e', 'd', 'nowhere']) set.delete(path);
  expect(set.within('.')).toEqual(['a', 'a/b/c']);
  set.delete('a/b/c');
  expect(set.within('.')).toEqual(['a']);
  set.add('a/b/c');
  expect(set.within('a/b')).toEqual(['a/b/c']);
});

it('a set of paths may hold the root', () => {
  const set = createPathSet();
  set.add('.');
  set.add('[1]');
  expect(set.within('.')).toEqual(['.', '[1]']);
  set.delete('.');
  expect(set.within('.')).toEqual(['[1]']);
});

it('a set of paths tells those right below one, also where only some below them are in it', () => {
  const set = createPathSet();
  for (const path of ['a', 'a/b', 'a/finally/1', 'c/d/e']) set.add(path);
  expect([...set.rightBelow('.')]).toEqual(['a', 'c']);
  expect([...set.rightBelow('a')]).toEqual(['a/b', 'a/finally']);
  expect([...set.rightBelow('a/b')]).toEqual([]);
});
