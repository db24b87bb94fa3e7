/** The texts of a command as it is carried out: with their variables in them. */
import type { Command, Stdin } from '../plan/plan.ts';

/** Those of its texts that have changed. @param text replaces every `${NAME}`. */
export function finalCommand({ command, stdin, cwd }: Command, text: (value: string) => string): Partial<Command> {
  const [program, ...args] = typeof command === 'string' ? [] : command;
  return {
    command: program === undefined ? command : [text(program), ...args.map(text)],
    ...(stdin === undefined ? {} : { stdin: finalStdin(stdin, text) }),
    ...(cwd === undefined ? {} : { cwd: text(cwd) }),
  };
}

function finalStdin(stdin: Stdin, text: (value: string) => string): Stdin {
  return stdin.type === 'text' ? { ...stdin, text: text(stdin.text) } : { ...stdin, path: text(stdin.path) };
}
