/** The values of a plan's secrets: what is known at the start, and what is learned while the run goes on. */
import type { Secrets } from '../events/secrets.ts';
import { isTooShort, SECRET_MIN } from '../events/spellings.ts';
import { childrenOf, type Plan, type Step } from '../plan/plan.ts';
import type { Problem } from '../plan/problems.ts';
import { namesSaved } from '../plan/saved-names.ts';
import type { Values, Variables } from './variables.ts';

/** What a run knows of its secrets. */
export interface Learning {
  /** The variables that hold them. */
  readonly secretNames: readonly string[];
  readonly secrets: Secrets;
}

/**
 * From now on the secrets among the values are masked: call it before anything can print them. Returns in words, without
 * the value, what is wrong with one that cannot be masked.
 */
export function learn({ secretNames, secrets }: Learning, values: Values): string | undefined {
  let refusal: string | undefined;
  for (const name of secretNames) {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) continue;
    if (isTooShort(value)) refusal ??= tooShort(name, value);
    else secrets.add(name, value);
  }
  return refusal;
}

/** The values of the plan's secrets that the variables hold. */
export function secretValues(names: readonly string[], variables: Variables): Values {
  const known = names.flatMap(name => {
    const value = variables.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(known);
}

/**
 * What is wrong with the plan's secrets at the start of a run: those that have no value, where nothing in the plan can give
 * them one, and those whose value is too short.
 * @param variables what the caller gives. @param told those of which it is told elsewhere.
 */
export function secretProblems(plan: Plan, variables: Variables, told: readonly string[] = []): Problem[] {
  const { names, hasFiles } = settable(plan.root);
  return plan.secrets.flatMap((name, index) => {
    if (told.includes(name)) return [];
    const value = variables.get(name) ?? '';
    const isLater = value === '' && (hasFiles || names.has(name));
    if (isLater || (value !== '' && !isTooShort(value))) return [];
    const message = value === '' ? missing(name) : tooShort(name, value);
    const file = plan.secretsElsewhere?.[name];
    return [{ message, path: file === undefined ? `root.secrets[${index}]` : 'root.secrets', file: file ?? '' }];
  });
}

function missing(name: string): string {
  return `the secret "${name}" has no value; give it in the environment, in a file that envFile names, or as an input`;
}

function tooShort(name: string, value: string): string {
  const what = value === '' ? 'is empty' : `has fewer than ${SECRET_MIN} characters`;
  return `the value of the secret "${name}" ${what} and cannot be masked; use a longer one, or take it out of "secrets"`;
}

interface Settable {
  readonly names: Set<string>;
  /** Files of variables are read, whose names are not known before. */
  hasFiles: boolean;
}

/** The variables that steps can set while the run goes on. */
function settable(step: Step, found: Settable = { names: new Set(), hasFiles: false }): Settable {
  const { levels = [], save = {} } = step.used ?? {};
  for (const { env, envFiles } of [step, ...levels]) {
    if (envFiles !== undefined) found.hasFiles = true;
    for (const name of Object.keys(env)) found.names.add(name);
  }
  for (const name of Object.keys(save)) found.names.add(name);
  if (step.type === 'run' || step.type === 'http') for (const name of namesSaved(step.save)) found.names.add(name);
  if (step.type === 'forEach') {
    settable(step.each, found);
    const { items } = step;
    const lists =
      items.type === 'rows' ? items.rows.flatMap(row => Object.keys(row)) : items.lists.map(({ name }) => name);
    for (const name of lists) found.names.add(name);
  }
  for (const child of [...childrenOf(step), ...(step.finally?.steps ?? [])]) settable(child, found);
  return found;
}
