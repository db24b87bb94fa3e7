/** Laws of paths as they are told. */
import { describe, expect, it } from 'vitest';
import { nearer, wayBelow } from '../../src/plan/nearer.ts';

describe('a path', () => {
  it.each([
    ['/a/b', '/a/b/c/d', 'c/d'],
    ['/a/b/', '/a/b/c', 'c'],
    ['/a/b', '/a/b', ''],
    ['/a/b', '/a', undefined],
    ['/a/b', '/a/c', undefined],
    ['/a/b', '/a/bc', undefined],
    ['/a/b', '/a/b/..c/d', '..c/d'],
    ['/', '/a', 'a'],
  ])('from %s to %s is below it where it lies in it: %s', (folder, place, way) => {
    expect(wayBelow(folder, place)).toBe(way);
  });

  it('is told by the way from the folder that it lies in, else as it is', () => {
    expect(nearer('/a/b/c', '/a')).toBe('b/c');
    expect(nearer('/b/c', '/a')).toBe('/b/c');
    expect(nearer('/a', '/a')).toBe('/a');
  });
});
