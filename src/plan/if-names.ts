/** Whether the `if` of a forEach looks at what only its copies have: it is judged before there is any. */
import { isRaw } from './raw.ts';
import type { Finding, Path } from './source.ts';

/**
 * The object names its variables, a script those that a shell expands and the script does not set itself.
 * @param isOfCopies whether only the copies have the variable.
 */
export function ifFindings(condition: unknown, path: Path, isOfCopies: (name: string) => boolean): Finding[] {
  if (typeof condition === 'string') {
    const name = expandedIn(condition).find(isOfCopies);
    return name === undefined ? [] : [finding(name, path)];
  }
  const names = Object.keys(isRaw(condition) ? condition : {});
  return names.filter(isOfCopies).map(name => finding(name, [...path, name]));
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

function finding(name: string, path: Path): Finding {
  const what = `if is judged once, before forEach sets "${name}"`;
  const message = `${what}; to judge it for each copy: {"forEach": …, "steps": [{"if": …, …}]}`;
  return { message, path, at: 'value' };
}
