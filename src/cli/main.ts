/** The entry of the command line: arguments in, exit code out. */
import { readFileSync } from 'node:fs';
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

/** What a user sees of a bug of ours: one line, and the trace for whoever asks for it. */
function reportBug(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  console.error(`runjobs: a bug in runjobs, please report it: ${message}`);
  if (process.env.RUNJOBS_DEBUG && error instanceof Error) console.error(error.stack);
  else console.error('RUNJOBS_DEBUG=1 shows where it happened.');
}
