/** The queue that the command line names, with its password and key from where nobody sees them. */
import { readFileSync } from 'node:fs';
import type { QueuePlace } from '../executors/queue/address.ts';
import { parseQueueAddress } from '../executors/queue/address.ts';
import { queueOfRun } from '../executors/queue/dispatches.ts';
import { DEFAULT_PREFIX } from '../executors/queue/keys.ts';
import { queueOptions } from '../executors/queue/name.ts';
import { quoteText } from '../plan/quote.ts';
import { whyUnreadable } from '../plan/unreadable.ts';
import type { QueueFlags } from './requests.ts';

export type QueueNamed =
  | { readonly type: 'named'; readonly place: QueuePlace }
  | { readonly type: 'none' }
  | { readonly type: 'wrong'; readonly words: string };

/** The queue of `--queue`, or what is wrong with it. */
export function queueNamed({ queue, queuePrefix, queuePasswordFile, insecureQueue }: QueueFlags): QueueNamed {
  if (queue === undefined) {
    const stray =
      (queuePasswordFile !== undefined && '--queue-password-file') ||
      (insecureQueue && '--insecure-queue') ||
      (queuePrefix !== DEFAULT_PREFIX && '--queue-prefix');
    if (!stray) return { type: 'none' };
    return { type: 'wrong', words: `runjobs: ${stray} is of no use without --queue; nothing was started\n` };
  }
  const address = parseQueueAddress(queue, insecureQueue ?? false);
  if ('fault' in address) return { type: 'wrong', words: `runjobs: ${address.fault}; nothing was started\n` };
  const { RUNJOBS_QUEUE_PASSWORD: fromEnv, RUNJOBS_QUEUE_KEY: key } = process.env;
  let password = fromEnv;
  if (queuePasswordFile !== undefined) {
    try {
      password = readFileSync(queuePasswordFile, 'utf8').replace(/\r?\n$/, '');
    } catch (error) {
      const why = `${quoteText(queuePasswordFile)} of --queue-password-file: ${whyUnreadable(error)}`;
      const next = 'name the file that holds the password, or set RUNJOBS_QUEUE_PASSWORD';
      return { type: 'wrong', words: `runjobs: ${why}; ${next}; nothing was started\n` };
    }
  }
  return {
    type: 'named',
    place: {
      address,
      prefix: queuePrefix,
      ...(password ? { password } : {}),
      ...(key ? { key } : {}),
    },
  };
}

/** The options that name the queue, for a command that goes on with what was begun; none where there is no queue. */
export function queueWords({ queue, queuePrefix, queuePasswordFile, insecureQueue }: QueueFlags): readonly string[] {
  if (queue === undefined) return [];
  return [
    ...queueOptions({ address: queue, prefix: queuePrefix }),
    ...(queuePasswordFile === undefined ? [] : ['--queue-password-file', queuePasswordFile]),
    ...(insecureQueue ? ['--insecure-queue'] : []),
  ];
}

/** The same of a run that was given one, as far as its folder knows. */
export function queueWordsOf(folder: string): readonly string[] {
  try {
    const queue = queueOfRun(folder);
    return queue === undefined ? [] : queueOptions(queue);
  } catch {
    // It cannot be resumed; "resume" says why.
    return [];
  }
}

/** The environment without what opens the queue: no step sees it. */
export function withoutQueueSecrets(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { RUNJOBS_QUEUE_PASSWORD: _password, RUNJOBS_QUEUE_KEY: _key, ...others } = env;
  return others;
}
