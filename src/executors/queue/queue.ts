/** Carries out leaf steps on many machines: commands through BullMQ, the rest, and what says so, in the run itself. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { pid } from 'node:process';
import type { ExecuteContext, Executor } from '../../engine/executor.ts';
import type { LeafStep } from '../../plan/plan.ts';
import { labelOf, ROOT_LABEL } from '../../plan/remote.ts';
import type { QueuePlace } from './address.ts';
import { attemptRemotely } from './attempt.ts';
import { connect } from './connect.ts';
import { openDispatches } from './dispatches.ts';
import { openEarly } from './early.ts';
import { openJobs } from './jobs.ts';
import { takeLease } from './lease.ts';
import { nameOf, queueOptions } from './name.ts';
import { openQueues } from './queues.ts';
import { openReader } from './reader.ts';
import type { Root } from './root.ts';
import { type SentEnvOptions, sentEnv } from './sent-env.ts';
import { ROOT, takeJob } from './taking.ts';
import { tellToStop, untell } from './tell.ts';
import { forNow, troubleOf } from './trouble.ts';
import { openWatch, type Watch } from './watch.ts';

// Loaded with it, as both need the same.
export { namesSetBy } from './set-names.ts';

export interface QueueExecutorOptions extends SentEnvOptions {
  readonly place: QueuePlace;
  /** The run's id. */
  readonly run: string;
  /** Of the plan. */
  readonly folder: string;
  /** Of the run: what was given away is noted there. */
  readonly runFolder: string;
  readonly durable: boolean;
  /** Bytes that the log of a step has by now. */
  readonly logSize: (path: string) => number;
  /** Carries out what stays here. */
  readonly local: Required<Executor>;
  warn(message: string): void;
  /** Workers have come or gone. */
  workers(workers: number, slots: number): void;
  /** The queue cannot be used any more: the run must stop. */
  broken(message: string): void;
}

export interface QueueExecutor extends Required<Executor> {
  /** Lets go of the queue. Call when no step runs. */
  close(): Promise<void>;
}

function waits(count: number): string {
  return count === 1 ? 'a step waits' : `${count} steps wait`;
}

/** Leaving may take so long where Redis is away. */
const LEAVING_MS = 2000;

/**
 * Connects to the queue, and opens the executor for one run; or says in words why it cannot be used. On cancel a worker is told
 * to stop the command; where none can be told, the step ends after its grace and some seconds, with a warning.
 */
