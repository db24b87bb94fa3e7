// What it takes to check a very large plan.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { atMost, table } from '../harness/finding.mjs';
import { BIN } from '../harness/here.mjs';
import { timed } from '../harness/process.mjs';
import { inTurns, median } from '../harness/rounds.mjs';

export const about = '`runjobs check` of a plan of 100 000 steps, the whole process';
export const minutes = 0.5;

export async function measure({ rounds = 7, scratch }) {
  const plan = join(scratch, 'plan.json');
  const gather = Array.from({ length: 100_000 }, (_, index) => ({ id: `step-${index}`, run: `echo ${index}` }));
  writeFileSync(plan, JSON.stringify({ gather }));
  const samples = await inTurns(
    { check: () => timed([process.execPath, BIN, 'check', plan], { peak: true }) },
    { rounds, warmUp: false },
  );
  const the = figure => median(samples.get('check').map(figure));
  return [
    table('check of 100 000 steps', samples, {
      figure: ({ ms }) => ms,
      unit: 'ms',
      also: { 'CPU ms': ({ cpuMs }) => cpuMs, 'RSS MiB': ({ rssMiB }) => rssMiB },
      goals: [
        atMost(
          'check of 100 000 steps < 1 s (ms)',
          1000,
          the(({ ms }) => ms),
        ),
        atMost(
          'check of 100 000 steps < 400 MB',
          400,
          the(({ rssMiB }) => rssMiB * 1.048576),
        ),
      ],
    }),
  ];
}
