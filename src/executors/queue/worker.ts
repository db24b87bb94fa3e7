/** A worker: takes jobs of one label from the queue, so many at once, until it is told to go. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pid } from 'node:process';
import type { Job } from 'bullmq';
import type { Executor } from '../../engine/executor.ts';
import { StopSource } from '../../engine/stop.ts';
import { quoteText } from '../../plan/quote.ts';
import { whyUnwritable } from '../../plan/unwritable.ts';
import type { QueuePlace } from './address.ts';
import { connect } from './connect.ts';
import { type Heartbeat, openHeartbeat, type WorkerCard } from './heartbeat.ts';
import { carryOutJob, type HeldJob, Refusal, type Workshop } from './job.ts';
import { queueName } from './keys.ts';
import { MESSAGE_VERSION } from './message.ts';
import { type Orphanage, openOrphanage } from './orphans.ts';
import { LOCK_MS, RECONNECT_MS, STALLED_CHECK_MS } from './pace.ts';
import { listen } from './tell.ts';
import { forNow, troubleOf } from './trouble.ts';
import { REFUSED } from './verdict.ts';

export interface WorkerOptions {
  readonly place: QueuePlace;
  readonly label: string;
  readonly concurrency: number;
  readonly allow: readonly ('run' | 'http')[];
  /** Absolute; in the place of the plan's folder. */
  readonly workdir: string;
  readonly own: Readonly<Record<string, string | undefined>>;
  readonly envAllow: readonly string[];
  /** What becomes of a command whose job another may have taken: `kill`, or `finish` to its end. */
  readonly onLockLost: 'kill' | 'finish';
  /** Jobs of a run whose root is gone for so long are ended. */
  readonly orphanGraceMs: number;
  /** Opens what carries the steps out. @param id of the worker: the mark of its processes. */
  readonly openExecutor: (id: string, scratch: string) => Promise<WorkerExecutor>;
  /** Tells whoever runs the worker. */
  say(words: string): void;
}

