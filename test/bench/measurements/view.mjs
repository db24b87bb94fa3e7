// What the live view costs in a real terminal, beside the same run without it.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { atMost, table } from '../harness/finding.mjs';
import { BIN, ENV } from '../harness/here.mjs';
import { timed } from '../harness/process.mjs';
import { inTurns, median } from '../harness/rounds.mjs';

export const about = '10 000 steps that sleep for 100 ms, 100 at once, in a terminal of 80 × 24 (script of util-linux)';
export const minutes = 1.5;

export async function measure({ rounds = 3, scratch }) {
  if (spawnSync('script', ['--version'], { env: ENV }).error !== undefined) return [];
  const plan = join(scratch, 'plan.json');
  const gather = Array.from({ length: 10_000 }, (_, index) => ({ id: `step-${index}`, sleep: '100ms' }));
  writeFileSync(plan, JSON.stringify({ limit: 100, slots: 100, gather }));
  const shown = reporter => {
    const command = `${process.execPath} ${BIN} ${plan} --reporter ${reporter} --state-dir ${join(scratch, reporter)}`;
    const env = { ...ENV, TERM: 'xterm-256color', SHELL: '/bin/sh' };
    return () => timed(['script', '-qfec', `stty rows 24 cols 80; exec ${command}`, '/dev/null'], { env });
  };
  const samples = await inTurns({ live: shown('live'), quiet: shown('quiet') }, { rounds, warmUp: false });
  const cpu = name => median(samples.get(name).map(({ cpuMs }) => cpuMs));
  return [
    table('the live view', samples, {
      figure: ({ cpuMs }) => cpuMs,
      unit: 'CPU ms',
      reference: 'quiet',
      also: { ms: ({ ms }) => ms },
      goals: [
        atMost('live view of 10 000 steps, the whole process: < 2 s of CPU (ms)', 2000, cpu('live')),
        atMost('of which the view itself (ms more than quiet)', 2000, cpu('live') - cpu('quiet')),
      ],
    }),
  ];
}
