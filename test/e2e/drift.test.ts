import { expect, it } from 'vitest';
import { planFile, runjobs, temporaryFolder } from '../support/cli.ts';

it('thirty real seconds of ticks stay on their times', async () => {
  const plan = planFile({ run: 'true', every: { interval: '1s', times: 31 } });
  const result = await runjobs([plan, '--reporter', 'ndjson', '--state-dir', temporaryFolder()]);
  const starts: number[] = String(result.stdout)
    .split('\n')
    .filter(line => line.includes('"step.started"'))
    .map(line => JSON.parse(line).t);
  const late = starts.map((t, tick) => t - (starts[0] ?? 0) - tick * 1000);
  expect(starts).toHaveLength(31);
  // No drift: of the first ten and of the last ten, one at least is punctual, however busy the machine is.
  const drift = Math.min(...late.slice(-10)) - Math.min(...late.slice(0, 10));
  expect(Math.abs(drift)).toBeLessThan(50);
});
