import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { planFile, printed, runjobs, temporaryFolder } from '../support/cli.ts';

it.skipIf(process.platform !== 'linux')(
  'two hundred ticks of a command leave no descriptor and no process',
  async () => {
    const seen = join(temporaryFolder(), 'seen');
    const look = `ls /proc/$PPID/fd | wc -l >> ${seen}; cat /proc/$PPID/task/$PPID/children | wc -w >> ${seen}.children`;
    const plan = planFile({ run: look, every: { interval: '10ms', times: 200 } });
    const { exitCode, stderr } = await runjobs([plan, '--state-dir', temporaryFolder()]);
    expect(exitCode, String(stderr)).toBe(0);
    for (const file of [seen, `${seen}.children`]) {
      const counts = readFileSync(file, 'utf8').trim().split(/\s+/).map(Number);
      expect(counts).toHaveLength(200);
      // While a command starts, a descriptor or two more may be open; what leaks never closes.
      expect(Math.min(...counts.slice(-20))).toBeLessThanOrEqual(Math.min(...counts.slice(2, 20)));
    }
  },
);

it.skipIf(process.platform === 'win32')(
  'a process that was stopped for five seconds catches up with one tick, and counts the others',
  async () => {
    const plan = planFile({ run: 'echo "tick $RUNJOBS_TICK"', every: { interval: '500ms', times: 4 } });
    const child = runjobs([plan, '--reporter', 'ndjson', '--state-dir', temporaryFolder()]);
    await printed(child, '"tick.waiting"');
    child.kill('SIGSTOP');
    await new Promise(resolve => setTimeout(resolve, 5000));
    child.kill('SIGCONT');
    const { exitCode, stdout } = await child;
    expect(exitCode).toBe(0);
    const events = String(stdout)
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    const ticks = events.filter(({ type }) => type === 'tick.finished').map(({ tick }) => tick);
    const missed = events.filter(({ type }) => type === 'ticks.missed').reduce((sum, { count }) => sum + count, 0);
    expect(ticks).toHaveLength(4);
    expect(missed).toBeGreaterThanOrEqual(8);
    expect(ticks.at(-1)).toBe(4 + missed);
  },
);

it('a tick that stops the one before it runs in its turn, however long a real process takes to end', async () => {
  // Half a second after the signal it ends; the third tick is the last, which nothing stops.
  const run = "trap 'sleep 0.5; exit' TERM; [ $RUNJOBS_TICK = 3 ] || sleep 60";
  const plan = planFile({ run, every: { interval: '2s', times: 3, overlap: 'cancel' } });
  const { exitCode, stdout } = await runjobs([plan, '--reporter', 'ndjson', '--state-dir', temporaryFolder()]);
  expect(exitCode).toBe(0);
  const events = String(stdout)
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));
  const ticks = events.filter(({ type }) => type === 'tick.finished').map(({ tick, outcome }) => [tick, outcome.state]);
  expect(ticks).toEqual([
    [1, 'cancelled'],
    [2, 'cancelled'],
    [3, 'succeeded'],
  ]);
});

it('check prints the next three times of a cron pattern', async () => {
  const plan = planFile({ gather: [{ id: 'nightly', run: 'true', every: { cron: '30 2 * * *', timezone: 'UTC' } }] });
  const { exitCode, stdout } = await runjobs(['check', plan]);
  expect(exitCode).toBe(0);
  expect(String(stdout)).toMatch(/\nnext times\n {2}nightly · .* · (\w{3} \d{4}-\d\d-\d\d 02:30(, |\n?$)){3}/);
});
