/** The lists of a forEach as they stand in the file: their rules, and the names that they give to a copy. */
import { keptNameFindings } from './kept-name.ts';
import { listed, quoteText } from './quote.ts';
import { isRaw, type Raw } from './raw.ts';
import type { Finding, Path } from './source.ts';
import { didYouMean } from './suggest.ts';

const KINDS = ['lines', 'json', 'csv', 'glob'] as const;
const EXCLUDE = 'exclude';

/** The variables of a copy. */
export interface ItemNames {
  readonly names: ReadonlySet<string>;
  /** Further ones begin with them: `NAME_`, where items may be objects. */
  readonly prefixes: readonly string[];
  /** Those that not every object of a list of objects has, with the place of one that has not. */
  readonly partly: ReadonlyMap<string, Path>;
}

/** The names that the value of a forEach, at this place, gives to a copy. */
export function namesOfForEach(forEach: unknown, path: Path): ItemNames {
  const names = new Set<string>();
  const partly = new Map<string, Path>();
  if (Array.isArray(forEach)) {
    for (const row of forEach) if (isRaw(row)) for (const name of Object.keys(row)) names.add(name);
    for (const [index, row] of forEach.entries()) {
      for (const name of names) if (isRaw(row) && !Object.hasOwn(row, name)) partly.set(name, [...path, index]);
    }
    for (const name of partly.keys()) names.delete(name);
    return { names, prefixes: [], partly };
  }
  const prefixes: string[] = [];
  for (const [name, list] of Object.entries(isRaw(forEach) ? forEach : {})) {
    if (name === EXCLUDE) continue;
    names.add(name);
    if (isRaw(list) && (list.json !== undefined || list.csv !== undefined)) prefixes.push(`${name}_`);
  }
  return { names, prefixes, partly };
}

/** The rules of the value of a forEach. What has a wrong type is passed over. */
export function forEachFindings(forEach: unknown, path: Path): Finding[] {
  if (Array.isArray(forEach))
    return forEach.flatMap((row, index) => keptNameFindings(row, [...path, index], 'variable'));
  if (!isRaw(forEach)) return [];
  const names = Object.keys(forEach).filter(name => name !== EXCLUDE);
  const found = keptNameFindings(forEach, path, 'variable');
  if (names.length === 0)
    found.push(finding('no list: name a variable and its values, such as {"NODE": [20, 24]}', path));
  for (const name of names) found.push(...listFindings(forEach[name], [...path, name]));
  if (forEach.exclude !== undefined) {
    const { prefixes } = namesOfForEach(forEach, path);
    found.push(...excludeFindings(forEach.exclude, names, prefixes, [...path, EXCLUDE]));
  }
  return found;
}

function listFindings(list: unknown, path: Path): Finding[] {
  if (Array.isArray(list)) {
    if (!list.some(isRaw)) return [];
    return [
      finding('expected values; a list of objects stands in the place of all lists: "forEach": [{"A": 1}]', path),
    ];
  }
  if (!isRaw(list)) return [];
  const kinds = KINDS.filter(kind => list[kind] !== undefined);
  // Other keys have been told by the first pass.
  if (kinds.length === 0 && Object.keys(list).some(key => !KINDS.some(kind => kind === key))) return [];
  const found = exactlyOne(kinds, KINDS, path);
  for (const kind of kinds) {
    const source = list[kind];
    if (isRaw(source)) found.push(...exactlyOne(keysOf(source, ['run', 'var']), ['run', 'var'], [...path, kind]));
  }
  return found;
}

function exactlyOne(has: readonly string[], all: readonly string[], path: Path): Finding[] {
  const [first, second] = has;
  if (first === undefined) return [finding(`expected one of ${all.join(', ')}`, path)];
  if (second === undefined) return [];
  return [{ message: `${listed(has, 'and')} exclude each other; keep one`, path: [...path, second], at: 'key' }];
}

/** @param prefixes names that begin with them are those of members and columns, which are known at run time only. */
function excludeFindings(
  exclude: unknown,
  names: readonly string[],
  prefixes: readonly string[],
  path: Path,
): Finding[] {
  const isListed = (name: string) => names.includes(name) || prefixes.some(prefix => name.startsWith(prefix));
  if (!Array.isArray(exclude)) return [finding(`expected objects of values that are left out, ${SUCH_AS}`, path)];
  return exclude.flatMap((row, index) => {
    const at = [...path, index];
    if (!isRaw(row)) return [finding(`expected an object of values that are left out, ${SUCH_AS}`, at)];
    const unknown = Object.keys(row).filter(name => !isListed(name));
    const nothing = Object.keys(row).length === 0 ? [finding('leaves everything out; take it out', at)] : [];
    return [...nothing, ...unknown.map(name => notListed(name, names, at))];
  });
}

const SUCH_AS = 'such as [{"NODE": 20, "OS": "mac"}]';

function notListed(name: string, names: readonly string[], row: Path): Finding {
  const hint = didYouMean(name, names) || `; there are ${listed(names, 'and')}`;
  return { message: `no list has the name ${quoteText(name)}${hint}`, path: [...row, name], at: 'key' };
}

function keysOf(object: Raw, keys: readonly string[]): string[] {
  return keys.filter(key => object[key] !== undefined);
}

function finding(message: string, path: Path): Finding {
  return { message, path, at: 'value' };
}
