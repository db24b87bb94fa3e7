/** The entry of the command line: arguments in, exit code out. */
import { readFileSync } from 'node:fs';
import { reportBug, watchForBugs } from './bugs.ts';
import { EXIT, exitProcess } from './exit.ts';
import { putLostTerminalsAway } from './lost-terminals.ts';
import { parseArguments } from './options.ts';
import type { Request } from './requests.ts';
import { openStreams } from './streams.ts';

/** What of us this process has needed, and not every one does: bin/compiled.cjs keeps what V8 compiled of it. */
export const parts: string[] = [];

/** Does what the arguments ask for, and ends the process. */
export async function main(argv: readonly string[]): Promise<void> {
  watchForBugs();
  putLostTerminalsAway();
  try {
    const code = await perform(parseArguments(argv, version()));
    if (code !== undefined) process.exitCode = code;
  } catch (error) {
    const words = surroundings(error as NodeJS.ErrnoException);
    if (words === undefined) reportBug(error);
    else process.stderr.write(`runjobs: ${words}; nothing was started\n`);
    exitProcess(words === undefined ? EXIT.bug : EXIT.usage);
  }
}

/** What around us makes work impossible; undefined: nothing that is known. */
function surroundings({ code, syscall }: NodeJS.ErrnoException): string | undefined {
  if (syscall === 'uv_cwd') return 'the current folder is not there any more: cd to one that is';
  if (code === 'EMFILE' || code === 'ENFILE') return 'too many files are open to read its own: raise "ulimit -n"';
  return undefined;
}

/** Resolves to the exit code, where the command does not end the process itself. */
async function perform(request: Request): Promise<number | undefined> {
  if (request.type === 'run' || request.type === 'resume') parts.push('run');
  switch (request.type) {
    case 'run':
      await (await onRuns()).runCommand(request.plan, request.options);
      return undefined;
    case 'resume':
      await (await onRuns()).resumeCommand(request.run, request.options);
      return undefined;
    case 'runs':
      return (await onPastRuns()).runsCommand(request.options);
    case 'show':
      return (await onPastRuns()).showCommand(request.run, request.step, request.options);
    case 'logs':
      return (await onPastRuns()).logsCommand(request.run, request.step, request.options);
    case 'stop':
      return (await onPastRuns()).stopCommand(request.run, request.step, request.options);
    case 'restart':
      return (await onPastRuns()).restartCommand(request.run, request.step, request.options);
    case 'clean':
      return (await onPastRuns()).cleanCommand(request.runs, request.options);
    case 'replay':
      await (await onPastRuns()).replayCommand(request.run, request.options);
      return undefined;
    case 'check':
      return (await onPlans()).checkCommand(request.plan, request.options);
    case 'cron-print':
      return (await onPlans()).cronPrintCommand(request.plan, request.options);
    case 'worker':
      // Where Redis is away, connections of BullMQ would go on looking for it.
      exitProcess(await (await onWorkers()).workerCommand(request.options));
      return undefined;
    case 'workers':
      return (await onWorkers()).workersCommand(request.options);
    case 'init':
      return (await onPlans()).initCommand();
    case 'completion':
      return (await onPlans()).completionCommand(request.shell);
    case 'complete':
      return (await onPlans()).completeCommand(request.words, request.commands);
    case 'schema':
      return (await onPlans()).schemaCommand(request.options);
    case 'help':
      return (await onPlans()).helpCommand(request.plan, request.words);
    case 'say':
      return say(request.words, request.exitCode);
    default:
      return request satisfies never;
  }
}

// What a command needs is loaded with it.
const onRuns = () => import('./commands/on-runs.ts');
const onPastRuns = () => import('./commands/on-past-runs.ts');
const onPlans = () => import('./commands/on-plans.ts');
const onWorkers = () => import('./commands/on-workers.ts');

/** Help goes to standard output, what is wrong with the arguments to standard error. */
async function say(words: string, exitCode: number): Promise<number> {
  const streams = openStreams();
  void (exitCode === EXIT.ok ? streams.stdout : streams.stderr).write(words);
  await streams.flush();
  return exitCode === EXIT.ok && streams.hasFailed ? EXIT.notWritable : exitCode;
}

function version(): string {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
}
