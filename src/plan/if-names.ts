/** The variables of an `if`: those in values, which nothing expands, and of a forEach those that only its copies have, as it is judged before. */
import { escapeUnsafe } from './quote.ts';
import { isRaw } from './raw.ts';
import type { Finding, Path } from './source.ts';
import { namesIn } from './variables.ts';

/** The values of an object that name a variable: they are compared as they stand. What has a wrong type is passed over. */
export function ifValueFindings(condition: unknown, path: Path): Finding[] {
  if (!isRaw(condition)) return [];
  return Object.entries(condition).flatMap(([name, values]) => {
    const at = [...path, name];
    if (!Array.isArray(values)) return valueFindings(name, values, at);
    return values.flatMap((value, index) => valueFindings(name, value, [...at, index]));
  });
}

function valueFindings(name: string, value: unknown, path: Path): Finding[] {
  const [named] = typeof value === 'string' ? namesIn(value) : [];
  if (named === undefined) return [];
  const message = `"\${${named.name}}" stands as it is written: values of if are not expanded`;
  const script = `{"if": "test \\"$${escapeUnsafe(name)}\\" = \\"$${named.name}\\""}`;
  return [{ message: `${message}; to compare two variables, write a script: ${script}`, path, at: 'value' }];
}

/** What gives a variable to the copies alone: an item, or a value of the env that speaks of one. */
type Setter = 'forEach' | 'env';

type SetterOf = (name: string) => Setter | undefined;

/**
 * The object names its variables, a script those that a shell expands and the script does not set itself.
 * @param setterOf who sets a variable; `undefined` where not only the copies have it.
 */
export function ifFindings(condition: unknown, path: Path, setterOf: SetterOf): Finding[] {
  if (typeof condition === 'string') {
    const [first] = expandedIn(condition).flatMap(name => findingsOf(name, path, setterOf));
    return first === undefined ? [] : [first];
  }
  return Object.keys(isRaw(condition) ? condition : {}).flatMap(name => findingsOf(name, [...path, name], setterOf));
}

/** `$NAME`, `${NAME}`, `${NAME:-…}`, `${#NAME}`; not in comments. */
function expandedIn(script: string): string[] {
  const code = script.replace(/(^|\s)#.*$/gm, '$1');
  const names = [...code.matchAll(/(?<!\\)\$(?:\{[#!]?)?([A-Za-z_]\w*)/g)].map(([, name = '']) => name);
  return names.filter(name => !setsItself(code, name));
}

function setsItself(code: string, name: string): boolean {
  return new RegExp(`(?:^|[^\\w$])(?:${name}=|(?:for|read)\\s(?:[^\\n;]*\\s)?${name}\\b)`).test(code);
}

function findingsOf(name: string, path: Path, setterOf: SetterOf): Finding[] {
  const setter = setterOf(name);
  if (setter === undefined) return [];
  const what = setter === 'env' ? `"${name}", which env makes of its items` : `"${name}"`;
  const message = `if is judged once, before forEach sets ${what}; to judge it for each copy: {"forEach": …, "steps": [{"if": …, …}]}`;
  return [{ message, path, at: 'value' }];
}
