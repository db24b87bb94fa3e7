/** The next times of steps that tick by the clock. */
import { expect, it } from 'vitest';
import { formatTimes } from '../../src/reporters/plan-times.ts';

const every = { cron: '30 2 * * *', timezone: 'Europe/Vienna', overlap: 'skip' } as const;

it('are told by the clock of the zone, on both sides of a change', () => {
  const times = ['2026-10-24T00:30:00Z', '2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z'].map(time => Date.parse(time));
  expect(formatTimes([{ path: 'nightly', every, times }])).toBe(
    'next times\n  nightly · every "30 2 * * *" (Europe/Vienna) · Sat 2026-10-24 02:30, Sun 2026-10-25 02:30, Mon 2026-10-26 02:30\n',
  );
});

it('have their seconds where there are some, and no lines where nothing ticks so', () => {
  expect(
    formatTimes([{ path: '.', every: { ...every, timezone: 'UTC' }, times: [Date.parse('2026-01-01T00:00:05Z')] }]),
  ).toContain('Thu 2026-01-01 00:00:05');
  expect(formatTimes([])).toBe('');
});
