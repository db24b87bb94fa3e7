/** What it costs to write so many events of steps down, as a run does: <folder> <count>; prints it as JSON. */
import { join } from 'node:path';
import type { RunEvent } from '../../../src/events/event.ts';
import { openRecording } from '../../../src/journal/run-record.ts';
import { gather, leaf, plan } from '../../support/steps.ts';

const [folder = '', given = ''] = process.argv.slice(2);
const count = Number(given);
const steps = Array.from({ length: count / 2 }, (_, index) => `step-${index}`);
const recording = openRecording(
  { id: 'bench', folder: join(folder) },
  plan(
    gather(
      'root',
      steps.map(id => leaf(id)),
    ),
  ),
  {
    durable: false,
    earlier: undefined,
    onFailure(error) {
      throw error;
    },
  },
);
const before = process.cpuUsage();
const startedAt = performance.now();
for (const step of steps) {
  const t = Math.round(performance.now() - startedAt);
  const events: RunEvent[] = [
    { type: 'step.started', step, attempt: 1, pid: 4711, t },
    { type: 'step.finished', step, outcome: { state: 'succeeded', exitCode: 0 }, durationMs: 3, attempts: 1, t },
  ];
  for (const event of events) {
    recording.record(event);
    recording.commit();
  }
}
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ cpuUs: (user + system) / count, us: ((performance.now() - startedAt) * 1000) / count }));
process.exit();
