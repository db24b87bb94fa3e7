/** The commands that there are, as a shell completes them. */
import type { CommandFacts } from './line.ts';

/** As commander describes a command. */
interface Described {
  name(): string;
  description(): string;
  readonly options: readonly {
    readonly long?: string | null | undefined;
    readonly short?: string | undefined;
    readonly description: string;
    /** It takes a value. */
    readonly required: boolean;
    readonly hidden: boolean;
  }[];
  readonly commands: readonly Described[];
}

/** What asks for the candidates is none itself. */
const ASKING = 'complete';
const HELP = { names: ['--help', '-h'], description: 'what the command takes', takesValue: false };

/** The command that commander has by itself. */
export const HELPING: CommandFacts = { name: 'help', description: 'what a command takes', options: [] };

/** The commands below a command, and those below them: `cron`, `cron print`. */
export function factsOf(program: Described, above = ''): CommandFacts[] {
  return program.commands
    .filter(each => each.name() !== ASKING)
    .flatMap(each => {
      const name = `${above}${each.name()}`;
      const options = each.options
        .filter(({ hidden }) => !hidden)
        .map(({ long, short, description, required }) => ({
          names: [long, short].filter(one => typeof one === 'string'),
          description,
          takesValue: required,
        }));
      return [{ name, description: each.description(), options: [...options, HELP] }, ...factsOf(each, `${name} `)];
    });
}
