/** Warnings of commands that do not mean what other tools would take them for. */
import { expandedPart, hasPipe } from './pipes.ts';
import { quoteText } from './quote.ts';
import { isRaw } from './raw.ts';
import type { Finding, Path } from './source.ts';
import { bareNamesIn } from './variables.ts';

/** Variables that everybody has. */
const USUAL: readonly string[] = ['HOME', 'PATH', 'PWD', 'USER'];

const MAY_BE_FOREIGN = /\$\$|\{\{|\$\([A-Z]/;

/** What stands for a variable in files of other tools, and what it is in a shell. */
const FOREIGN: readonly (readonly [pattern: RegExp, say: (found: string, name: string) => string])[] = [
  [/\$\{\{/, () => '"${{ … }}" is an expression of GitHub Actions, which fails in a shell; write "$NAME"'],
  [
    /\{\{\s*\.([A-Z][A-Z0-9_]{2,})\s*\}\}/,
    (found, name) => `${quoteText(found)} stays as it is written; write "$${name}"`,
  ],
  [
    /\$\(([A-Z][A-Z0-9_]+)\)/,
    (found, name) => `${quoteText(found)} runs a program called ${name}; the variable is "$${name}"`,
  ],
  [
    /\$(\$[({]?[A-Za-z_]\w*)/,
    (found, name) =>
      `the "$$" of ${quoteText(found)} is the process id of the shell, not a dollar; write ${quoteText(name)}`,
  ],
];

/** @param define the definitions of the file. */
export function scriptWarnings(script: string, path: Path, shell: unknown, define: unknown): Finding[] {
  const warn = (message: string): Finding => ({ message, path, at: 'value' });
  const found: Finding[] = [];
  if (shell === 'sh' && hasPipe(script))
    found.push(warn('a pipe under sh hides the failure of its left side; set shell to "bash" to see it'));
  if (typeof shell === 'string' && MAY_BE_FOREIGN.test(script)) {
    const text = expandedPart(script);
    for (const [pattern, say] of FOREIGN) {
      const [match, name = ''] = pattern.exec(text) ?? [];
      if (match !== undefined) found.push(warn(say(match, name)));
    }
  }
  if (isRaw(define) && Object.hasOwn(define, script) && path[0] !== 'define')
    found.push(warn(`this starts a program called ${quoteText(script)}; the definition is {"use": "#${script}"}`));
  return found;
}

/** A list of commands in the place of a program with its arguments. */
export function programWarnings(run: readonly unknown[], path: Path): Finding[] {
  const [program] = run;
  if (typeof program !== 'string' || !/^[\w.-]+\s/.test(program)) return [];
  const message = `a list is one program with its arguments, and none is called ${quoteText(program)}; commands are a list of "steps", or one text`;
  return [{ message, path: [...path, 0], at: 'value' }];
}

/** Values of an env in which something stands that only a shell would expand. @param inputs those of the root. */
export function envWarnings(env: unknown, path: Path, inputs: unknown): Finding[] {
  if (!isRaw(env)) return [];
  const known = new Set([...USUAL, ...Object.keys(env), ...(isRaw(inputs) ? Object.keys(inputs) : [])]);
  return Object.entries(env).flatMap(([name, value]): Finding[] => {
    const message = typeof value === 'string' ? unexpanded(value, known) : undefined;
    return message === undefined ? [] : [{ message, path: [...path, name], at: 'value' }];
  });
}

function unexpanded(text: string, known: ReadonlySet<string>): string | undefined {
  if (/\$\([^)]|^`.+`$/.test(text))
    return 'this stands as it is written: no shell reads it; let a step print it and save it, or set it in the script';
  const name = bareNamesIn(text).find(bare => known.has(bare));
  if (name === undefined) return undefined;
  return `"$${name}" stands as it is written: no shell reads this; write "\${${name}}", or "$$${name}" where a dollar is meant`;
}
