/** The real queue between a simulated run and its simulated commands: root, Redis and worker, on the clock of the run. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Executor } from '../../../src/engine/executor.ts';
import { createVirtualClock, type VirtualClock } from '../../../src/engine/virtual-clock.ts';
import type { Secrets } from '../../../src/events/secrets.ts';
import { openQueueExecutor } from '../../../src/executors/queue/queue.ts';
import type { LeafStep } from '../../../src/plan/plan.ts';
import { DEFAULT_LABEL, labelOf, ROOT_LABEL } from '../../../src/plan/remote.ts';
import type { Way } from '../way.ts';
import { type Flights, openFlights } from './flights.ts';
import { stand } from './stand.ts';

export interface ThroughOptions {
  readonly wall?: Date | undefined;
  readonly secrets: Secrets;
  readonly secretNames: readonly string[];
}

let runs = 0;

/** Opens the way of one run. @param make what a worker carries steps out with, and the root those that stay there. */
export async function openThrough(
  make: (clock: VirtualClock) => Executor,
  { wall, secrets, secretNames }: ThroughOptions,
): Promise<Way> {
  let flights: Flights | undefined;
  const clock = createVirtualClock(wall, async () => flights?.settled());
  const simulated = make(clock);
  flights = openFlights(simulated);
  const { open } = flights;
  const { place, worker } = await stand();
  const runFolder = mkdtempSync(join(tmpdir(), 'runjobs-through-'));
  const said: string[] = [];
  runs += 1;
  const queue = await openQueueExecutor({
    place,
    run: `test-run-${runs}`,
    folder: '/',
    runFolder,
    durable: false,
    logSize: () => 0,
    ofProcess: {},
    names: new Set(),
    secrets: new Set(secretNames),
    holdsSecret: text => secrets.holds(text),
    local: {
      execute: (step, context) => simulated.execute(step, context),
      sweep: async (path, context) => simulated.sweep?.(path, context),
      suspend() {},
      proceed() {},
    },
    warn: words => void said.push(words),
    // It sees them in its own time, which is not that of the run.
    workers() {},
    broken: words => void said.push(words),
  });
  if ('fault' in queue) throw new Error(queue.fault);
  return {
    clock,
    startsLate: true,
    executor: {
      ...queue,
      async execute(step, context) {
        // Those who are told of a run are told by its root.
        const sent = context.path.startsWith('notify ') ? step : patient(onWorker(step));
        if (labelOf(sent) === ROOT_LABEL) return queue.execute(sent, context);
        const flight = open(context);
        try {
          return await queue.execute(sent, flight.given);
        } finally {
          flight.over();
        }
      },
    },
    plain(event) {
      if (event.type !== 'step.started' || event.worker === undefined) return event;
      const { worker: by, ...plain } = event;
      if (by !== worker) said.push(`${event.step} was started by the worker "${by}"`);
      return plain;
    },
    async close() {
      await queue.close();
      rmSync(runFolder, { recursive: true, force: true });
      if (said.length > 0) throw new Error(`the queue says: ${said.join('; ')}`);
    },
  };
}

/** Requests, too, go to a worker where the plan says so. */
function onWorker(step: LeafStep): LeafStep {
  return step.type === 'http' ? { ...step, runsOn: step.runsOn ?? DEFAULT_LABEL } : step;
}

/** Real time, by which root and worker end what the other does not, is not that of the run. */
const PATIENCE_MS = 3_600_000;

function patient(step: LeafStep): LeafStep {
  const { timeoutMs } = step;
  const late = timeoutMs === undefined ? step : { ...step, timeoutMs: timeoutMs + PATIENCE_MS };
  return late.type === 'http' ? late : { ...late, stop: { ...late.stop, graceMs: late.stop.graceMs + PATIENCE_MS } };
}