export interface WorkerExecutor extends Required<Executor> {
  close(): Promise<void>;
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

const LAST_WORDS_MS = 3000;

/** Starts a worker, or says in words why it cannot be: the queue, or the folder for temporary files, is of no use. */
export async function openWorker(options: WorkerOptions): Promise<QueueWorker | { readonly fault: string }> {
  const { place, label, concurrency, say } = options;
  const id = `${hostname()}-${pid}-${randomBytes(2).toString('hex')}`;
  const jobs = new Map<string, HeldJob>();
  let heartbeat: Heartbeat | undefined;
  let orphanage: Orphanage | undefined;
  let finish: (why: string | undefined) => void = () => {};
  const over = new Promise<string | undefined>(resolve => {
    finish = resolve;
  });
  const scratch = makeScratch();
  if (typeof scratch !== 'string') return scratch;
  const connection = await connect(place, {
    onDown: words => say(`the queue is away, what runs goes on: ${words}`),
    onUp(awayMs) {
      say(`the queue is back after ${Math.round(awayMs / 1000)} s`);
      heartbeat?.beat();
      orphanage?.forgive();
    },
    onFinal: words => finish(words),
  });
  if ('fault' in connection) {
    rmSync(scratch, { recursive: true, force: true });
    return connection;
  }
  for (const warning of connection.warnings) say(`warning: ${warning}`);
  const { client, keys, bullmq } = connection;
  const executor = await options.openExecutor(id, scratch);
  const isForNow = forNow(connection, words => say(`what runs goes on: ${words}`));
  const shop: Workshop = {
    id,
    connection,
    sending: connection.another(),
    executor,
    label,
    key: place.key,
    allow: options.allow,
    workdir: options.workdir,
    scratch,
    own: options.own,
    envAllow: options.envAllow,
    jobs,
    isForNow,
  };
  const carryOut = async ({ id: job, data }: Job): Promise<void> => {
    const startedAt = performance.now();
    try {
      const { run, step, outcome, isStopped } = await carryOutJob(shop, String(job), data);
      const tookMs = Math.round(performance.now() - startedAt);
      const mark = outcome.state === 'succeeded' ? '✔' : '✖';
      say(`${mark} ${step} of ${run} ${isStopped ? 'stopped' : outcome.state} after ${tookMs} ms`);
    } catch (error) {
      const { message } = error as Error;
      if (!(error instanceof Refusal)) {
        say(`could not go on with ${String(job)}: ${message}`);
        throw error;
      }
      say(`refused ${String(job)}: ${message}`);
      throw new bullmq.UnrecoverableError(`${REFUSED}${message}`);
    }
  };
  const since = Date.now();
  let isLeaving = false;
  const card = (): WorkerCard => ({
    id,
    host: hostname(),
    pid,
    label,
    slots: concurrency,
    busy: jobs.size,
    since,
    version: MESSAGE_VERSION,
    isLeaving,
  });
  const bull = new bullmq.Worker(queueName(label), carryOut, {
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
    const trouble = troubleOf(error, place.address);
    if (trouble.isFinal) finish(trouble.words);
  });
  bull.on('lockRenewalFailed', lost => {
    for (const job of lost) {
      say(`the hold on ${job} is lost: the queue was away, or this machine stood still, for too long`);
      if (options.onLockLost === 'kill') jobs.get(job)?.abandon('cut-off', 'kill');
    }
  });
  heartbeat = openHeartbeat({ client, keys }, card);
  const listening = listen(connection, {
    jobs: () => new Map([...jobs].map(([job, { run }]) => [job, run])),
    onWord: (job, word) => jobs.get(job)?.tell(word),
  });
  orphanage = openOrphanage({ client, keys, jobs, graceMs: options.orphanGraceMs, say });
  bull.run().then(
    () => finish(undefined),
    error => finish(troubleOf(error, place.address).words),
  );

  const abandonAll = (word: 'stop' | 'kill') => {
    for (const job of jobs.values()) job.abandon('stopped', word);
  };
  /** Their last words may reach nobody: that is not waited for. */
  const endAll = async () => {
    abandonAll('kill');
    const until = performance.now() + LAST_WORDS_MS;
    while (jobs.size > 0 && performance.now() < until) await new Promise(done => setTimeout(done, 50));
  };
  /** Ends it once it has nothing, and has been granted its leave or has waited for that. */
  const leaving = async (left: Promise<void>) => {
    do {
      while (jobs.size > 0) await new Promise(done => setTimeout(done, 50));
      await within(LAST_WORDS_MS, left);
    } while (jobs.size > 0);
    finish(undefined);
  };
  const end = async (): Promise<string | undefined> => {
    const why = await over;
    // The queue is of no use: what runs has nobody who waits for it.
    if (why !== undefined) await endAll();
    listening.close();
    orphanage?.close();
    await within(2000, heartbeat?.end() ?? Promise.resolve());
    await within(2000, bull.close(true));
    await executor.sweep('.', { kill: new StopSource(), warn: say });
    await executor.close();
    connection.close();
    rmSync(scratch, { recursive: true, force: true });
    return why;
  };
  return {
    id,
    ended: end(),
    leave() {
      isLeaving = true;
      heartbeat?.beat();
      // It resolves when the jobs that it has are done; where Redis is away, maybe never.
      void leaving(bull.close());
    },
    stop: () => abandonAll('stop'),
    kill() {
      void endAll().then(() => finish(undefined));
    },
  };
}

function makeScratch(): string | { readonly fault: string } {
  try {
    return mkdtempSync(join(tmpdir(), 'runjobs-worker-'));
  } catch (error) {
    return {
      fault: `no folder can be made in ${quoteText(tmpdir())}: ${whyUnwritable(error)}; set TMPDIR to one that can be written`,
    };
  }
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work.catch(() => {}), new Promise(done => (timer = setTimeout(done, ms)))]);
  clearTimeout(timer);
}
