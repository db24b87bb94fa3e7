import { describe, expect, it } from 'vitest';
import { foreignTest } from '../../src/plan/foreign-tests.ts';

describe('the test of an if', () => {
  it.each(['os=linux', 'A="$HOME/x"', "A='a b'c", 'A=$B$C', 'A="${B}"'])('%s says always yes', script => {
    expect(foreignTest(script)).toBe('yes');
  });

  it.each(['success()', '"$OS" = linux', '-f Makefile'])('%s says always no', script => {
    expect(foreignTest(script)).toBe('no');
  });

  it.each(['A=1 && test -f x', 'A=$(date)', 'test -f x', `A="${'$LONG_NAME '.repeat(30)}" && test "$A"`])(
    '%s may be a condition',
    script => {
      expect(foreignTest(script)).toBeUndefined();
    },
  );
});
