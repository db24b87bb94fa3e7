/** Whose a job is: that of the worker which begins it, or the root's again, which takes back what no worker has begun. */
import type { Store } from './connect.ts';
import { KEPT_MS } from './pace.ts';

/** What the root takes jobs as. */
export const ROOT = 'root';

/**
 * Whether the job is the taker's, who is the first or has had it before. Redis hands a job to a worker, and the answer may
 * be lost on its way: BullMQ cannot tell that from a worker that died with it. So a worker takes what it begins, and the root takes back
 * what nobody has taken: whoever comes second leaves it alone.
 */
export async function takeJob({ client, keys }: Store, run: string, job: string, taker: string): Promise<boolean> {
  const [, owner] = await Promise.all([
    client.hsetnx(keys.taken(run), job, taker),
    client.hget(keys.taken(run), job),
    client.pexpire(keys.taken(run), KEPT_MS),
  ]);
  return owner === taker;
}
