/** Runs a plan that ticks every second for as long as wanted, on the virtual clock, and looks at the heap. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openRun } from '../../src/engine/run.ts';
import { createVirtualClock } from '../../src/engine/virtual-clock.ts';
import { createPast } from '../../src/events/past.ts';
import { createPublisher } from '../../src/events/publish.ts';
import { createSimulatedExecutor } from '../../src/executors/simulated.ts';
import type { Every } from '../../src/plan/plan.ts';
import { createNdjson } from '../../src/reporters/ndjson.ts';
import { createPlain } from '../../src/reporters/plain.ts';
import { indexSteps } from '../../src/reporters/steps.ts';
import { gather, leaf, plan } from './steps.ts';

/** Until then caches and compiled code have come to their size. */
const WARM_UP = 2000;

export interface Ticking {
  /** Bytes by which the heap has grown from the two thousandth tick to the last. */
  readonly grownBytes: number;
  /** Timers still armed when the run had ended. */
  readonly timersLeft: number;
  readonly events: number;
}

/** What happens every second: a step prints; or one prints, one fails and may, one succeeds at its second attempt. */
const BEATS = {
  step: (every: Every) => leaf('beat', { durationMs: 5, output: 'still here\n' }, { every }),
  group: (every: Every) =>
    gather(
      'beat',
      [
        leaf('prints', { durationMs: 5, output: 'still here\n' }),
        leaf('may-fail', { exitCode: 1 }, { allowFailure: true }),
        leaf('retries', {}, { retry: { times: 1, delayMs: 10, factor: 1, maxDelayMs: 10, jitter: 'none' } }),
      ],
      { every },
    ),
};

/** So many seconds of a beat, told to everything that takes every event: the reporters, the fold of the journal. */
export async function tickFor(seconds: number, beat: keyof typeof BEATS): Promise<Ticking> {
  const root = BEATS[beat]({ intervalMs: 1000, times: seconds, overlap: 'skip' });
  const thePlan = plan(root);
  const clock = createVirtualClock();
  const steps = indexSteps(thePlan);
  const sink = { write: () => undefined, flush: async () => {} };
  const plain = createPlain({ sink, steps, clock });
  const past = createPast();
  let events = 0;
  let before = 0;
  let after = 0;
  const { publish } = createPublisher({
    recording: {
      record(event) {
        events += 1;
        past.take(event);
        if (event.type !== 'tick.finished') return;
        if (event.tick === WARM_UP) before = heapUsed();
        if (event.tick === seconds) after = heapUsed();
      },
      commit: () => {},
    },
    reporters: [plain, createNdjson({ sink })],
    onReporterFailure(_, error) {
      throw error;
    },
  });
  const run = openRun({
    plan: thePlan,
    id: 'month',
    executor: createSimulatedExecutor(clock, (step, { attempt }) =>
      step.id === 'retries'
        ? { exitCode: attempt === 1 ? 1 : 0 }
        : JSON.parse(String('command' in step && step.command)),
    ),
    clock,
    publish,
  });
  const { exitCode } = await clock.runUntil(run.start());
  if (exitCode !== 0) throw new Error(`the plan has failed: ${exitCode}`);
  await plain.close();
  await clock.advance(0);
  return { grownBytes: after - before, timersLeft: clock.pending, events };
}

/** What is alive on the heap. */
export function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
