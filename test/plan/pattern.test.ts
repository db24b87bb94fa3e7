import { describe, expect, it } from 'vitest';
import { isMatch } from '../../src/plan/pattern.ts';

/** No computer has ever found out, one way after the other, that there is none. */
const ENDLESS = `${'a'.repeat(200)}!`;

describe('a regular expression of a plan', () => {
  it.each([
    ['b+', '', 'abc', true],
    ['^b', '', 'abc', false],
    ['^b', 'm', 'a\nb', true],
    ['^.$', 'u', '😀', true],
    ['^.$', '', '😀', false],
    ['B', 'gi', 'abc', true],
  ])('/%s/%s of %j is told: %s', (source, flags, text, is) => {
    expect([isMatch(source, flags, text), isMatch(source, flags, text)]).toEqual([is, is]);
  });

  it('that tries without end goes on in linear time', () => {
    expect(isMatch('^(a+)+$', 'm', ENDLESS)).toBe(false);
    // Also where V8 has it already from a time when it was tried the usual way.
    /^(a*)*$/.test('aaa');
    expect(isMatch('^(a*)*$', '', ENDLESS)).toBe(false);
  });

  it.each(['u', 'v', 'um'])('with the flag %s, for which there is no linear time, is given up', flags => {
    expect(isMatch('^(a+)+$', flags, ENDLESS, 50)).toBeUndefined();
    expect(isMatch('^a+$', flags, 'aaa')).toBe(true);
  });
});
