/** What a script has where the shell reads it, outside of quotes and comments: a reading good enough for a warning. */

const HERE_DOCUMENT = /<<-?\s*(["']?)(\w+)\1[^\n]*\n.*?\n\t*\2(?=\n|$)/gs;
const ESCAPE = /\\./gs;
const SINGLE_QUOTES = /'[^']*'/g;
const COMMENT = /(?<=^|[\s;])#.*/gm;

/** What may hold a `|` that is no pipe: quotes, escapes, comments, `||`, `>|`, here-documents, patterns of a `case`. */
const NO_PIPES = [
  HERE_DOCUMENT,
  ESCAPE,
  SINGLE_QUOTES,
  /"[^"]*"/g,
  COMMENT,
  /\|\||>\|/g,
  /(?<=\bin\s|;;\s*|^\s*)[^\s()|]+(?:\s*\|\s*[^\s()|]+)+\s*\)/gm,
] as const;

const NO_EXPRESSIONS = [HERE_DOCUMENT, ESCAPE, SINGLE_QUOTES, COMMENT] as const;

/** The patterns take quadratic time on the worst of scripts, so longer ones are not read. */
const LENGTH_MAX = 10_000;

/** True for a pipe whose left side may fail unseen; false when the script sets `pipefail` itself. */
export function hasPipe(script: string): boolean {
  return !script.includes('pipefail') && hasOutside(NO_PIPES, '|', script);
}

/** Whether it has an expression of GitHub, `${{ matrix.os }}`, which no shell knows. */
export function hasExpression(script: string): boolean {
  return hasOutside(NO_EXPRESSIONS, '${{', script);
}

function hasOutside(patterns: readonly RegExp[], text: string, script: string): boolean {
  if (script.length > LENGTH_MAX || !script.includes(text)) return false;
  return patterns.reduce((rest, pattern) => rest.replace(pattern, '_'), script).includes(text);
}
