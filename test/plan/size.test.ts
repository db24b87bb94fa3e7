import { describe, expect, test } from 'vitest';
import { parseSize } from '../../src/plan/size.ts';

describe('a size', () => {
  test.each([
    ['0', 0],
    [4096, 4096],
    ['10B', 10],
    ['500kB', 500_000],
    ['1.5MB', 1_500_000],
    ['64MiB', 67_108_864],
    ['2GiB', 2_147_483_648],
  ])('%j is %d bytes', (written, bytes) => {
    expect(parseSize(written)).toBe(bytes);
  });

  test.each(['', '-1', '1 MB', 'MB', '1M', '1e3', '99999999TiB', -1, 1e21, Number.NaN])('%j is none', written => {
    expect(parseSize(written)).toBeUndefined();
  });
});
