/** `runjobs completion <shell>`: what that shell loads, and what it asks for then. */
import { candidatesFor } from '../completion/candidates.ts';
import { type CommandFacts, readLine } from '../completion/line.ts';
import { type Shell, scriptFor } from '../completion/scripts.ts';
import { EXIT } from '../exit.ts';
import { openStreams } from '../streams.ts';

/** Prints the script. Resolves to the exit code. */
export async function completionCommand(shell: Shell): Promise<number> {
  return print(scriptFor(shell));
}

/** Prints what may stand in the place of the last word: one a line, a tab before what it is. Resolves to the exit code, which is 0. */
export async function completeCommand(words: readonly string[], commands: readonly CommandFacts[]): Promise<number> {
  const candidates = await candidatesFor(readLine(words, commands), commands).catch(() => []);
  const lines = candidates
    .filter(({ value }) => !/[\n\r\t]/.test(value))
    .map(({ value, about = '' }) => (about === '' ? value : `${value}\t${about.replaceAll(/\s+/g, ' ')}`));
  return print(lines.map(line => `${line}\n`).join(''));
}

async function print(text: string): Promise<number> {
  const streams = openStreams();
  void streams.stdout.write(text);
  await streams.flush();
  return streams.hasFailed ? EXIT.notWritable : EXIT.ok;
}
