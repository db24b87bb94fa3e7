/** The options of commands that use a queue, and the commands of workers. */
import { availableParallelism } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { DEFAULT_PREFIX } from '../executors/queue/keys.ts';
import { DEFAULT_LABEL, isLabel, ROOT_LABEL } from '../plan/remote.ts';
import type { Request, WorkerFlags, WorkersFlags } from './requests.ts';
import { duration, wholeNumber } from './values.ts';

const KINDS = ['run', 'http'] as const;

/** What a command takes that may use a queue. */
export function queueing(into: Command, isNeeded = false): Command {
  const words = 'the Redis through which workers get the steps, such as redis://127.0.0.1:6379';
  const option = new Option('--queue <address>', words);
  return into
    .addOption(isNeeded ? option.makeOptionMandatory() : option)
    .option('--queue-prefix <text>', 'what the names of all keys in Redis begin with', prefix, DEFAULT_PREFIX)
    .option('--queue-password-file <file>', 'its password (default: $RUNJOBS_QUEUE_PASSWORD)')
    .option('--insecure-queue', 'redis:// to another machine, in a network that you trust');
}

/** `worker` and `workers`. @param command makes one. */
export function workerCommands(command: (name: string) => Command, want: (request: Request) => void): void {
  queueing(command('worker'), true)
    .description('carry out steps of plans that are run elsewhere with --queue; Ctrl-C: finish, again: stop')
    .option('-c, --concurrency <count>', 'steps at once', wholeNumber, availableParallelism())
    .option('--labels <label>', 'takes the steps that say so with "runsOn"; one label a worker', label, DEFAULT_LABEL)
    .addOption(
      new Option('--allow <kinds>', 'what it carries out: run, http or both')
        .default(KINDS, KINDS.join(','))
        .argParser(kinds),
    )
    .option('--workdir <folder>', 'in the place of the folder of the plan', '.')
    .addOption(
      new Option('--env-allow <names>', 'variables of its environment that steps may ask for: A,B')
        .default([], 'none')
        .argParser(names),
    )
    .addOption(
      new Option('--on-lock-lost <what>', 'a step that another may have got meanwhile is killed, or finished')
        .choices(['kill', 'finish'])
        .default('kill'),
    )
    .addOption(
      new Option('--orphan-grace <duration>', 'steps of a run that is gone are ended after it')
        .default(600_000, '10m')
        .argParser(duration),
    )
    .action((options: WorkerFlags) => want({ type: 'worker', options }));

  queueing(command('workers'), true)
    .description('list the live workers of a queue')
    .option('--json', 'one JSON object a line')
    .action((options: WorkersFlags) => want({ type: 'workers', options }));
}

function prefix(text: string): string {
  if (!/^[\w{}.-]{1,50}$/.test(text))
    throw new InvalidArgumentError('It must be of letters, digits, "_", "-", "." and braces.');
  return text;
}

function label(text: string): string {
  if (text.includes(',')) throw new InvalidArgumentError('A worker has one label: start one worker for each of them.');
  if (!isLabel(text) || text === ROOT_LABEL)
    throw new InvalidArgumentError('It must be of a-z, 0-9, "_" and "-", and not "root".');
  return text;
}

function kinds(text: string): readonly ('run' | 'http')[] {
  const given = text.split(',');
  if (!given.every(kind => (KINDS as readonly string[]).includes(kind)))
    throw new InvalidArgumentError('It must be "run", "http" or "run,http".');
  return given as ('run' | 'http')[];
}

function names(text: string): readonly string[] {
  const given = text.split(',');
  if (!given.every(name => /^[A-Za-z_]\w*$/.test(name)))
    throw new InvalidArgumentError('It must be names of variables, such as A,B.');
  return given;
}
