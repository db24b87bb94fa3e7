import { expect, it } from 'vitest';
import { tickFor } from '../support/ticks.ts';

const MONTH = 30 * 24 * 60 * 60;

it('a month of ticks, one a second, keeps a flat heap', async () => {
  const { grownBytes, events } = await tickFor(MONTH, 'step');
  process.stdout.write(
    `${MONTH} ticks, ${events} events: the heap has grown by ${Math.round(grownBytes / 1024)} KiB\n`,
  );
  expect(grownBytes).toBeLessThan(2 * 1024 * 1024);
});
