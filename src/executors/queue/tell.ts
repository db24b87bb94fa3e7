/** The word to stop: said on a channel, and kept in Redis for whoever did not hear it. */
import type { Store } from './connect.ts';
import { KEPT_MS } from './pace.ts';

/** In order, with the grace that the step grants; or at once. */
export type Word = 'stop' | 'kill';

/** Tells whichever worker has the job, or will have it, to stop. Resolves when Redis knows. */
export async function tellToStop({ client, keys }: Store, run: string, job: string, word: Word): Promise<void> {
  await client.hset(keys.cancel(run), job, word);
  await Promise.all([
    client.pexpire(keys.cancel(run), KEPT_MS),
    client.publish(keys.channel, JSON.stringify({ job, word })),
  ]);
}

/** Takes it back, for whoever has not heard it. */
export async function untell({ client, keys }: Store, run: string, job: string): Promise<void> {
  await client.hdel(keys.cancel(run), job);
}

/** What was said of the job, if anything. */
export async function wordOn({ client, keys }: Store, run: string, job: string): Promise<Word | undefined> {
  const word = await client.hget(keys.cancel(run), job);
  return word === 'stop' || word === 'kill' ? word : undefined;
}
