/** Whether the test of an `if` is a condition in the language of another tool, to which a shell says always the same. */

/** No program has such a name, or is given such a first word: a shell says no. */
const NEVER = [
  // success() · !failure() · ${{ … }}
  /^!?\s*(?:success|failure|always|cancelled|contains|startsWith)\s*\(/,
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

/** What a shell says to a condition that is none of its own; undefined: it may be one. */
export function foreignTest(script: string): 'yes' | 'no' | undefined {
  const text = script.trim();
  if (ASSIGNMENT.test(text)) return 'yes';
  return NEVER.some(pattern => pattern.test(text)) ? 'no' : undefined;
}
