/** The root of a run: what it has given to workers, what they tell of that, and what all its attempts share. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { pid } from 'node:process';
import { openArrivals } from './arrivals.ts';
import type { Connection, Store } from './connect.ts';
import { type Dispatch, type Dispatches, openDispatches } from './dispatches.ts';
import { openEarly } from './early.ts';
import { type Jobs, openJobs } from './jobs.ts';
import { type Lease, takeLease } from './lease.ts';
import { nameOf } from './name.ts';
import { openQueues, type Queues } from './queues.ts';
import { openReader } from './reader.ts';
import { openReins, type Reins } from './reins.ts';
import type { RootOptions } from './root-options.ts';
import { openStepEnv } from './sent-env.ts';
import { openStaff } from './staff.ts';
import { forNow, troubleOf } from './trouble.ts';
import { openWatch } from './watch.ts';
import { within } from './within.ts';

/** As the attempts that it gives away see it. */
export interface Root {
  readonly run: string;
  /** Of the plan. */
  readonly folder: string;
  readonly key: string | undefined;
  readonly jobs: Jobs;
  readonly queues: Queues;
  readonly dispatches: Dispatches;
  readonly reins: Reins;
  readonly envFor: ReturnType<typeof openStepEnv>;
  /** Whether a text holds the value of a secret. */
  holdsSecret(text: string): boolean;
  readonly secrets: ReadonlySet<string>;
  /** Whether the error says that Redis takes nothing for now, of which somebody is told. */
  isForNow(error: unknown): boolean;
  /** A worker has not said that it has ended what it was told to: it may go on. */
  leftBehind(dispatch: Dispatch): void;
}

/** As the executor sees it. */
export interface OpenRoot extends Root {
  /** Lets go of the queue. Call when no step runs. */
  close(): Promise<void>;
}

/** What leaving may take where Redis is away. */
const LEAVING_MS = 2000;

/** Opens it: nobody else is the root of the run any more. Rejects with the file system's error, or where Redis refuses the lease. */
export async function openRoot(connection: Connection, options: RootOptions): Promise<OpenRoot> {
  const { place, run, warn, broken, logSize } = options;
  const queue = nameOf(place);
  /** What passes has been told by the connection, or is tried again. */
  const onError = (error: unknown) => {
    const trouble = troubleOf(error, place.address);
    if (trouble.isFinal) broken(`the queue cannot be used any more: ${trouble.words}`);
  };
  const queues = openQueues(connection, onError);
  const dispatches = openDispatches(options.runFolder, {
    run,
    queue,
    durable: options.durable,
    onFailure: error => broken(`what was given to workers cannot be noted: ${(error as Error).message}`),
  });
  const early = openEarly(dispatches.unclaimed().map(({ job }) => job));
  const jobs = openJobs(early);
  const arrivals = openArrivals({ dispatches, jobs, early, logSize });
  const lease = await takeLease(connection, {
    run,
    holder: `${hostname()} ${pid} ${randomUUID()}`,
    onTaken: () => broken('another runjobs has taken this run over: "runjobs resume" was started elsewhere'),
    onError,
  });
  const reader = openReader(connection, {
    run,
    position: dispatches.position,
    ...arrivals,
    onFailure: error => broken(`the queue cannot be read: ${(error as Error).message}`),
  });
  const staff = openStaff(connection, { queue, jobs: jobs.all, onWorkers: options.workers, warn });
  const watch = openWatch(connection, { jobs: jobs.all, drainedAt: () => reader.drainedAt, staff });
  const root: Root = {
    run,
    folder: options.folder,
    key: place.key,
    jobs,
    queues,
    dispatches,
    reins: openReins(connection, run),
    envFor: openStepEnv(options),
    holdsSecret: options.holdsSecret,
    secrets: options.secrets,
    isForNow: forNow(connection, words => warn(`steps wait for the queue: ${words}`)),
    leftBehind(dispatch) {
      dispatches.left(dispatch);
      warn(
        `the worker of a step did not say that it has ended (job ${dispatch.job}): it may still run there; a resumed run takes it up`,
      );
    },
  };
  return {
    ...root,
    async close() {
      watch.close();
      lease.drop();
      await reader.stop();
      await within(LEAVING_MS, leave(root, connection, lease));
      connection.close();
      // What was given back last is noted in the next turn.
      await new Promise(done => setImmediate(done));
      dispatches.close();
    },
  };
}

/** Ends what nobody has come back to, and removes from Redis what nobody needs any more. */
async function leave({ run, dispatches, queues, reins }: Root, { client, keys }: Store, lease: Lease): Promise<void> {
  for (const { job, label } of dispatches.unclaimed()) {
    await reins.tell(job, 'kill');
    await queues.remove(label, job);
  }
  // Who was not reached reads it later; it goes by itself.
  if (!dispatches.mayGoOn()) await client.del(keys.log(run), keys.read(run), keys.cancel(run), keys.taken(run));
  await lease.release();
  await queues.close();
}
