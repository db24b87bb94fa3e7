/** The first pass over a plan: whether every key and value has the right shape, told in plain words. */
import { idsFor } from './ids.ts';
import { quoteText } from './quote.ts';
import { planSchema } from './schema.ts';
import { KEYS } from './schema-keys.ts';
import type { Finding, Path } from './source.ts';
import { didYouMean } from './suggest.ts';

/** What zod reports; `errors` holds, for each branch of a union, why it does not fit. */
interface Issue {
  readonly code: string;
  readonly path: PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
  readonly values?: readonly unknown[];
  readonly errors?: readonly (readonly Issue[])[];
  readonly issues?: readonly Issue[];
}

/** Every key that is unknown and every value of a wrong type, anywhere in the plan. Give it no deep or cyclic value. */
export function shapeFindings(value: unknown): Finding[] {
  const result = planSchema.safeParse(value);
  return result.success ? [] : result.error.issues.flatMap(issue => findingsOf(issue as Issue, [], value));
}

function findingsOf(issue: Issue, parent: Path, root: unknown): Finding[] {
  const path = [...parent, ...issue.path.map(part => (typeof part === 'number' ? part : String(part)))];
  switch (issue.code) {
    case 'invalid_union': {
      const value = valueAt(root, path);
      const branch = issue.errors?.find(errors => fitsType(errors, value));
      if (branch) return branch.flatMap(inner => findingsOf(inner, path, root));
      break;
    }
    case 'unrecognized_keys':
      return (issue.keys ?? []).map(key => ({ message: unknownKey(key, path), path: [...path, key], at: 'key' }));
    case 'invalid_key':
      return [{ message: issue.issues?.[0]?.message ?? issue.message, path, at: 'key' }];
    case 'invalid_value': {
      const words = (issue.values ?? []).filter(word => typeof word === 'string');
      return [{ message: issue.message + meantValue(valueAt(root, path), words), path, at: 'value' }];
    }
  }
  return [{ message: issue.message + meantId(valueAt(root, path), path), path, at: 'value' }];
}

/** Whether a branch of a union takes values of this type, so that its complaints are about what is inside. */
function fitsType(branch: readonly Issue[], value: unknown): boolean {
  return branch.every(issue => {
    if (issue.path.length > 0) return true;
    if (issue.code === 'invalid_union') return issue.errors?.some(errors => fitsType(errors, value)) ?? false;
    if (issue.code === 'invalid_value') return issue.values?.some(word => typeof word === typeof value) ?? false;
    return issue.code !== 'invalid_type';
  });
}

function unknownKey(key: string, path: Path): string {
  if (typeof path.at(-1) === 'number' && isCommand(key)) return 'unknown key; put a command with ": " in it in quotes';
  const kind = kindOf(path);
  if (kind === 'definition' && KEYS.step.includes(key))
    return `${quoteText(key)} belongs to the step that uses the definition; move it there`;
  if (kind === 'forEach' && KEYS.lines.includes(key))
    return `unknown key; say what it holds, as in {"lines": {${quoteText(key)}: …}}`;
  const meant = didYouMean(key, KEYS[kind]);
  if (meant !== '') return `unknown key${meant}`;
  const isStep = kind === 'step' || kind === 'definition';
  const isRootOnly = kind === 'step' && KEYS.root.includes(key);
  if (isRootOnly) return `${quoteText(key)} stands at the root of the plan only; move it there`;
  if (kind === 'root' || isStep) return 'unknown key; "runjobs schema" prints all keys';
  return `unknown key; expected ${KEYS[kind].join(', ')}`;
}

/** What an object at this path is: the nearest key tells it, but for names that users choose, as those below forEach are. */
function kindOf(path: Path): keyof typeof KEYS {
  if (path.length === 0) return 'root';
  if (path.length === 2 && path[0] === 'define') return 'definition';
  if (path.slice(-3).includes('multipart')) return 'multipart';
  const owner = path.at(-1);
  if (path.at(-2) === 'schedule') return 'schedule';
  if (path.length === 2 && path[0] === 'notify') return 'http';
  if (path.at(-2) === 'forEach' && typeof owner === 'string') return 'forEach';
  const below = path.slice(path.lastIndexOf('expect') + 1);
  if (path.includes('expect') && below.length > 0) {
    if (below.includes('json')) return 'jsonRule';
    return below[0] === 'event' ? 'event' : 'textRule';
  }
  return typeof owner === 'string' && isKind(owner) ? owner : 'step';
}

/** Whether a key in a list of steps is the beginning of a command, which YAML takes for a key where it holds a ": ". */
export function isCommand(key: string): boolean {
  return /\s/.test(key.trim());
}

function isKind(word: string): word is keyof typeof KEYS {
  return Object.hasOwn(KEYS, word);
}

function meantValue(value: unknown, words: readonly string[]): string {
  return typeof value === 'string' ? didYouMean(value, words) : '';
}

/** Of a sibling that is needed by its name: the id that is made from that. */
function meantId(value: unknown, path: Path): string {
  if (typeof value !== 'string' || !path.slice(-3).includes('needs')) return '';
  const [id = '1'] = idsFor([{ name: value }]);
  return id === '1' ? '' : `; a step of this name has the id ${quoteText(id)}`;
}

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const part of path) value = (value as Record<string | number, unknown> | undefined)?.[part];
  return value;
}
