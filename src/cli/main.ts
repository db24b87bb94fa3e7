/** The entry of the command line: arguments in, exit code out. */
import { readFileSync } from 'node:fs';
import { reportBug } from './bugs.ts';
import { EXIT, exitProcess } from './exit.ts';
import { parseArguments, type Request } from './options.ts';

/** Does what the arguments ask for, and ends the process. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await perform(parseArguments(argv, version()));
  } catch (error) {
    reportBug(error);
    exitProcess(EXIT.bug);
  }
}

async function perform(request: Request): Promise<void> {
  switch (request.type) {
    case 'run':
      return (await import('./commands/run.ts')).runCommand(request.plan, request.options);
    case 'check':
      process.exitCode = await (await import('./commands/check.ts')).checkCommand(request.plan, request.options);
      return;
    case 'schema':
      process.exitCode = await (await import('./commands/schema.ts')).schemaCommand(request.options);
      return;
    case 'done':
      process.exitCode = request.exitCode;
      return;
    default:
      return request satisfies never;
  }
}

function version(): string {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
}
