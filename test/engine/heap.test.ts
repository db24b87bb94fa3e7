import { expect, it } from 'vitest';
import { copyTimes } from '../support/copies.ts';
import { tickFor } from '../support/ticks.ts';
import { waitersOf } from '../support/waiters.ts';

it.each([
  ['step', 10_000],
  ['group', 6000],
] as const)(
  'a %s that ticks every second keeps a flat heap and leaves no timer',
  { timeout: 120_000 },
  async (beat, seconds) => {
    const { grownBytes, timersLeft } = await tickFor(seconds, beat);
    expect(timersLeft).toBe(0);
    // About a hundred bytes a tick.
    expect(grownBytes).toBeLessThan((seconds - 2000) * 100);
  },
);

it('a forEach of very many copies keeps a flat heap and leaves no timer', { timeout: 120_000 }, async () => {
  const count = 22_000;
  const { grownBytes, timersLeft } = await copyTimes(count);
  expect(timersLeft).toBe(0);
  // A single object kept for each copy would be more.
  expect(grownBytes).toBeLessThan((count - 2000) * 40);
});

it('a step that waits for its slot takes less than a kibibyte', async () => {
  const { bytesEach, exitCode } = await waitersOf(10_000);
  expect(bytesEach).toBeLessThan(1024);
  expect(exitCode).toBe(1);
});
