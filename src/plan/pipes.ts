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

/** The patterns take quadratic time on the worst of scripts, so longer ones are not read. */
const LENGTH_MAX = 10_000;

/** True for a pipe whose left side may fail unseen; false when the script sets `pipefail` itself. */
export function hasPipe(script: string): boolean {
  if (script.length > LENGTH_MAX || !script.includes('|') || script.includes('pipefail')) return false;
  return without(NO_PIPES, script).includes('|');
}

/** The script without what the shell takes as it is written: single quotes, comments and the like; empty where it is long. */
export function expandedPart(script: string): string {
  return script.length > LENGTH_MAX ? '' : without([HERE_DOCUMENT, ESCAPE, SINGLE_QUOTES, COMMENT], script);
}

function without(patterns: readonly RegExp[], script: string): string {
  return patterns.reduce((rest, pattern) => rest.replace(pattern, '_'), script);
}
