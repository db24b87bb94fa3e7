/** The reins by which a root has the jobs of its run: it tells them to stop, takes them back, and lets them go. */
import type { Store } from './connect.ts';
import { ROOT, takeJob } from './taking.ts';
import { tellToStop, untell, type Word } from './tell.ts';

export interface Reins {
  tell(job: string, word: Word): Promise<void>;
  /** Takes back that the job is to stop, where its worker has not heard of it. */
  untell(job: string): Promise<void>;
  /** Whether the job is the root's again: no worker has begun it, nor will. */
  takeBack(job: string): Promise<boolean>;
  /** Whose a job was need not be known any more. */
  forget(job: string): void;
}

export function openReins(store: Store, run: string): Reins {
  const { client, keys } = store;
  return {
    tell: (job, word) => tellToStop(store, run, job, word),
    untell: job => untell(store, run, job),
    takeBack: job => takeJob(store, run, job, ROOT),
    forget: job => void client.hdel(keys.taken(run), job).catch(() => {}),
  };
}
