/** One Redis and one worker for all simulations of a test file, started when the first of them asks. */

import type { QueuePlace } from '../../../src/executors/queue/address.ts';
import { parseQueueAddress } from '../../../src/executors/queue/address.ts';
import { DEFAULT_PREFIX } from '../../../src/executors/queue/keys.ts';
import { openWorker } from '../../../src/executors/queue/worker.ts';
import { DEFAULT_LABEL } from '../../../src/plan/remote.ts';
import { startRedis } from '../redis.ts';
import { flightOf, TICKET } from './flights.ts';

export interface Stand {
  readonly place: QueuePlace;
  /** The id of the worker. */
  readonly worker: string;
  close(): Promise<void>;
}

/** As many at once as any law runs. */
const CONCURRENCY = 2000;

let opening: Promise<Stand> | undefined;

export function stand(): Promise<Stand> {
  opening ??= open();
  return opening;
}

/** Ends what was started, if anything was. */
export async function closeStand(): Promise<void> {
  const opened = opening;
  opening = undefined;
  await (await opened)?.close();
}

async function open(): Promise<Stand> {
  const endings: (() => void | Promise<void>)[] = [];
  const redis = await startRedis({ onTestFinished: end => void endings.push(end) });
  const address = parseQueueAddress(redis.url, false);
  if ('fault' in address) throw new Error(address.fault);
  const place = { address, prefix: DEFAULT_PREFIX, password: redis.password };
  const worker = await openWorker({
    place,
    label: DEFAULT_LABEL,
    concurrency: CONCURRENCY,
    allow: ['run', 'http'],
    // That of the plans.
    workdir: '/',
    own: {},
    envAllow: [],
    onLockLost: 'kill',
    orphanGraceMs: 60_000,
    openExecutor: async () => ({
      execute(step, context) {
        const flight = flightOf(context.env[TICKET]);
        if (flight === undefined) throw new Error(`nobody in this process has given ${context.path} away`);
        return flight.arrive(step, context);
      },
      sweep: async () => {},
      suspend() {},
      proceed() {},
      close: async () => {},
    }),
    say() {},
  });
  if ('fault' in worker) throw new Error(worker.fault);
  return {
    place,
    worker: worker.id,
    async close() {
      // What a law that has failed has left there is ended, too.
      worker.kill();
      worker.leave();
      await worker.ended;
      for (const end of endings.reverse()) await end();
    },
  };
}
