/** The workers that serve a run: told as they come and go, and once where a label has none, or none with a place left. */
import type { Store } from './connect.ts';
import { liveWorkers, type WorkerCard } from './heartbeat.ts';
import type { OpenJob } from './jobs.ts';
import { type QueueName, queueOptions } from './name.ts';
import { NO_WORKER_MS } from './pace.ts';

export interface StaffOptions {
  readonly queue: QueueName;
  /** Those of the run. */
  readonly jobs: ReadonlyMap<string, OpenJob>;
  /** Workers that take steps of the run have come or gone; slots are those of all of them. */
  readonly onWorkers: (workers: number, slots: number) => void;
  readonly warn: (message: string) => void;
}

export interface Staff {
  /** Looks who is there. Rejects while Redis is away. */
  look(): Promise<void>;
}

export function openStaff(store: Store, { queue, jobs, onWorkers, warn }: StaffOptions): Staff {
  /** Those of all jobs that were looked at. */
  const labels = new Set<string>();
  let told = '';
  const sayUnserved = openNotice((label, count) => {
    const words = [...queueOptions(queue), ...(label === 'default' ? [] : ['--labels', label])].join(' ');
    warn(
      `no live worker has the label "${label}", for which ${waits(count)}: start one with "runjobs worker ${words}"`,
    );
  });
  const sayOccupied = openNotice((label, count) => {
    const those = `the workers with the label "${label}", for which ${waits(count)}`;
    warn(`background steps of this run have all places of ${those}: start one more, or with a larger --concurrency`);
  });
  return {
    async look() {
      const { waiting, held } = countsOf(jobs.values());
      for (const { dispatch } of jobs.values()) labels.add(dispatch.label);
      if (labels.size === 0) return;
      // Of one that leaves, nobody knows how long it does: it takes nothing more.
      const workers = (await liveWorkers(store)).filter(({ label, isLeaving }) => labels.has(label) && !isLeaving);
      const slots = slotsOf(workers);
      if (told !== `${workers.length} ${slots}`) onWorkers(workers.length, slots);
      told = `${workers.length} ${slots}`;
      for (const label of labels) {
        const count = waiting.get(label) ?? 0;
        const places = slotsOf(workers.filter(worker => worker.label === label));
        sayUnserved(label, { isSo: count > 0 && places === 0, count });
        sayOccupied(label, { isSo: count > 0 && places > 0 && places <= (held.get(label) ?? 0), count });
      }
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

function slotsOf(workers: readonly WorkerCard[]): number {
  return workers.reduce((sum, { slots }) => sum + slots, 0);
}

/** What is to be said of a label once, as long as it is so. @param say of so many jobs. */
function openNotice(say: (label: string, count: number) => void) {
  const said = new Set<string>();
  return (label: string, { isSo, count }: { readonly isSo: boolean; readonly count: number }) => {
    if (isSo && !said.has(label)) say(label, count);
    if (isSo) said.add(label);
    else said.delete(label);
  };
}

function waits(count: number): string {
  return count === 1 ? 'a step waits' : `${count} steps wait`;
}
