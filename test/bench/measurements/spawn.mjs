// How fast commands start one after the other: 500 × `sh -ec true`, two and eight at once, quiet.
import { atLeast, table } from '../harness/finding.mjs';
import { inTurns, ratio } from '../harness/rounds.mjs';
import { spawners } from '../harness/spawners.mjs';

export const about = '500 × `sh -ec true` in a gather of limit 2 and 8, quiet, journal on; whole processes';
export const minutes = 4;
const COUNT = 500;

export async function measure({ rounds = 5, scratch }) {
  const findings = [];
  for (const limit of [2, 8]) {
    const samples = await inTurns(spawners({ scratch, count: COUNT, limit, script: 'true', reporter: 'quiet' }), {
      rounds,
    });
    findings.push(spawnTable(`${COUNT} × sh -ec true, ${limit} at once`, samples, 0.9));
  }
  return findings;
}

/** Commands a second of each, beside a Node that does nothing but start them and read two pipes. */
export function spawnTable(title, samples, goal) {
  const perSecond = sample => (COUNT * 1000) / sample.ms;
  const times = name => ratio(samples, 'runjobs', name, perSecond);
  const ahead = ['concurrently', 'execa', 'zx', 'GNU parallel'].map(name =>
    atLeast(`≥ 1.7 × ${name}`, 1.7, times(name)),
  );
  return table(title, samples, {
    figure: perSecond,
    unit: 'a second',
    reference: 'node, two pipes',
    also: { 'CPU ms': sample => sample.cpuMs },
    goals: [
      atLeast(`≥ ${goal} × node that spawns with two pipes`, goal, times('node, two pipes')),
      ...ahead,
      atLeast('≥ 1 × asyncio with two pipes (to be tried)', 1, times('asyncio, two pipes')),
    ],
  });
}
