import { describe, expect, it } from 'vitest';
import { foreignTest } from '../../src/plan/foreign-tests.ts';

describe('the test of an if', () => {
  it.each(['os=linux', 'A="$HOME/x"', "A='a b'c", 'A=$B$C', 'A="${B}"'])('%s says always yes', script => {
    expect(foreignTest(script)).toBe('yes');
  });

  it.each(['success()', '!failure()', '${{ always() }}'])('%s asks how others have ended', script => {
    expect(foreignTest(script)).toBe('outcome');
  });

  it.each([{ condition: '$A', expected: 'x' }, { sh: 'test -f x' }])('%j names no variables', test => {
    expect(foreignTest(test)).toBe('names');
  });

  it.each(['contains(a, b)', '"$OS" = linux', '-f Makefile'])('%s says always no', script => {
    expect(foreignTest(script)).toBe('no');
  });

  it.each(['A=1 && test -f x', 'A=$(date)', 'test -f x', `A="${'$LONG_NAME '.repeat(30)}" && test "$A"`])(
    '%s may be a condition',
    script => {
      expect(foreignTest(script)).toBeUndefined();
    },
  );

  it.each([{ CI: 'true' }, {}, undefined, true])('%j may be a condition, too', test => {
    expect(foreignTest(test)).toBeUndefined();
  });
});
