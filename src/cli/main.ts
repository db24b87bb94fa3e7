/** The entry of the command line: arguments in, exit code out. */
import { readFileSync } from 'node:fs';
import { reportBug, watchForBugs } from './bugs.ts';
import { EXIT, exitProcess } from './exit.ts';
import { parseArguments } from './options.ts';
import type { Request } from './requests.ts';
import { openStreams } from './streams.ts';

/** Does what the arguments ask for, and ends the process. */
export async function main(argv: readonly string[]): Promise<void> {
  watchForBugs();
  try {
    await perform(parseArguments(argv, version()));
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

async function perform(request: Request): Promise<void> {
  switch (request.type) {
    case 'run':
      return (await import('./commands/on-runs.ts')).runCommand(request.plan, request.options);
    case 'resume':
      return (await import('./commands/on-runs.ts')).resumeCommand(request.run, request.options);
    case 'runs':
      process.exitCode = await (await import('./commands/on-past-runs.ts')).runsCommand(request.options);
      return;
    case 'show':
      process.exitCode = await (await import('./commands/on-past-runs.ts')).showCommand(
        request.run,
        request.step,
        request.options,
      );
      return;
    case 'logs':
      process.exitCode = await (await import('./commands/on-past-runs.ts')).logsCommand(
        request.run,
        request.step,
        request.options,
      );
      return;
    case 'stop':
      process.exitCode = await (await import('./commands/on-past-runs.ts')).stopCommand(
        request.run,
        request.step,
        request.options,
      );
      return;
    case 'clean':
      process.exitCode = await (await import('./commands/on-past-runs.ts')).cleanCommand(request.runs, request.options);
      return;
    case 'replay':
      return (await import('./commands/on-past-runs.ts')).replayCommand(request.run, request.options);
    case 'check':
      process.exitCode = await (await import('./commands/on-plans.ts')).checkCommand(request.plan, request.options);
      return;
    case 'cron-print':
      process.exitCode = await (await import('./commands/on-plans.ts')).cronPrintCommand(request.plan, request.options);
      return;
    case 'worker':
      // Where Redis is away, connections of BullMQ would go on looking for it.
      return exitProcess(await (await import('./commands/on-workers.ts')).workerCommand(request.options));
    case 'workers':
      process.exitCode = await (await import('./commands/on-workers.ts')).workersCommand(request.options);
      return;
    case 'init':
      process.exitCode = await (await import('./commands/on-plans.ts')).initCommand();
      return;
    case 'completion':
      process.exitCode = await (await import('./commands/on-plans.ts')).completionCommand(request.shell);
      return;
    case 'complete':
      process.exitCode = await (await import('./commands/on-plans.ts')).completeCommand(
        request.words,
        request.commands,
      );
      return;
    case 'schema':
      process.exitCode = await (await import('./commands/on-plans.ts')).schemaCommand(request.options);
      return;
    case 'help':
      process.exitCode = await (await import('./commands/on-plans.ts')).helpCommand(request.plan, request.words);
      return;
    case 'say':
      process.exitCode = await say(request.words, request.exitCode);
      return;
    default:
      return request satisfies never;
  }
}

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
