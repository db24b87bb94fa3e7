import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { planFile, runjobs, temporaryFolder } from '../support/cli.ts';

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
