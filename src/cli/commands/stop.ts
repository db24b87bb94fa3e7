/** `runjobs stop <run> [step]`: stops a run, or one step of it, and waits until that has ended. */
import { join } from 'node:path';
import { type Asked, askToStop } from '../../journal/ask.ts';
import type { KeptRun } from '../../journal/find.ts';
import { holderOf } from '../../journal/lock.ts';
import { RUN_FILES } from '../../journal/runs.ts';
import { quoteText } from '../../plan/quote.ts';
import { EXIT } from '../exit.ts';
import { nameRun } from '../named-run.ts';
import type { PastFlags } from '../requests.ts';
import { openStreams, type Streams } from '../streams.ts';

/**
 * Stops it, as Ctrl-C would; `finally` still runs. Resolves to the exit code, once nothing of it is left: 1 where it is
 * not running, 2 where there is no such run. When this process is ended before, the run stops all the same.
 */
export async function stopCommand(name: string, step: string | undefined, flags: PastFlags): Promise<number> {
  const streams = openStreams();
  const named = nameRun(name, flags);
  if (named.type === 'unknown') void streams.stderr.write(named.words);
  const code = named.type === 'unknown' ? EXIT.usage : await stop(named.run, step, streams);
  await streams.flush();
  return code;
}

async function stop({ id, folder }: KeptRun, step: string | undefined, streams: Streams): Promise<number> {
  const say = (words: string) => void streams.stderr.write(`runjobs: ${words}\n`);
  let asked: Asked;
  try {
    asked = await askToStop(folder, step, () => say(`${id} has not answered for 5 s: it may be suspended; waiting on`));
  } catch (error) {
    say(`${id} cannot be reached: ${(error as Error).message}`);
    return EXIT.failed;
  }
  switch (asked.type) {
    case 'stopping': {
      const what = step === undefined ? id : `${quoteText(step)} of ${id}`;
      say(`stopping ${what}`);
      await asked.ended;
      say(`${what} has ended`);
      return EXIT.ok;
    }
    case 'refused':
      say(`${id}: ${asked.message}`);
      return EXIT.failed;
    case 'gone':
      say(await whyGone(id, folder));
      return EXIT.failed;
    default:
      return asked satisfies never;
  }
}

async function whyGone(id: string, folder: string): Promise<string> {
  const owner = await holderOf(join(folder, RUN_FILES.owner)).catch(() => undefined);
  if (owner === undefined || owner.state === 'dead') {
    return `${id} is not running, there is nothing to stop; "runjobs resume ${id}" goes on with it, if it has not succeeded`;
  }
  const { pid, host } = owner.holder;
  return `${id} cannot be reached here; on "${host}", "kill ${pid}" stops it`;
}
