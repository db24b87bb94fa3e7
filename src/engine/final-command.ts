/** The texts of a command as it is carried out: with their variables in them. */
import type { Command, Stdin } from '../plan/plan.ts';

/** Those of its texts that have changed. @param text replaces every `${NAME}`. */
export function finalCommand(step: Command, text: (value: string) => string): Partial<Command> {
  const { command, launcher, stdin, cwd } = step;
  const all = ([program, ...args]: readonly [string, ...string[]]) => [text(program), ...args.map(text)] as const;
  return {
    command: typeof command === 'string' ? command : all(command),
    ...(launcher === undefined ? {} : { launcher: all(launcher) }),
    ...(stdin === undefined ? {} : { stdin: finalStdin(stdin, text) }),
    ...(cwd === undefined ? {} : { cwd: text(cwd) }),
  };
}

function finalStdin(stdin: Stdin, text: (value: string) => string): Stdin {
  return stdin.type === 'text' ? { ...stdin, text: text(stdin.text) } : { ...stdin, path: text(stdin.path) };
}
