/** `runjobs worker`: carries out steps of plans that are run elsewhere. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { openWorkerExecutor } from '../../executors/index.ts';
import { openWorker, type QueueWorker } from '../../executors/queue/worker.ts';
import { quoteText } from '../../plan/quote.ts';
import { EXIT } from '../exit.ts';
import { queueNamed, withoutQueueSecrets } from '../queue-place.ts';
import type { WorkerFlags } from '../requests.ts';
import { openStreams } from '../streams.ts';

/**
 * Works until a signal comes: the first lets what runs finish, the second stops it in order, the third at once. Resolves to the
 * exit code: 0 after a signal, 2 where it never began, 1 where the queue could not be used any more.
 */
export async function workerCommand(flags: WorkerFlags): Promise<number> {
  const streams = openStreams();
  const say = (words: string) => void streams.stderr.write(`runjobs: ${words}\n`);
  const code = await work(flags, say);
  await streams.flush();
  return code;
}

async function work(flags: WorkerFlags, say: (words: string) => void): Promise<number> {
  const named = queueNamed(flags);
  if (named.type === 'wrong') say(named.words.replace(/^runjobs: |\n$/g, ''));
  if (named.type !== 'named') return EXIT.usage;
  const workdir = resolve(flags.workdir);
  if (!statSync(workdir, { throwIfNoEntry: false })?.isDirectory()) {
    say(`${quoteText(flags.workdir)} of --workdir is no folder; nothing was started`);
    return EXIT.usage;
  }
  const { place } = named;
  const worker = await openWorker({
    place,
    label: flags.labels,
    concurrency: flags.concurrency,
    allow: flags.allow,
    workdir,
    own: withoutQueueSecrets(process.env),
    envAllow: flags.envAllow,
    onLockLost: flags.onLockLost,
    orphanGraceMs: flags.orphanGrace,
    openExecutor: (id, scratch) => openWorkerExecutor(workdir, id, scratch),
    say,
  });
  if ('fault' in worker) {
    say(`${worker.fault}; nothing was started`);
    return EXIT.usage;
  }
  // Whoever reads that it is there may end it.
  const release = obeySignals(worker, say);
  say(
    `worker ${worker.id} takes steps with the label "${flags.labels}", ${flags.concurrency} at once, from ${place.address.shown}`,
  );
  const why = await worker.ended;
  release();
  if (why !== undefined) say(why);
  return why === undefined ? EXIT.ok : EXIT.failed;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function obeySignals(worker: QueueWorker, say: (words: string) => void): () => void {
  let count = 0;
  const onSignal = (signal: NodeJS.Signals) => {
    count += 1;
    if (count === 1) {
      say(`${signal}: nothing more is taken, what runs is finished; again stops it`);
      worker.leave();
    } else if (count === 2) {
      say(`${signal}: what runs is stopped; again kills it`);
      worker.stop();
    } else worker.kill();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return () => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
}
