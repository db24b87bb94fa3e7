/** Whether a shell script pipes one command into another: a reading good enough for a warning. */

/** What may hold a `|` that is no pipe: quotes, escapes, comments, `||`, `>|`, here-documents, patterns of a `case`. */
const NO_PIPES = [
  /<<-?\s*(["']?)(\w+)\1[^\n]*\n.*?\n\t*\2(?=\n|$)/gs,
  /\\./gs,
  /'[^']*'/g,
  /"[^"]*"/g,
  /(?<=^|[\s;])#.*/gm,
  /\|\||>\|/g,
  /(?<=\bin\s|;;\s*|^\s*)[^\s()|]+(?:\s*\|\s*[^\s()|]+)+\s*\)/gm,
] as const;

/** The patterns take quadratic time on the worst of scripts, so longer ones are not read. */
const LENGTH_MAX = 10_000;

/** True for a pipe whose left side may fail unseen; false when the script sets `pipefail` itself. */
export function hasPipe(script: string): boolean {
  if (script.length > LENGTH_MAX || !script.includes('|') || script.includes('pipefail')) return false;
  return NO_PIPES.reduce((text, pattern) => text.replace(pattern, '_'), script).includes('|');
}
