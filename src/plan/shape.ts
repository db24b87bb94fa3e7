/** The first pass over a plan: whether every key and value has the right shape, told in plain words. */
import { idOf } from './ids.ts';
import { meantForm, pointerOf } from './meant-forms.ts';
import { quoteText } from './quote.ts';
import { planSchema } from './schema.ts';
import type { Finding, Path } from './source.ts';
import { didYouMean } from './suggest.ts';
import { unknownKey } from './unknown-key.ts';

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
    case 'invalid_union':
      return ofUnion(issue, path, root);
    case 'unrecognized_keys':
      return (issue.keys ?? []).map(key => ({
        message: unknownKey(key, path, valueAt(root, path)),
        path: [...path, key],
        at: 'key',
      }));
    case 'invalid_key':
      return [{ message: (issue.issues?.[0]?.message ?? issue.message) + meantKey(path), path, at: 'key' }];
  }
  const value = valueAt(root, path);
  if (issue.code === 'invalid_value') {
    const meant = meantForm(value, path) || meantValue(value, wordsOf([issue]));
    return [{ message: issue.message + meant, path, at: 'value' }];
  }
  return [{ message: issue.message + (meantForm(value, path) || meantId(value, path)), path, at: 'value' }];
}

/**
 * What that branch says for which the value was most likely meant. Where several are equally near, the union says what may
 * stand there, unless they say more.
 */
function ofUnion(issue: Issue, path: Path, root: unknown): Finding[] {
  const value = valueAt(root, path);
  const [nearest, second] = (issue.errors ?? [])
    .filter(errors => fitsType(errors, value))
    .map(errors => ({ errors, missing: errors.filter(inner => isMissing(inner, value)).length }))
    .sort((one, other) => one.missing - other.missing || one.errors.length - other.errors.length);
  const words = wordsOf([...(nearest?.errors ?? []), ...(second?.errors ?? [])]);
  const form = meantForm(value, path);
  const own: Finding = { message: issue.message + (form || meantValue(value, words)), path, at: 'value' };
  // Of a list that is another form in whole, nothing is wrong with each of its elements.
  if (nearest === undefined || (Array.isArray(value) && form !== '')) return [own];
  const { errors, missing } = nearest;
  const found = errors.flatMap(inner => findingsOf(inner, path, root));
  if (second === undefined || second.errors.length > errors.length || second.missing > missing) return found;
  if (missing > 0) return [own, ...found.filter(({ at }) => at === 'key')];
  const isPlain = (finding: Finding) => finding.path.length === path.length && finding.message.startsWith('expected ');
  return found.map(finding => (isPlain(finding) ? own : finding));
}

/** Whether a key inside of the value should be there and is not. */
function isMissing(issue: Issue, value: unknown): boolean {
  return issue.path.length > 0 && valueAt(value, issue.path as Path) === undefined;
}

/** Whether a branch of a union takes values of this type, so that its complaints are about what is inside. */
function fitsType(branch: readonly Issue[], value: unknown): boolean {
  return branch.every(issue => {
    if (issue.path.length > 0) return true;
    if (issue.code === 'invalid_union') return issue.errors?.some(errors => fitsType(errors, value)) ?? false;
    if (issue.code === 'invalid_value') return typeof value === 'string' && typeof issue.values?.[0] === 'string';
    return issue.code !== 'invalid_type';
  });
}

/** The words that may stand there. */
function wordsOf(issues: readonly Issue[]): string[] {
  return issues.flatMap(({ values = [] }) => values.filter(word => typeof word === 'string'));
}

function meantValue(value: unknown, words: readonly string[]): string {
  return typeof value === 'string' ? didYouMean(value, words) : '';
}

/** Of a sibling that is needed by its name: the id that is made from that. */
function meantId(value: unknown, path: Path): string {
  if (typeof value !== 'string' || !path.slice(-3).includes('needs')) return '';
  const id = idOf(value);
  return id === undefined ? '' : `; a step of this name has the id ${quoteText(id)}`;
}

/** Of a key that is a path into JSON. */
function meantKey(path: Path): string {
  const pointer = path.at(-2) === 'json' ? pointerOf(String(path.at(-1))) : '';
  return pointer === '' ? '' : `; ${pointer}`;
}

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const part of path) value = (value as Record<string | number, unknown> | undefined)?.[part];
  return value;
}
