/** A worker: takes jobs of one label from the queue, so many at once, until it is told to go. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { pid } from 'node:process';
import { openHeartbeat } from './heartbeat.ts';
import { openIntake } from './intake.ts';
import { listen } from './listening.ts';
import { openOrphanage } from './orphans.ts';
import { within } from './within.ts';
import { openWorkshop, type WorkshopOptions } from './workshop.ts';

export interface WorkerOptions extends WorkshopOptions {
  readonly concurrency: number;
  /** What becomes of a command whose job another may have taken: `kill`, or `finish` to its end. */
  readonly onLockLost: 'kill' | 'finish';
  /** Jobs of a run whose root is gone for so long are ended. */
  readonly orphanGraceMs: number;
}

export interface QueueWorker {
  readonly id: string;
  /** Resolves when nothing of it is left; with why, where the queue could not be used any more. */
  readonly ended: Promise<string | undefined>;
  /** Takes nothing more, and ends when what it has is done. */
  leave(): void;
  /** Stops what it has, in order; at once. */
  stop(): void;
  kill(): void;
}

/** What those that it has may take to tell their ends; what Redis may, to know that it goes. */
const LAST_WORDS_MS = 3000;
const LEAVING_MS = 2000;

/** Starts a worker, or says in words why it cannot be: the queue, or the folder for temporary files, is of no use. */
export async function openWorker(options: WorkerOptions): Promise<QueueWorker | { readonly fault: string }> {
  const { label, concurrency, onLockLost, orphanGraceMs: graceMs, say } = options;
  const id = `${hostname()}-${pid}-${randomBytes(2).toString('hex')}`;
  let finish: (why: string | undefined) => void = () => {};
  const over = new Promise<string | undefined>(resolve => {
    finish = resolve;
  });
  const shop = await openWorkshop(options, { id, onFinal: finish });
  if ('fault' in shop) return shop;
  const { connection, jobs } = shop;
  const heartbeat = openHeartbeat(connection, { id, label, slots: concurrency, busy: () => jobs.all.size });
  const listening = listen(connection, jobs.all);
  const orphanage = openOrphanage(connection, { jobs: jobs.all, graceMs, say });
  const intake = openIntake(shop, { concurrency, onLockLost, say, onEnd: finish });

  /** Their last words may reach nobody: that is not waited for. */
  const endAll = async () => {
    jobs.abandon('kill');
    await jobs.gone(LAST_WORDS_MS);
  };
  const end = async (): Promise<string | undefined> => {
    const why = await over;
    // The queue is of no use: what runs has nobody who waits for it.
    if (why !== undefined) await endAll();
    listening.close();
    orphanage.close();
    await within(LEAVING_MS, heartbeat.end());
    await within(LEAVING_MS, intake.close());
    await shop.close();
    return why;
  };
  return {
    id,
    ended: end(),
    leave() {
      heartbeat.leave();
      void intake.leave().then(() => finish(undefined));
    },
    stop: () => jobs.abandon('stop'),
    kill() {
      void endAll().then(() => finish(undefined));
    },
  };
}
