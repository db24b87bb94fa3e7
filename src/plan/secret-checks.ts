/** Checks of `secrets`: their values stand nowhere in the plan, and are no argument of a command. */
import type { Problem } from './problems.ts';
import { rootsOf } from './raw.ts';
import type { Finding, Path, Source } from './source.ts';
import { namesIn } from './variables.ts';

const STEP_LISTS = ['steps', 'gather', 'any', 'finally'];

const LITERAL = 'the value of the secret';

const EXPOSED = 'contains the value of the secret';

type Values = { readonly [key: string]: unknown };

/** The secrets whose values are known when the plan is checked. */
export interface KnownSecrets {
  /** The name of a secret whose value the text contains. */
  nameIn(text: string): string | undefined;
  /** The text with every secret in it as `***`. */
  masked(text: string): string;
}

/** Knows the secrets of these names. */
export type SecretsOf = (names: readonly string[]) => KnownSecrets;

/**
 * Finds values of secrets that are written in a file of the plan, and secrets that everybody on the machine can see.
 * @param secrets the names of all files.
 */
export function secretFindings(
  root: unknown,
  secrets: readonly string[],
): { readonly errors: Finding[]; readonly warnings: Finding[] } {
  const errors: Finding[] = [];
  const warnings: Finding[] = [];
  if (secrets.length === 0 || !isObject(root)) return { errors, warnings };

  const literal = (name: string, value: unknown, path: Path) => {
    if (!secrets.includes(name) || !isLiteral(value)) return;
    const message = `${LITERAL} "${name}" is written in the plan; it comes from the environment, an envFile or an input`;
    errors.push({ message, path, at: 'key' });
  };
  const named = (values: unknown, path: Path) => {
    if (isObject(values)) for (const [name, value] of Object.entries(values)) literal(name, value, [...path, name]);
  };
  const list = (rows: unknown, path: Path) => {
    if (Array.isArray(rows)) for (const [index, row] of rows.entries()) named(row, [...path, index]);
  };
  const step = (value: Values, path: Path) => {
    named(value.env, [...path, 'env']);
    list(value.forEach, [...path, 'forEach']);
    if (isObject(value.forEach)) {
      for (const [name, items] of Object.entries(value.forEach)) {
        const at = [...path, 'forEach', name];
        if (name === 'exclude') list(items, at);
        else if (Array.isArray(items)) for (const [index, item] of items.entries()) literal(name, item, [...at, index]);
      }
    }
    for (const key of ['run', 'launcher']) {
      const list = value[key];
      if (Array.isArray(list)) warnings.push(...seenArguments(list, secrets, [...path, key]));
    }
    for (const key of STEP_LISTS) {
      const block = value[key];
      const isBlock = key === 'finally' && isObject(block);
      const children = isBlock ? block.steps : block;
      if (!Array.isArray(children)) continue;
      const at = isBlock ? [...path, key, 'steps'] : [...path, key];
      for (const [index, child] of children.entries()) if (isObject(child)) step(child, [...at, index]);
    }
  };

  const inputs = (declaring: Values, path: Path) => {
    if (!isObject(declaring.inputs)) return;
    for (const name of secrets) {
      const input = declaring.inputs[name];
      if (isObject(input)) literal(name, input.default, [...path, 'inputs', name, 'default']);
    }
  };

  inputs(root, []);
  for (const { step: one, path } of rootsOf(root)) {
    if (!isObject(one)) continue;
    step(one, path);
    if (path.length > 0) inputs(one, path);
  }
  return { errors, warnings };
}

/** The names that a plan declares as secrets, as far as they are names. */
export function secretNames(root: unknown): string[] {
  const names = isObject(root) && Array.isArray(root.secrets) ? root.secrets : [];
  return names.filter(name => typeof name === 'string');
}

/** What of the secrets of these names is known. */
export function knownSecrets(names: readonly string[], secretsOf: SecretsOf | undefined): KnownSecrets | undefined {
  return names.length === 0 ? undefined : secretsOf?.(names);
}

/** Finds every text, and every number as it was written, that contains the value of a secret. */
export function exposedFindings(root: unknown, { nameIn }: KnownSecrets, source?: Source): Finding[] {
  const findings: Finding[] = [];
  const look = (text: string, path: Path, at: 'key' | 'value') => {
    const name = nameIn(text);
    if (name === undefined) return;
    const instead = isScript(path) ? `$${name}` : `\${${name}}`;
    const message = `${EXPOSED} "${name}"; write ${instead} in its place`;
    // A path would show a key that is one.
    findings.push({ message, path: at === 'key' ? path.slice(0, -1) : path, at });
  };
  const visit = (value: unknown, path: Path) => {
    if (typeof value === 'string') look(value, path, 'value');
    else if (typeof value === 'number') look(source?.written(path) ?? String(value), path, 'value');
    else if (Array.isArray(value)) for (const [index, item] of value.entries()) visit(item, [...path, index]);
    else if (isObject(value)) {
      for (const [key, member] of Object.entries(value)) {
        look(key, [...path, key], 'key');
        if (path.length > 0 || key !== 'secrets') visit(member, [...path, key]);
      }
    }
  };
  visit(root, []);
  return findings;
}

/**
 * The problems without secrets. Where the plan holds one, in a comment too, no line of it is shown, and of what was cut to
 * be short nothing.
 */
export function withoutSecrets(problems: readonly Problem[], known: KnownSecrets, source?: Source): Problem[] {
  const { nameIn, masked } = known;
  const isHeld = source !== undefined && nameIn(source.text) !== undefined;
  const isExposed = isHeld || problems.some(({ message }) => message.startsWith(EXPOSED));
  if (!isExposed) return [...problems];
  return problems.map(({ excerpt: _, ...problem }) => ({
    ...problem,
    message: masked(problem.message).replace(/"[^"]*…[^"]*"/g, '"***"'),
    path: masked(problem.path).replace(/\["[^"]*…[^"]*"\]/g, '["***"]'),
  }));
}

/** The problems without the lines in which the author has written a secret. */
export function withoutLiterals(problems: readonly Problem[]): Problem[] {
  return problems.map(problem => {
    if (!problem.message.startsWith(LITERAL)) return problem;
    const { excerpt: _, ...rest } = problem;
    return rest;
  });
}

/** Whether a shell reads the text at this path. */
function isScript(path: Path): boolean {
  const [list, last] = path.slice(-2);
  const isDefinition = path.length === 2 && list === 'define';
  return isDefinition || path.at(-1) === 'run' || (typeof last === 'number' && STEP_LISTS.includes(String(list)));
}

/** Whether the author has written a value: no variable, or a variable with a default. */
function isLiteral(value: unknown): boolean {
  if (typeof value === 'number' || typeof value === 'boolean') return true;
  if (typeof value !== 'string' || value === '') return false;
  const names = namesIn(value);
  return names.length === 0 || names.some(({ hasDefault }) => hasDefault && !/^\$\{\w+:-\}$/.test(value));
}

/** Arguments in which a secret will stand. */
function seenArguments(run: readonly unknown[], secrets: readonly string[], path: Path): Finding[] {
  return run.flatMap((argument, index) => {
    const name =
      typeof argument === 'string' ? namesIn(argument).find(one => secrets.includes(one.name))?.name : undefined;
    if (name === undefined) return [];
    const message = `everybody on this machine can see the arguments of a command, and so the secret "${name}"; hand it over in the environment, in stdin, or with http`;
    return [{ message, path: [...path, index], at: 'value' as const }];
  });
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
