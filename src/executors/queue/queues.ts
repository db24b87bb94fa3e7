/** The queues of the labels that a run uses: where its jobs are put, and where jobs of dead workers are looked for. */
import type { Queue, Worker } from 'bullmq';
import type { Connection } from './connect.ts';
import { queueName } from './keys.ts';
import type { Sealed } from './message.ts';
import { KEPT_MS, MESSAGE_BYTES, STALLED_CHECK_MS } from './pace.ts';

export interface Queues {
  /** Puts a job there; one that is there already stays as it is. Waits while Redis is away. */
  add(label: string, job: string, sealed: Sealed): Promise<void>;
  /** Takes a job away that no worker has. Resolves with whether it was there to be taken. */
  remove(label: string, job: string): Promise<boolean>;
  close(): Promise<void>;
}

/** @param onError what goes wrong besides: it has been told by the connection, or is the caller's. */
export function openQueues(connection: Connection, onError: (error: unknown) => void): Queues {
  const { bullmq, client, keys } = connection;
  const { prefix } = keys;
  const open = new Map<string, { readonly queue: Queue; readonly checker: Worker }>();
  const queueOf = (label: string) => {
    const before = open.get(label);
    if (before !== undefined) return before.queue;
    const queue = new bullmq.Queue(queueName(label), { connection: client, prefix });
    // Where the only worker dies, nobody else would notice.
    const checker = new bullmq.Worker(queueName(label), null, {
      connection: client,
      prefix,
      autorun: false,
      stalledInterval: STALLED_CHECK_MS,
      maxStalledCount: 0,
    });
    queue.on('error', onError);
    checker.on('error', onError);
    void checker.startStalledCheckTimer();
    open.set(label, { queue, checker });
    return queue;
  };
  return {
    async add(label, job, sealed) {
      await queueOf(label).add('step', sealed, {
        jobId: job,
        attempts: 1,
        // How it ended is in the stream of the run.
        removeOnComplete: true,
        removeOnFail: { age: KEPT_MS / 1000 },
        sizeLimit: MESSAGE_BYTES,
        stackTraceLimit: 0,
      });
    },
    async remove(label, job) {
      return (await queueOf(label).remove(job)) === 1;
    },
    async close() {
      const all = [...open.values()].flatMap(({ queue, checker }) => [queue.close(), checker.close(true)]);
      await Promise.all(all.map(one => one.catch(() => {})));
    },
  };
}
