/** What a terminal sends when keys are pressed, as keys. */

/** A key by its name, or the character that it types. */
export type Key = NamedKey | Typed;
export type NamedKey = 'up' | 'down' | 'page-up' | 'page-down' | 'home' | 'end' | 'enter' | 'escape' | 'erase';
export interface Typed {
  readonly typed: string;
}

const NAMED: Readonly<Record<string, NamedKey>> = {
  '\x1b[A': 'up',
  '\x1bOA': 'up',
  '\x1b[B': 'down',
  '\x1bOB': 'down',
  '\x1b[5~': 'page-up',
  '\x1b[6~': 'page-down',
  '\x1b[H': 'home',
  '\x1bOH': 'home',
  '\x1b[1~': 'home',
  '\x1b[7~': 'home',
  '\x1b[F': 'end',
  '\x1bOF': 'end',
  '\x1b[4~': 'end',
  '\x1b[8~': 'end',
  '\r': 'enter',
  '\n': 'enter',
  '\x1b': 'escape',
  '\x7f': 'erase',
  '\b': 'erase',
};

/** A sequence of a key, or one character. An escape that nothing follows is the key itself. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what keys send.
const ONE = /\x1b\[[0-?]*[ -/]*[@-~]|\x1bO[^\x1b]|\x1b[^\x1b]|./gsu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: what types nothing.
const CONTROL = /^[\x00-\x1f\x7f-\x9f]/;

/** The keys in what was read at once; what is no key of ours, such as Alt with a letter, is left out. */
export function keysIn(text: string): Key[] {
  return [...text.matchAll(ONE)].flatMap(([sent]): Key[] => {
    const name = NAMED[sent];
    if (name !== undefined) return [name];
    return CONTROL.test(sent) ? [] : [{ typed: sent }];
  });
}
