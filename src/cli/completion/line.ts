/** A command line that is being typed: which command it is, and what is to stand where the cursor is. */

/** A command of runjobs, as far as a shell completes it. */
export interface CommandFacts {
  /** With the one that it belongs to before it: `cron print`. */
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionFacts[];
}

export interface OptionFacts {
  /** `--reporter`, and `-r` where there is one. */
  readonly names: readonly string[];
  readonly description: string;
  readonly takesValue: boolean;
}

export type Wanted =
  /** Nothing that a command goes by has been typed: a command, or a plan to run. */
  | { readonly type: 'command' }
  /** `isFirst`: nothing stands before it. */
  | { readonly type: 'option'; readonly command: string; readonly isFirst?: true }
  /** The value of an option; `plan` is the first argument on the line. */
  | {
      readonly type: 'value';
      readonly option: string;
      readonly command: string;
      readonly plan: string | undefined;
      /** Of `--set`: the input whose value is typed. */
      readonly input?: string;
    }
  /** The argument at this index; those before it are given. */
  | { readonly type: 'argument'; readonly command: string; readonly given: readonly string[] };

export interface Line {
  readonly wanted: Wanted;
  /** What is typed of it. */
  readonly typed: string;
  /** What stands before that in the same word: `--only=`, `TARGET=`. */
  readonly before: string;
}

/** Reads the words after the program's name; the last one is being typed. */
export function readLine(words: readonly string[], commands: readonly CommandFacts[]): Line {
  const [whole, isSplit] = glued(words);
  const [earlier, typed, before] = splitLast(whole);
  let { name, rest } = commandOf(earlier, commands);
  const isUnnamed = name === undefined;
  name ??= 'run';
  const options = commands.find(command => command.name === name)?.options ?? [];
  const given: string[] = [];
  let open: string | undefined;
  for (const word of rest) {
    const option = options.find(({ names }) => names.includes(word));
    if (open !== undefined) open = undefined;
    else if (option?.takesValue) open = option.names[0];
    else if (!word.startsWith('-')) given.push(word);
  }
  const [plan] = given;
  const line = { typed, before };
  if (before !== '') open = before.slice(0, -1);
  if (open !== undefined) {
    const value: Line = { ...line, wanted: { type: 'value', option: open, command: name, plan } };
    return open === '--set' ? inputIn(value, isSplit) : value;
  }
  if (typed.startsWith('-')) {
    const isFirst = earlier.length === 0;
    return { ...line, wanted: { type: 'option', command: name, ...(isFirst ? { isFirst } : {}) } };
  }
  if (isUnnamed && given.length === 0) return { ...line, wanted: { type: 'command' } };
  return { ...line, wanted: { type: 'argument', command: name, given } };
}

/** The same, where the value of an input is typed. @param isSplit whether the shell takes that for a word of its own. */
function inputIn(line: Line, isSplit: boolean): Line {
  const { typed, before, wanted } = line;
  const at = typed.indexOf('=');
  if (at === -1 || wanted.type !== 'value') return line;
  const input = typed.slice(0, at);
  return {
    typed: typed.slice(at + 1),
    before: isSplit ? '' : `${before}${input}=`,
    wanted: { ...wanted, input },
  };
}

/**
 * The words, in which `TARGET`, `=` and `live`, which bash makes of what follows `--set`, are one again; and whether the last
 * word is such.
 */
function glued(words: readonly string[]): [words: readonly string[], isSplit: boolean] {
  const whole: string[] = [];
  let isSplit = false;
  for (const [index, word] of words.entries()) {
    const isMore: boolean = isSplit && (word === '=' || words[index - 1] === '=');
    isSplit = isMore || (word === '=' && isAtInput(whole));
    whole.push(isSplit ? `${whole.pop()}${word}` : word);
  }
  return [whole, isSplit];
}

/** Whether the last word is what `--set` names. */
function isAtInput(words: readonly string[]): boolean {
  const [name = '', option, other] = words.slice(-3).reverse();
  return /^\w+$/.test(name) && (option === '=' ? other : option) === '--set';
}

/** The words before the cursor, and the one at it. bash makes three words of `--only=x`. */
function splitLast(words: readonly string[]): [earlier: string[], typed: string, before: string] {
  const joined = words.filter((word, index) => word !== '=' || index === words.length - 1);
  const last = joined.at(-1) ?? '';
  const earlier = joined.slice(0, -1);
  if (last === '=') return [earlier, '', ''];
  const at = last.startsWith('--') ? last.indexOf('=') : -1;
  return at === -1 ? [earlier, last, ''] : [earlier, last.slice(at + 1), last.slice(0, at + 1)];
}

/** The command that the words begin with, and what follows it; `cron print` is one. */
function commandOf(words: readonly string[], commands: readonly CommandFacts[]) {
  const [first = '', second = ''] = words;
  const names = commands.map(({ name }) => name);
  if (names.includes(`${first} ${second}`)) return { name: `${first} ${second}`, rest: words.slice(2) };
  return names.includes(first) ? { name: first, rest: words.slice(1) } : { name: undefined, rest: words };
}
