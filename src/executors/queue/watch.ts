/** The root's look at its open jobs, now and then: those whose worker is gone are concluded, those that never came into the queue put there again. */
import type { Connection } from './connect.ts';
import { cardsOf, type WorkerCard } from './heartbeat.ts';
import type { OpenJob } from './jobs.ts';
import { WATCH_MS } from './pace.ts';
import type { Staff } from './staff.ts';
import { verdictOn } from './verdict.ts';

export interface WatchOptions {
  readonly jobs: ReadonlyMap<string, OpenJob>;
  /** When nothing was left unread of what workers had told: a last word may be behind much output. */
  readonly drainedAt: () => number;
  /** Looks for workers after each look at the jobs. */
  readonly staff: Staff;
}

export interface Watch {
  close(): void;
}

const AT_ONCE = 500;

/** Looks until it is closed; while Redis is away it waits. */
export function openWatch(connection: Connection, { jobs, drainedAt, staff }: WatchOptions): Watch {
  const { client, keys } = connection;
  let isClosed = false;
  let forgiven = 0;
  let timer: NodeJS.Timeout;

  const look = async () => {
    const began = forgiven;
    const open = [...jobs.values()].filter(({ isAdding }) => !isAdding);
    for (let from = 0; from < open.length; from += AT_ONCE) await judge(open.slice(from, from + AT_ONCE), began);
    await staff.look();
  };

  const judge = async (some: readonly OpenJob[], began: number) => {
    const pipeline = client.pipeline();
    for (const { dispatch } of some) {
      pipeline.hmget(keys.job(dispatch.label, dispatch.job), 'timestamp', 'stc', 'failedReason', 'processedOn');
    }
    const [answers, cards] = await Promise.all([pipeline.exec(), cardsOf(connection, workersOf(some))]);
    // What was asked before the break says nothing about now.
    if (began !== forgiven) return;
    for (const [index, job] of some.entries()) {
      const fields = answers?.[index]?.[1] as readonly (string | null)[] | undefined;
      if (fields !== undefined && jobs.has(job.dispatch.job)) decide(job, { fields, cards, drainedAt: drainedAt() });
    }
  };

  const next = () => {
    timer = setTimeout(() => {
      // While Redis is away it waits; what is wrong with it has been told.
      look()
        .catch(() => {})
        .finally(() => {
          if (!isClosed) next();
        });
    }, WATCH_MS);
  };
  next();
  // Whoever was away with Redis gets the time to speak.
  connection.whenBack(() => {
    forgiven += 1;
    for (const job of jobs.values()) job.oddSince = undefined;
  });
  return {
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

function workersOf(jobs: readonly OpenJob[]): readonly string[] {
  return [...new Set(jobs.flatMap(({ worker }) => worker ?? []))];
}

/** What BullMQ keeps of a job, and who of the workers is there. */
interface Seen {
  readonly fields: readonly (string | null)[];
  readonly cards: ReadonlyMap<string, WorkerCard>;
  readonly drainedAt: number;
}

function decide(job: OpenJob, { fields, cards, drainedAt }: Seen): void {
  const [timestamp, stalled, failedReason, processedOn] = fields;
  const now = performance.now();
  const standing = {
    isThere: timestamp != null,
    isStalled: Number(stalled ?? 0) > 0,
    ...(failedReason == null ? {} : { failedReason }),
    hasStarted: job.worker !== undefined || processedOn != null,
    isWorkerAlive: job.worker !== undefined && cards.has(job.worker),
    isAdded: job.dispatch.isAdded,
    forMs: job.oddSince !== undefined && drainedAt >= job.oddSince ? now - job.oddSince : 0,
  };
  const verdict = verdictOn(standing);
  switch (verdict.type) {
    case 'wait':
      job.oddSince =
        standing.isThere && !standing.isStalled && failedReason == null ? undefined : (job.oddSince ?? now);
      return;
    case 'add':
      void job.add();
      return;
    case 'lost':
    case 'vanished':
    case 'refused':
      job.conclude(verdict.type, verdict.words);
      return;
    default:
      verdict satisfies never;
  }
}