export async function openQueueExecutor(
  options: QueueExecutorOptions,
): Promise<QueueExecutor | { readonly fault: string }> {
  const { place, run, local, warn, broken } = options;
  const name = nameOf(place);
  let watch: Watch | undefined;
  const connection = await connect(place, {
    onDown: words => warn(`the queue is away, steps wait for it: ${words}`),
    onUp(awayMs) {
      watch?.forgive();
      warn(`the queue is back after ${Math.round(awayMs / 1000)} s`);
    },
    onFinal: words => broken(`the queue cannot be used any more: ${words}`),
  });
  if ('fault' in connection) return connection;
  for (const warning of connection.warnings) warn(warning);
  const { client, keys } = connection;
  /** What passes has been told by the connection, or is tried again. */
  const onError = (error: unknown) => {
    const trouble = troubleOf(error, place.address);
    if (trouble.isFinal) broken(`the queue cannot be used any more: ${trouble.words}`);
  };
  const queues = openQueues(connection, onError);
  const dispatches = openDispatches(options.runFolder, {
    run,
    queue: name,
    durable: options.durable,
    onFailure: error => broken(`what was given to workers cannot be noted: ${(error as Error).message}`),
  });
  const { inDoubt } = dispatches;
  const written = inDoubt !== undefined && options.logSize(inDoubt.path) > inDoubt.size ? inDoubt.id : undefined;
  const early = openEarly(dispatches.unclaimed().map(({ job }) => job));
  const jobs = openJobs(early);
  const lease = await takeLease({
    client,
    keys,
    run,
    holder: `${hostname()} ${pid} ${randomUUID()}`,
    onTaken: () => broken('another runjobs has taken this run over: "runjobs resume" was started elsewhere'),
    onError,
  });
  watch = openWatch({
    client,
    keys,
    jobs: jobs.all,
    drainedAt: () => reader.drainedAt,
    onWorkers: options.workers,
    onOccupied(label, count) {
      const those = `the workers with the label "${label}", for which ${waits(count)}`;
      warn(`background steps of this run have all places of ${those}: start one more, or with a larger --concurrency`);
    },
    onNoWorker(label, count) {
      const words = [...queueOptions(name), ...(label === 'default' ? [] : ['--labels', label])].join(' ');
      warn(
        `no live worker has the label "${label}", for which ${waits(count)}: start one with "runjobs worker ${words}"`,
      );
    },
  });
  const reader = openReader({
    client,
    blocking: connection.another(),
    keys,
    run,
    position: dispatches.position,
    take(entry, { id, before }) {
      // The root that was killed had written it.
      if (id === written || early.take(entry, before)) return undefined;
      const path = entry.told.type === 'output' ? jobs.all.get(entry.job)?.path : undefined;
      if (path !== undefined) dispatches.begin({ id, path, size: options.logSize(path) });
      return jobs.take(entry.job, entry.seq, entry.told);
    },
    moveTo(position) {
      const done = early.position ?? position;
      dispatches.moveTo(done);
      return done;
    },
    onFailure: error => broken(`the queue cannot be read: ${(error as Error).message}`),
  });
  const leftBehind = new Set<string>();
  const keptBack = new Set<string>();
  const root: Root = {
    run,
    folder: options.folder,
    key: place.key,
    jobs,
    queues,
    dispatches,
    secrets: options.secrets,
    holdsSecret: options.holdsSecret,
    envFor(step, context) {
      const { env, kept } = sentEnv(context.env, options);
      const missing = kept.filter(name => !step.envFromWorker?.includes(name));
      const held = missing.find(name => name in step.env);
      if (held === undefined) for (const name of missing) tellKept(name, context);
      return { env, held };
    },
    tell: (job, word) => tellToStop({ client, keys }, run, job, word),
    takeBack: job => takeJob({ client, keys }, run, job, ROOT),
    forget: job => void client.hdel(keys.taken(run), job).catch(() => {}),
    isForNow: forNow(connection, words => warn(`steps wait for the queue: ${words}`)),
    leftBehind(dispatch) {
      dispatches.left(dispatch);
      leftBehind.add(dispatch.job);
      warn(
        `the worker of a step did not say that it has ended (job ${dispatch.job}): it may still run there; a resumed run takes it up`,
      );
    },
    untell: job => untell({ client, keys }, run, job),
  };

  function tellKept(name: string, context: ExecuteContext): void {
    if (keptBack.has(name)) return;
    keptBack.add(name);
    context.warn(`"${name}" is secret and not sent to workers: where a step needs it, name it in "envFromWorker"`);
  }

  const leave = async () => {
    for (const { job, label } of dispatches.unclaimed()) {
      await root.tell(job, 'kill');
      await queues.remove(label, job);
    }
    // Who was not reached reads it later; it goes by itself.
    if (leftBehind.size === 0 && dispatches.unclaimed().length === 0)
      await client.del(keys.log(run), keys.read(run), keys.cancel(run), keys.taken(run));
    await lease.release();
    await queues.close();
  };

  return {
    async execute(step: LeafStep, context) {
      const label = labelOf(step);
      return label === ROOT_LABEL ? local.execute(step, context) : attemptRemotely(root, step, context, label);
    },
    sweep: local.sweep,
    suspend: local.suspend,
    proceed: local.proceed,
    async close() {
      watch?.close();
      lease.drop();
      await reader.stop();
      await new Promise<void>(done => {
        const timer = setTimeout(done, LEAVING_MS);
        leave()
          .catch(() => {})
          .finally(() => {
            clearTimeout(timer);
            done();
          });
      });
      connection.close();
      // What was given back last is noted in the next turn.
      await new Promise(done => setImmediate(done));
      dispatches.close();
    },
  };
}
