/** What a command line was probably meant to say that says nothing as it is. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { plansNear } from '../plan/near-plan.ts';
import { escapeUnsafe, listed, quoteText } from '../plan/quote.ts';
import { DEFINITION_NAME } from '../plan/reference.ts';
import { suggest } from '../plan/suggest.ts';
import { quoted } from '../reporters/steps.ts';
import { defaultPlan } from './default-plan.ts';

/** A plan that is read to find out whether it defines a word has so many bytes at most. */
const READ_MAX = 1_000_000;

/** Options of other tools, and what does the same here. */
const ELSEWHERE: readonly (readonly [options: readonly string[], instead: string])[] = [
  [
    ['-n', '-l', '--dry-run', '--dry', '--list', '--list-all', '--summary'],
    'runjobs check shows what a plan would do, and what it defines',
  ],
  [['-f', '--file', '--makefile', '--taskfile'], 'a plan is named without an option'],
  [['-e', '--env', '--var', '--param'], 'values are given by --set NAME=value, or --env-file'],
  [['-p', '--parallel', '--jobs', '--max-parallel'], 'so many at once: -j, or "slots" in the plan'],
  [['-k', '--keep-going'], 'it is "failFast": false of a gather'],
  [['-d', '--detach', '--daemon'], 'setsid -f runjobs … leaves a run in the background'],
];

/**
 * What to say of a first word that looks like a command and is neither one nor a file; `undefined` of any other word, which
 * is a plan or an option.
 */
export function unknownWord(word: string, commands: readonly string[]): string | undefined {
  if (!/^[a-z][a-z-]*$/.test(word) || commands.includes(word) || existsSync(word)) return undefined;
  const { exact, near } = plansHere(word);
  const meant = exact ?? definedHere(word) ?? suggest(word, commands) ?? near;
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

/** What to say of words behind a plan, which other tools take for what is to be done of it. */
export function wordBehindPlan([plan, word]: readonly string[]): string | undefined {
  if (plan === undefined || word === undefined || !DEFINITION_NAME.test(word) || !existsSync(plan)) return undefined;
  if (existsSync(word)) return undefined;
  return `a run has one plan; to run its definition ${quoteText(word)} write: runjobs ${escapeUnsafe(quoted(plan))}#${word}`;
}

/** What to say of an option of another tool. @param option the first one that is unknown. */
export function foreignOption(option: string): string | undefined {
  const instead = ELSEWHERE.find(([options]) => options.includes(option))?.[1];
  return instead === undefined ? undefined : `unknown option "${option}"; ${instead}`;
}

/** The definition of that name, where the plan that is run if none is named has a key that is called so. */
function definedHere(word: string): string | undefined {
  const here = defaultPlan('');
  if (here.type !== 'found') return undefined;
  try {
    const found = statSync(here.plan);
    const text = found.isFile() && found.size < READ_MAX ? readFileSync(here.plan, 'utf8') : '';
    const isThere = text.includes('define') && new RegExp(`(?:^|[\\s{,])["']?${word}["']?\\s*:`).test(text);
    return isThere ? `${here.plan}#${word}` : undefined;
  } catch {
    return undefined;
  }
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
