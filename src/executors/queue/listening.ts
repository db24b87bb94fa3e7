/** A worker's listening for the word to stop: on the channel, and now and then for what it may have missed. */
import type { Connection } from './connect.ts';
import type { HeldJob } from './held-jobs.ts';
import { CANCEL_POLL_MS } from './pace.ts';
import { wordOn } from './tell.ts';

export interface Listening {
  close(): void;
}

/** Tells the jobs what is said of them, maybe more than once. */
export function listen(connection: Connection, jobs: ReadonlyMap<string, HeldJob>): Listening {
  const { keys } = connection;
  const channel = connection.another();
  const heard = (job: unknown, word: unknown) => {
    if (typeof job === 'string' && (word === 'stop' || word === 'kill')) jobs.get(job)?.tell(word);
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
    for (const [job, { run }] of jobs) {
      wordOn(connection, run, job).then(
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
