/** The word to stop: said on a channel, and kept in Redis for whoever did not hear it. */
import type { Client, Connection } from './connect.ts';
import type { Keys } from './keys.ts';
import { CANCEL_POLL_MS, KEPT_MS } from './pace.ts';

/** In order, with the grace that the step grants; or at once. */
export type Word = 'stop' | 'kill';

interface Telling {
  readonly client: Client;
  readonly keys: Keys;
}

/** Tells whichever worker has the job, or will have it, to stop. Resolves when Redis knows. */
export async function tellToStop({ client, keys }: Telling, run: string, job: string, word: Word): Promise<void> {
  await client.hset(keys.cancel(run), job, word);
  await Promise.all([
    client.pexpire(keys.cancel(run), KEPT_MS),
    client.publish(keys.channel, JSON.stringify({ job, word })),
  ]);
}

/** Takes it back, for whoever has not heard it. */
export async function untell({ client, keys }: Telling, run: string, job: string): Promise<void> {
  await client.hdel(keys.cancel(run), job);
}

/** What was said of the job, if anything. */
export async function wordOn({ client, keys }: Telling, run: string, job: string): Promise<Word | undefined> {
  const word = await client.hget(keys.cancel(run), job);
  return word === 'stop' || word === 'kill' ? word : undefined;
}

export interface Listening {
  close(): void;
}

export interface ListenOptions {
  /** What this worker carries out now: the run of each job. */
  readonly jobs: () => ReadonlyMap<string, string>;
  /** May come more than once. */
  readonly onWord: (job: string, word: Word) => void;
}

/** Listens on the channel, and asks now and then for what it may have missed. */
export function listen(connection: Connection, { jobs, onWord }: ListenOptions): Listening {
  const { client, keys } = connection;
  const channel = connection.another();
  const heard = (job: unknown, word: unknown) => {
    if (typeof job === 'string' && (word === 'stop' || word === 'kill') && jobs().has(job)) onWord(job, word);
  };
  channel.on('message', (_: string, text: string) => {
    try {
      const { job, word } = JSON.parse(text) as { readonly job?: unknown; readonly word?: unknown };
      heard(job, word);
    } catch {
      // Not one of ours.
    }
  });
  // It is taken up again after each break of the connection; what is refused has been told as its error.
  channel.subscribe(keys.channel).catch(error => channel.emit('error', error));
  const timer = setInterval(() => {
    for (const [job, run] of jobs()) {
      wordOn({ client, keys }, run, job).then(
        word => heard(job, word),
        () => {},
      );
    }
  }, CANCEL_POLL_MS);
  return {
    close() {
      clearInterval(timer);
      channel.disconnect();
    },
  };
}
