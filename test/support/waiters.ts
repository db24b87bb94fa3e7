/** Very many steps of a gather that wait for one slot, and what they take of the heap. */
import { openRun } from '../../src/engine/run.ts';
import { createVirtualClock } from '../../src/engine/virtual-clock.ts';
import { createSimulatedExecutor } from '../../src/executors/simulated.ts';
import { gather, leaf, plan } from './steps.ts';
import { heapUsed } from './ticks.ts';

/** Bytes for each of so many steps, what the plan itself takes left out; and the exit code once they have been cancelled. */
export async function waitersOf(count: number): Promise<{ readonly bytesEach: number; readonly exitCode: number }> {
  const clock = createVirtualClock();
  const children = Array.from({ length: count }, (_, index) => leaf(String(index)));
  let queued = 0;
  const run = openRun({
    plan: plan(gather('group', children), 1),
    id: 'many',
    clock,
    executor: createSimulatedExecutor(clock, () => ({ durationMs: 1e9 })),
    publish(event) {
      if (event.type === 'step.queued') queued += 1;
      return undefined;
    },
  });
  const before = heapUsed();
  const ending = run.start();
  await clock.advance(1);
  if (queued !== count - 1) throw new Error(`${queued} of ${count} wait`);
  const bytesEach = (heapUsed() - before) / count;
  run.cancel({ type: 'aborted' });
  const { exitCode } = await clock.runUntil(ending);
  return { bytesEach, exitCode };
}
