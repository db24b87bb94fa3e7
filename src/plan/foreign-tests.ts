/** Whether the test of an `if` is a condition in the language of another tool, to which a shell says always the same. */
import { isRaw } from './raw.ts';

/** What other tools have in the place of names of variables. */
const WORDS = ['condition', 'expected', 'sh'];

/** success() · !failure() · ${{ always() }} */
const OUTCOME = /^(?:\$\{\{\s*)?!?\s*(?:success|failure|always|cancelled)\s*\(/;

/** No program has such a name, or is given such a first word: a shell says no. */
const NEVER = [
  // contains() · ${{ … }}
  /^!?\s*(?:contains|startsWith)\s*\(/,
  /^\$\{\{/,
  // github.ref == 'x' · OS != "linux" · OS = linux: in a shell a comparison begins with a command.
  /^\$?\{?[\w.-]+\}?\s*[=!]=\s/,
  /^(?!(?:test|expr|echo|printf)\s)\$?\{?[\w.-]+\}?\s+=\s/,
  // "$OS" = linux
  /^"\$\{?\w[^"]*"\s*(?:==?|!=)/,
  // -f Makefile
  /^(?:!\s*)?-[a-zA-Z]\s/,
  // !test -f x
  /^![A-Za-z]/,
];

/** `os=linux`, and nothing more: a shell says yes, whatever the value is. With `$( )` it says what that command does. */
const ASSIGNMENT =
  /^[A-Za-z_]\w*=(?:[^\s"'`$;&|<>()\\]|'[^']*'|"(?:[^"`$\\]|\$\w+(?!\w)|\$\{\w+\})*"|\$\w+(?!\w)|\$\{\w+\})*$/;

/** What it comes to: what a shell says; that it asks for an outcome; that it names no variables. Undefined: it may be a test. */
export function foreignTest(test: unknown): 'yes' | 'no' | 'outcome' | 'names' | undefined {
  if (isRaw(test)) return WORDS.some(word => Object.hasOwn(test, word)) ? 'names' : undefined;
  if (typeof test !== 'string') return undefined;
  const text = test.trim();
  if (ASSIGNMENT.test(text)) return 'yes';
  if (OUTCOME.test(text)) return 'outcome';
  return NEVER.some(pattern => pattern.test(text)) ? 'no' : undefined;
}
