/** The root's look at its open jobs, now and then: those whose worker is gone, and those that no worker takes. */
import type { Client } from './connect.ts';
import { cardsOf, liveWorkers, type WorkerCard } from './heartbeat.ts';
import type { OpenJob } from './jobs.ts';
import type { Keys } from './keys.ts';
import { NO_WORKER_MS, WATCH_MS } from './pace.ts';
import { verdictOn } from './verdict.ts';

export interface WatchOptions {
  readonly client: Client;
  readonly keys: Keys;
  readonly jobs: ReadonlyMap<string, OpenJob>;
  /** When nothing was left unread of what workers had told: a last word may be behind much output. */
  readonly drainedAt: () => number;
  /** Workers that take steps of the run have come or gone; slots are those of all of them. */
  readonly onWorkers: (workers: number, slots: number) => void;
  /** So many jobs wait for a worker with the label, and there is none. */
  readonly onNoWorker: (label: string, count: number) => void;
  /** So many wait, and background steps of the run have all places of the workers with the label. */
  readonly onOccupied: (label: string, count: number) => void;
}

export interface Watch {
  /** Redis was away: whoever was, too, gets the time to speak. */
  forgive(): void;
  close(): void;
}

const AT_ONCE = 500;

export function openWatch(options: WatchOptions): Watch {
  const { client, keys, jobs, drainedAt, onNoWorker, onOccupied, onWorkers } = options;
  const labels = new Set<string>();
  let told = '';
  /** Labels of which was told that nobody serves them, and that who does has only background steps of the run. */
  const unserved = new Set<string>();
  const occupied = new Set<string>();
  let isClosed = false;
  let forgiven = 0;
  let timer: NodeJS.Timeout;

  const look = async () => {
    const began = forgiven;
    const open = [...jobs.values()].filter(({ isAdding }) => !isAdding);
    for (let from = 0; from < open.length; from += AT_ONCE) await judge(open.slice(from, from + AT_ONCE), began);
    await lookForWorkers();
  };

  const judge = async (some: readonly OpenJob[], began: number) => {
    const pipeline = client.pipeline();
    for (const { dispatch } of some) {
      pipeline.hmget(keys.job(dispatch.label, dispatch.job), 'timestamp', 'stc', 'failedReason', 'processedOn');
    }
    const [answers, cards] = await Promise.all([pipeline.exec(), cardsOf({ client, keys }, workersOf(some))]);
    // What was asked before the break says nothing about now.
    if (began !== forgiven) return;
    for (const [index, job] of some.entries()) {
      const fields = answers?.[index]?.[1] as readonly (string | null)[] | undefined;
      if (fields !== undefined && jobs.has(job.dispatch.job)) decide(job, fields, cards);
    }
  };

  const decide = (job: OpenJob, fields: readonly (string | null)[], cards: ReadonlyMap<string, WorkerCard>) => {
    const [timestamp, stalled, failedReason, processedOn] = fields;
    const now = performance.now();
    const standing = {
      isThere: timestamp != null,
      isStalled: Number(stalled ?? 0) > 0,
      ...(failedReason == null ? {} : { failedReason }),
      hasStarted: job.worker !== undefined || processedOn != null,
      isWorkerAlive: job.worker !== undefined && cards.has(job.worker),
      isAdded: job.dispatch.isAdded,
      forMs: job.oddSince !== undefined && drainedAt() >= job.oddSince ? now - job.oddSince : 0,
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
  };

  const lookForWorkers = async () => {
    const { waiting, held } = countsOf(jobs.values());
    for (const { dispatch } of jobs.values()) labels.add(dispatch.label);
    if (labels.size === 0) return;
    // Of one that leaves, nobody knows how long it does: it takes nothing more.
    const workers = (await liveWorkers({ client, keys })).filter(
      ({ label, isLeaving }) => labels.has(label) && !isLeaving,
    );
    const slotsOf = (some: readonly WorkerCard[]) => some.reduce((sum, worker) => sum + worker.slots, 0);
    const slots = slotsOf(workers);
    if (told !== `${workers.length} ${slots}`) onWorkers(workers.length, slots);
    told = `${workers.length} ${slots}`;
    for (const label of labels) {
      const count = waiting.get(label) ?? 0;
      const places = slotsOf(workers.filter(worker => worker.label === label));
      sayOnce(unserved, label, { isSo: count > 0 && places === 0, say: () => onNoWorker(label, count) });
      const isHeld = count > 0 && places > 0 && places <= (held.get(label) ?? 0);
      sayOnce(occupied, label, { isSo: isHeld, say: () => onOccupied(label, count) });
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
  return {
    forgive() {
      forgiven += 1;
      for (const job of jobs.values()) job.oddSince = undefined;
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

/** By label: the jobs that have waited for long, and the places that background steps have. */
function countsOf(jobs: Iterable<OpenJob>) {
  const waiting = new Map<string, number>();
  const held = new Map<string, number>();
  const now = performance.now();
  for (const { worker, since, dispatch, isBackground } of jobs) {
    const counts =
      worker !== undefined ? (isBackground ? held : undefined) : now - since >= NO_WORKER_MS ? waiting : undefined;
    counts?.set(dispatch.label, (counts.get(dispatch.label) ?? 0) + 1);
  }
  return { waiting, held };
}

/** Says what is so about the label, once as long as it is. */
function sayOnce(said: Set<string>, label: string, { isSo, say }: { readonly isSo: boolean; say(): void }): void {
  if (isSo && !said.has(label)) say();
  if (isSo) said.add(label);
  else said.delete(label);
}

function workersOf(jobs: readonly OpenJob[]): readonly string[] {
  return [...new Set(jobs.flatMap(({ worker }) => worker ?? []))];
}
