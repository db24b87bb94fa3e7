import { expect, it } from 'vitest';
import { planFile, temporaryFolder } from '../support/cli.ts';
import { hashesOfLogs, hashOfPrinted, noRoomFor, prints, watched } from '../support/flood.ts';

const MIB = 5 * 1024;

it.skipIf(noRoomFor(6))('five gigabytes of one step are in its log byte for byte, in flat memory', async () => {
  const state = temporaryFolder();
  const plan = planFile({ run: prints(MIB, 'lines') });
  const { ended } = watched([plan, '--state-dir', state], ['ignore', 'ignore', 'inherit']);
  const { exitCode, peakMib } = await ended;
  process.stdout.write(`5 GiB of output: peak ${peakMib} MiB\n`);
  expect(exitCode).toBe(0);
  expect(peakMib).toBeLessThan(200);
  expect(await hashesOfLogs(state)).toEqual({ 'plan.log': hashOfPrinted(MIB, 'lines') });
});
