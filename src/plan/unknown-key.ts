/** What is told of a key that may not stand where it stands. */
import { quoteText } from './quote.ts';
import { KEYS, keysAt } from './schema-keys.ts';
import type { Path } from './source.ts';
import { didYouMean } from './suggest.ts';

/** Keys that may stand in a definition as well as at the root. */
const OF_DEFINITIONS = KEYS.definition.filter(key => !KEYS.step.includes(key));

/** What other tools call the values that are given to what is used. */
const FOR_VALUES: ReadonlySet<string> = new Set(['with', 'set']);

/**
 * What to do about it.
 * @param path that of the object, whose value it is.
 */
export function unknownKey(key: string, path: Path, object: unknown): string {
  if (typeof path.at(-1) === 'number' && isCommand(key)) return 'unknown key; put a command with ": " in it in quotes';
  const keys = keysAt(path);
  const known = keys.includes(key);
  // Only parts of a multipart body are one of several kinds of objects.
  if (known && key === 'name') return '"name" is what a file is called, and goes with "file"; take it out';
  if (known) return '"file" and "value" exclude each other; keep one of them';
  if (path.length === 2 && path[0] === 'define' && KEYS.step.includes(key))
    return `${quoteText(key)} belongs to the step that uses the definition; move it there`;
  if (keys.includes('lines') && KEYS.source.includes(key))
    return `unknown key; say what it holds, as in {"lines": {${quoteText(key)}: …}}`;
  if (FOR_VALUES.has(key) && keys.includes('use') && Object.hasOwn(object as object, 'use'))
    return 'unknown key; what is used is given its values by env: write "env" in its place';
  const meant = didYouMean(key, keys);
  if (meant !== '') return `unknown key${meant}`;
  if (!keys.includes('gather')) return `unknown key; expected ${keys.join(', ')}`;
  return path.length > 0 && KEYS.root.includes(key)
    ? ofRoot(key, object)
    : 'unknown key; "runjobs schema" prints all keys';
}

/** Of a step: a key that it has not, but the root. */
function ofRoot(key: string, step: unknown): string {
  if (key === 'inputs' && Object.hasOwn(step as object, 'use'))
    return '"inputs" is what a plan takes; the step that uses it gives the values by env: write "env" in its place';
  const place = OF_DEFINITIONS.includes(key)
    ? 'at the root of the plan or of a definition'
    : 'at the root of the plan only';
  return `${quoteText(key)} stands ${place}; move it there`;
}

/** Whether a key in a list of steps is the beginning of a command, which YAML takes for a key where it holds a ": ". */
export function isCommand(key: string): boolean {
  return /\s/.test(key.trim());
}
