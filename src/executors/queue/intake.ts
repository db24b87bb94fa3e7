/** The intake of a worker: jobs of its label come from BullMQ, so many at once, each is carried out, and its end is said. */
import type { Job } from 'bullmq';
import { carryOutJob, Refusal } from './job.ts';
import { queueName } from './keys.ts';
import { LOCK_MS, RECONNECT_MS, STALLED_CHECK_MS } from './pace.ts';
import { troubleOf } from './trouble.ts';
import { REFUSED } from './verdict.ts';
import { within } from './within.ts';
import type { Workshop } from './workshop.ts';

export interface IntakeOptions {
  /** So many at once. */
  readonly concurrency: number;
  /** What becomes of a command whose job another may have taken: `kill`, or `finish` to its end. */
  readonly onLockLost: 'kill' | 'finish';
  /** Tells whoever runs the worker. */
  say(words: string): void;
  /** Nothing comes any more; with why, where the queue cannot be used. May come more than once. */
  onEnd(why: string | undefined): void;
}

export interface Intake {
  /** Takes nothing more. Resolves when all jobs are done, and Redis knows, or has not answered for long. */
  leave(): Promise<void>;
  /** Lets go of the queue, whatever is under way. */
  close(): Promise<void>;
}

/** What Redis may take to let it go. */
const LEAVING_MS = 3000;

/** Opens it; jobs come at once. */
export function openIntake(shop: Workshop, { concurrency, onLockLost, say, onEnd }: IntakeOptions): Intake {
  const { jobs, isForNow } = shop;
  const { bullmq, client, keys, address } = shop.connection;
  const carryOut = async ({ id, data }: Job): Promise<void> => {
    const startedAt = performance.now();
    try {
      const { run, step, outcome, isStopped } = await carryOutJob(shop, String(id), data);
      const tookMs = Math.round(performance.now() - startedAt);
      const mark = isStopped ? '◼' : outcome.state === 'succeeded' ? '✔' : '✖';
      say(`${mark} ${step} of ${run} ${isStopped ? 'stopped' : outcome.state} after ${tookMs} ms`);
    } catch (error) {
      const { message } = error as Error;
      if (!(error instanceof Refusal)) {
        say(`could not go on with ${String(id)}: ${message}`);
        throw error;
      }
      say(`refused ${String(id)}: ${message}`);
      throw new bullmq.UnrecoverableError(`${REFUSED}${message}`);
    }
  };
  const bull = new bullmq.Worker(queueName(shop.terms.label), carryOut, {
    connection: client,
    prefix: keys.prefix,
    concurrency,
    lockDuration: LOCK_MS,
    stalledInterval: STALLED_CHECK_MS,
    maxStalledCount: 0,
    runRetryDelay: RECONNECT_MS,
    autorun: false,
    removeOnComplete: { count: 0 },
  });
  bull.on('error', error => {
    if (isForNow(error)) return;
    const trouble = troubleOf(error, address);
    if (trouble.isFinal) onEnd(trouble.words);
  });
  bull.on('lockRenewalFailed', lost => {
    for (const job of lost) {
      say(`the hold on ${job} is lost: the queue was away, or this machine stood still, for too long`);
      if (onLockLost === 'kill') jobs.all.get(job)?.abandon('cut-off', 'kill');
    }
  });
  bull.run().then(
    () => onEnd(undefined),
    error => onEnd(troubleOf(error, address).words),
  );
  return {
    async leave() {
      // It resolves when the jobs that it has are done; where Redis is away, maybe never.
      const left = bull.close();
      do {
        await jobs.gone();
        await within(LEAVING_MS, left);
      } while (jobs.all.size > 0);
    },
    close: () => bull.close(true),
  };
}
