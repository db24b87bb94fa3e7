/** `runjobs help …`: the help of the command that is named. */
import { existsSync } from 'node:fs';
import { quoteText } from '../plan/quote.ts';
import { suggest } from '../plan/suggest.ts';
import { quoted } from '../reporters/steps.ts';

/** As commander has a command. */
interface Described {
  name(): string;
  helpInformation(): string;
  readonly commands: readonly Described[];
}

export type HelpNamed =
  | { readonly type: 'words'; readonly words: string }
  /** There is no such command. */
  | { readonly type: 'wrong'; readonly message: string };

/** The help that is asked for by name; undefined where none is, or that of all. */
export function helpNamed(argv: readonly string[], program: Described): HelpNamed | undefined {
  if (argv[0] !== 'help') return undefined;
  let found = program;
  for (const word of argv.slice(1)) {
    if (word.startsWith('-') || word === 'help') break;
    const next = found.commands.find(each => each.name() === word);
    if (next === undefined && found.commands.length === 0) break;
    if (next === undefined) return { type: 'wrong', message: unknown(word, found, program) };
    found = next;
  }
  return found === program ? undefined : { type: 'words', words: found.helpInformation() };
}

function unknown(word: string, above: Described, program: Described): string {
  const commands = above.commands.map(each => each.name());
  const name = above === program ? word : `${above.name()} ${word}`;
  const meant = suggest(word, commands);
  const isFile = above === program && existsSync(word);
  const next = isFile
    ? `; of a file: runjobs ${quoted(word)} --help`
    : meant === undefined
      ? `; runjobs ${above === program ? '' : `${above.name()} `}--help shows what there is`
      : `, did you mean ${quoteText(meant)}?`;
  return `there is no command ${quoteText(name)}${next}`;
}
