/** Runs a forEach of very many copies on the virtual clock, and looks at the heap. */
import { openRun } from '../../src/engine/run.ts';
import { createVirtualClock } from '../../src/engine/virtual-clock.ts';
import { createPast } from '../../src/events/past.ts';
import { createSimulatedExecutor } from '../../src/executors/simulated.ts';
import { forEach, leaf, plan, steps } from './steps.ts';
import { heapUsed } from './ticks.ts';

const WARM_UP = 2000;

export interface Copying {
  /** Bytes by which the heap has grown from the two thousandth copy to the last. */
  readonly grownBytes: number;
  readonly timersLeft: number;
  readonly microsecondsEach: number;
}

/** So many copies of a group of one leaf, 64 at once, told to the fold that a resumed run makes of its journal. */
export async function copyTimes(count: number): Promise<Copying> {
  const clock = createVirtualClock();
  const past = createPast();
  const list = { type: 'glob', pattern: '*' } as const;
  const items = { type: 'product', lists: [{ name: 'N', list }], exclude: [] } as const;
  let ended = 0;
  let before = 0;
  let after = 0;
  const startedAt = performance.now();
  const run = openRun({
    plan: plan(forEach('.', items, steps('', [leaf('x', { durationMs: 5 })]), { limit: 64 })),
    id: 'many',
    clock,
    executor: createSimulatedExecutor(clock, () => ({ durationMs: 5 })),
    readList: async name => ({
      type: 'read',
      items: { count, at: index => ({ [name]: `item ${index + 1}` }) },
    }),
    publish(event) {
      past.take(event);
      if (event.type !== 'step.finished' || !event.step.endsWith(']')) return undefined;
      ended += 1;
      if (ended === WARM_UP) before = heapUsed();
      if (ended === count) after = heapUsed();
      return undefined;
    },
  });
  const { exitCode } = await clock.runUntil(run.start());
  if (exitCode !== 0) throw new Error(`the plan has failed: ${exitCode}`);
  await clock.advance(0);
  const microsecondsEach = ((performance.now() - startedAt) * 1000) / count;
  return { grownBytes: after - before, timersLeft: clock.pending, microsecondsEach };
}
