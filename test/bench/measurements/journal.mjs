// What it costs to write an event down.
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { bundled } from '../harness/bundled.mjs';
import { atMost, table } from '../harness/finding.mjs';
import { inTurns, median } from '../harness/rounds.mjs';

export const about = '50 000 events of steps written to a journal, and folded into what is known of the run';
export const minutes = 0.5;

export async function measure({ rounds = 7, scratch }) {
  const journal = await bundled('journal', scratch);
  const samples = await inTurns(
    { journal: () => journal(mkdtempSync(join(scratch, 'run-')), 50_000) },
    { rounds, warmUp: false },
  );
  return [
    table('journal', samples, {
      figure: ({ cpuUs }) => cpuUs,
      unit: 'CPU µs an event',
      also: { 'µs an event': ({ us }) => us },
      goals: [atMost('< 50 µs of CPU an event', 50, median(samples.get('journal').map(({ cpuUs }) => cpuUs)))],
    }),
  ];
}
