/** What a command line was probably meant to say that says nothing as it is. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { plansNear } from '../plan/near-plan.ts';
import { escapeUnsafe, listed, quoteText } from '../plan/quote.ts';
import { suggest } from '../plan/suggest.ts';
import { quoted } from '../reporters/steps.ts';

/**
 * What to say of a first word that looks like a command and is neither one nor a file; `undefined` of any other word, which
 * is a plan or an option.
 */
export function unknownWord(word: string, commands: readonly string[]): string | undefined {
  if (!/^[a-z][a-z-]*$/.test(word) || commands.includes(word) || existsSync(word)) return undefined;
  const { exact, near } = plansHere(word);
  const meant = exact ?? suggest(word, commands) ?? near;
  const next = meant === undefined ? '; runjobs --help shows what there is' : `, did you mean ${quoteText(meant)}?`;
  return `there is no command "${word}" and no such file${next}`;
}

/** What to say of arguments such as `NAME=value`, which are no files; `undefined` where there are none. */
export function valuesWithoutOption(args: readonly string[]): string | undefined {
  const values = args.filter(arg => /^[A-Za-z_]\w*=/.test(arg) && !existsSync(arg));
  if (values.length === 0) return undefined;
  const [are, them] = values.length === 1 ? ['is no option', 'this value'] : ['are no options', 'these values'];
  const options = values.map(value => `--set ${quoted(value)}`).join(' ');
  return `${listed(values.map(quoteText), 'and')} ${are}; to give the plan ${them} write: ${escapeUnsafe(options)}`;
}

/** @throws where the current folder is gone. */
function plansHere(word: string): ReturnType<typeof plansNear> {
  const file = resolve(word);
  try {
    return plansNear(file);
  } catch {
    return { exact: undefined, near: undefined };
  }
}
