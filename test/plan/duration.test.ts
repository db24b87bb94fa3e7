import { describe, expect, test } from 'vitest';
import { parseDuration, spellDuration } from '../../src/plan/duration.ts';

describe('a duration', () => {
  test.each([
    ['250ms', 250],
    ['10s', 10_000],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['2d', 172_800_000],
    ['1d2h3m4s5ms', 93_784_005],
    ['1.5s', 1500],
    ['0s', 0],
    ['10', 10_000],
    [10, 10_000],
    [1.1, 1100],
    [0, 0],
  ])('%j is %d ms', (written, ms) => {
    expect(parseDuration(written)).toBe(ms);
  });

  test.each(['', ' ', '-1s', '10 s', '30m1h', '1s1s', '5x', 's', 'ms', '1e3', '.5s', 'forever', '99999999999999d'])(
    '%j is none',
    written => {
      expect(parseDuration(written)).toBeUndefined();
    },
  );

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 1e300])('the number %d is none', written => {
    expect(parseDuration(written)).toBeUndefined();
  });

  test.each([
    [1, '1ms'],
    [1500, '1500ms'],
    [90_000, '90s'],
    [5_400_000, '90m'],
    [7_200_000, '2h'],
    [172_800_000, '2d'],
  ])('of %d ms is spelt %s, and read as that', (ms, written) => {
    expect(spellDuration(ms)).toBe(written);
    expect(parseDuration(written)).toBe(ms);
  });

  test('that is not zero lasts a millisecond at least', () => {
    expect(parseDuration('0.1ms')).toBe(1);
    expect(parseDuration(0.0001)).toBe(1);
  });
});
