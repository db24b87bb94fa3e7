/** `runjobs stop <run> [step]` and `runjobs restart <run> <step>`: what is stopped, or its attempt, is waited for. */
import { join } from 'node:path';
import { type Asked, ask } from '../../journal/ask.ts';
import type { ControlRequest } from '../../journal/control.ts';
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
export function stopCommand(name: string, step: string | undefined, flags: PastFlags): Promise<number> {
  return askNamed(name, { type: 'stop', ...(step === undefined ? {} : { step }) }, flags);
}

/** Ends the attempt of a step, which begins again. Resolves as {@link stopCommand} does, once nothing of the attempt is left. */
export function restartCommand(name: string, step: string, flags: PastFlags): Promise<number> {
  return askNamed(name, { type: 'restart', step }, flags);
}

async function askNamed(name: string, request: ControlRequest, flags: PastFlags): Promise<number> {
  const streams = openStreams();
  const named = nameRun(name, flags);
  if (named.type === 'unknown') void streams.stderr.write(named.words);
  const code = named.type === 'unknown' ? EXIT.usage : await askRun(named.run, request, streams);
  await streams.flush();
  return code;
}

async function askRun({ id, folder }: KeptRun, request: ControlRequest, streams: Streams): Promise<number> {
  const say = (words: string) => void streams.stderr.write(`runjobs: ${words}\n`);
  let asked: Asked;
  try {
    asked = await ask(folder, request, () => say(`${id} has not answered for 5 s: it may be suspended; waiting on`));
  } catch (error) {
    say(`${id} cannot be reached: ${(error as Error).message}`);
    return EXIT.failed;
  }
  switch (asked.type) {
    case 'stopping': {
      const { type, step } = request;
      const what = step === undefined ? id : `${quoteText(step)} of ${id}`;
      say(`stopping ${what}`);
      await asked.ended;
      say(`${what} has ended${type === 'restart' ? ', and begins again' : ''}`);
      return EXIT.ok;
    }
    case 'refused':
      say(`${id}: ${asked.message}`);
      return EXIT.failed;
    case 'gone':
      say(await whyGone(id, folder, request));
      return EXIT.failed;
    default:
      return asked satisfies never;
  }
}

async function whyGone(id: string, folder: string, { type }: ControlRequest): Promise<string> {
  const owner = await holderOf(join(folder, RUN_FILES.owner)).catch(() => undefined);
  if (owner === undefined || owner.state === 'dead') {
    return `${id} is not running, there is nothing to ${type}; "runjobs resume ${id}" goes on with it, if it has not succeeded`;
  }
  const { pid, host } = owner.holder;
  return `${id} cannot be reached here; on "${host}", "kill ${pid}" stops it`;
}
