/** Jobs whose root is gone: when nobody has taken its run up for long, a worker ends them. */
import type { Connection } from './connect.ts';
import type { HeldJob } from './held-jobs.ts';
import { WORKER_BEAT_MS } from './pace.ts';

export interface OrphanOptions {
  readonly jobs: ReadonlyMap<string, HeldJob>;
  readonly graceMs: number;
  say(words: string): void;
}

export interface Orphanage {
  close(): void;
}

/** Looks for the leases of the runs whose jobs this worker has. */
export function openOrphanage(connection: Connection, { jobs, graceMs, say }: OrphanOptions): Orphanage {
  const { client, keys } = connection;
  /** Since when the root of a run is missed. */
  const missed = new Map<string, number>();
  const look = async (run: string) => {
    if ((await client.exists(keys.lease(run))) === 1) {
      missed.delete(run);
      return;
    }
    const now = performance.now();
    const since = missed.get(run) ?? now;
    missed.set(run, since);
    if (now - since < graceMs) return;
    missed.delete(run);
    say(`the root of ${run} is gone for too long: its steps are ended`);
    for (const job of jobs.values()) if (job.run === run) job.abandon('orphaned', 'stop');
  };
  const timer = setInterval(() => {
    const runs = new Set([...jobs.values()].map(({ run }) => run));
    for (const run of missed.keys()) if (!runs.has(run)) missed.delete(run);
    for (const run of runs) look(run).catch(() => {});
  }, WORKER_BEAT_MS);
  // While Redis was away nobody could renew anything.
  connection.whenBack(() => missed.clear());
  return { close: () => clearInterval(timer) };
}
