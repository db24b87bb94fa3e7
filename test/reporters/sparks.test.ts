/** How long runs took, as bars. */
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/events/outcome.ts';
import { createPalette } from '../../src/reporters/colours.ts';
import { type SparkOptions, sparkLine, sparkLines } from '../../src/reporters/sparks.ts';

const palette = createPalette(false);

const run = (name: string, durationMs: number, outcome: Outcome = { state: 'succeeded' }) => ({
  id: 'x',
  folder: '/x',
  state: 'ended' as const,
  facts: {
    run: 'x',
    name,
    startedAt: '2026-01-01T00:00:00.000Z',
    resumed: 0,
    durationMs,
    counts: { queued: 0, running: 0, waiting: 0, succeeded: 1, failed: 0, allowed: 0, cancelled: 0, skipped: 0 },
    failures: [],
    outcome,
  },
});

const lines = (runs: Parameters<typeof sparkLines>[0], options: Partial<SparkOptions> = {}) =>
  sparkLines(runs, { palette, ...options });

describe('a spark line', () => {
  it('has a bar for each value, from the least to the greatest', () => {
    expect(sparkLine([0, 1, 2, 3, 4, 5, 6, 7])).toBe('▁▂▃▄▅▆▇█');
    expect(sparkLine([5, 5, 5])).toBe('▁▁▁');
  });

  it('is shown for each plan of which three runs have succeeded, the newest on the right', () => {
    const failed = run('a', 99_000, { state: 'failed', reason: { type: 'exit' } });
    expect(lines([run('a', 3000), run('longer', 1000), failed, run('a', 1000), run('a', 2000)])).toBe(
      'a  ▅▁█  usually 2.0 s, last 3.0 s\n',
    );
    expect(lines([run('a', 1), run('a', 2)])).toBe('');
  });

  it('takes no more columns than there are, and gives up its bars where these are few', () => {
    const many = Array.from({ length: 100 }, (_, index) => run('nightly', index * 100));
    for (const width of [120, 80, 60, 40, 20, 10]) {
      for (const line of lines(many, { width }).split('\n')) expect([...line].length).toBeLessThanOrEqual(width);
    }
    expect(lines(many, { width: 80 })).toMatch(/^nightly {2}[▁-█]{33,40} {2}usually/);
    expect(lines(many, { width: 20 })).not.toMatch(/[▁-█]/);
  });
});
