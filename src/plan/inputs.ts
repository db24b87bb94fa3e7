/** Inputs: whether their declarations hold together, and whether the values that are given fit them. */
import { foundAround, type Given } from './given.ts';
import { patternFault } from './pattern-fault.ts';
import type { Input, Plan } from './plan.ts';
import type { Problem } from './problems.ts';
import { escapeUnsafe, listed, quoteText, shorten } from './quote.ts';
import { isRaw, type Raw, rootsOf } from './raw.ts';
import type { Finding, Path, Source } from './source.ts';
import { didYouMean } from './suggest.ts';
import { namesIn } from './variables.ts';

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** So many of the values that are allowed are named. */
const NAMED = 20;

type Rules = Pick<Input, 'type' | 'enum' | 'pattern'>;

/** What a value must be, in words; the empty text where any text is right. */
export function rulesOf({ type, enum: values, pattern }: Rules): string {
  if (values !== undefined) {
    const named = values.slice(0, NAMED).map(quoteText);
    return values.length > NAMED ? `one of ${named.join(', ')}, …` : listed(named, 'or');
  }
  if (type === 'boolean') return '"true" or "false"';
  const shape = pattern === undefined ? '' : `what matches ${shown(pattern)} as a whole`;
  if (type === 'number') return shape === '' ? 'a number' : `a number, ${shape}`;
  return shape;
}

/** Whether a value is what the input asks for. A pattern that is none matches all. */
export function fits({ type, enum: values, pattern }: Rules, value: string): boolean {
  if (!fitsType(type, value) || value.includes('\0')) return false;
  if (values !== undefined && !values.includes(value)) return false;
  return pattern === undefined || (wholeOf(pattern)?.test(value) ?? true);
}

function fitsType(type: unknown, value: string): boolean {
  if (type === 'boolean') return value === 'true' || value === 'false';
  return type !== 'number' || (DECIMAL.test(value) && Number.isFinite(Number(value)));
}

/** The expression that a whole value must match; undefined where the pattern is none. */
function wholeOf(pattern: string): RegExp | undefined {
  try {
    // By itself, too: `a)(b` is one only between the parentheses.
    new RegExp(pattern, 'u');
    return new RegExp(`^(?:${pattern})$`, 'u');
  } catch {
    return undefined;
  }
}

/**
 * Everything that is wrong with the values of the inputs: names that are none, values that do not fit, and, for a run,
 * those that are missing. The value of a secret is never shown.
 */
export function inputProblems(plan: Plan, given: Given, { isRun }: { readonly isRun: boolean }): Problem[] {
  const { inputs, secrets } = plan;
  const unknown = Object.keys(given.set).filter(name => !Object.hasOwn(inputs, name));
  const messages = unknown.map(name => `--set ${shown(name)}: ${noInput(name, Object.keys(inputs))}`);
  for (const [name, input] of Object.entries(inputs)) {
    const value = givenValue(name, input, given);
    if (value !== undefined) {
      if (!fits(input, value)) messages.push(`input ${name}: ${misfit(input, value, secrets.includes(name))}`);
    } else if (isRun && input.required) messages.push(`input ${name} is missing: ${wanted(name, input)}`);
  }
  return messages.map(message => ({ message, path: '', file: '' }));
}

/** Names of inputs that a run needs and that have no value. */
export function missingInputs({ inputs }: Plan, given: Given): string[] {
  const missing = ([name, input]: [string, Input]) => input.required && givenValue(name, input, given) === undefined;
  return Object.entries(inputs).flatMap(entry => (missing(entry) ? [entry[0]] : []));
}

function givenValue(name: string, input: Input, given: Given): string | undefined {
  if (Object.hasOwn(given.set, name)) return given.set[name];
  return input.default ?? foundAround(given, name);
}

function noInput(name: string, known: readonly string[]): string {
  if (known.length === 0) return 'the plan has no inputs; take it out, or declare it: inputs: {…}';
  return `the plan has no such input${didYouMean(name, known) || `; it has ${known.slice(0, NAMED).join(', ')}`}`;
}

function misfit(input: Input, value: string, isSecret: boolean): string {
  const expected = `expected ${rulesOf(input) || 'text without a NUL character'}`;
  if (isSecret) return `${expected}; what it has is a secret, and not shown`;
  return `${expected}, got ${quoteText(value)}${didYouMean(value, input.enum ?? [])}`;
}

function wanted(name: string, input: Input): string {
  const rules = rulesOf(input);
  const about = input.description === undefined ? '' : ` (${shown(input.description)})`;
  return `${rules === '' ? '' : `${rules}${about}; `}give it with --set ${name}=…, --env-file or the environment${rules === '' ? about : ''}`;
}

/** What is wrong with the declarations. Values of a wrong type are passed over. */
export function inputFindings(root: unknown, source?: Source): Finding[] {
  if (!isRaw(root)) return [];
  const secrets: readonly unknown[] = Array.isArray(root.secrets) ? root.secrets : [];
  return rootsOf(root).flatMap(({ step, path }) => {
    const inputs = isRaw(step) && isRaw(step.inputs) ? Object.entries(step.inputs) : [];
    return inputs.flatMap(([name, input]) => {
      const isSecret = secrets.includes(name);
      return isRaw(input) ? declarationFindings(input, [...path, 'inputs', name], { isSecret, source }) : [];
    });
  });
}

/** Defaults in which a variable is named, that stands there as it is written. */
export function inputWarnings(root: Raw): Finding[] {
  return rootsOf(root).flatMap(({ step, path }) => {
    const inputs = isRaw(step) && isRaw(step.inputs) ? Object.entries(step.inputs) : [];
    return inputs.flatMap(([name, input]): Finding[] => {
      const value = isRaw(input) ? input.default : undefined;
      const [named] = typeof value === 'string' ? namesIn(value) : [];
      if (named === undefined) return [];
      const what = `"\${${named.name}}" stands as it is written: the default of an input is not expanded`;
      const message = `${what}; where it is to be the value of a variable, make it in "env", or in the script`;
      return [{ message, path: [...path, 'inputs', name, 'default'], at: 'value' }];
    });
  });
}

function declarationFindings(
  input: Raw,
  path: Path,
  { isSecret, source }: { readonly isSecret: boolean; readonly source: Source | undefined },
): Finding[] {
  const found: Finding[] = [];
  const tell = (message: string, part: Path, at: 'key' | 'value' = 'value') =>
    found.push({ message, path: [...path, ...part], at });
  const pattern = typeof input.pattern === 'string' ? input.pattern : undefined;
  const fault = pattern === undefined ? undefined : patternFault(pattern, 'u');
  if (fault !== undefined) tell(`expected a regular expression: ${fault}`, ['pattern']);
  const type = input.type === 'number' || input.type === 'boolean' ? input.type : 'string';
  const rules: Rules = { type, ...(pattern === undefined ? {} : { pattern }) };
  const textOf = (value: unknown, part: Path): string | undefined =>
    isScalar(value) ? (source?.written([...path, ...part]) ?? String(value)) : undefined;
  const values: (string | undefined)[] = Array.isArray(input.enum)
    ? input.enum.map((value, index) => textOf(value, ['enum', index]))
    : [];
  for (const [index, value] of values.entries()) {
    if (value !== undefined && !fits(rules, value)) {
      tell(`expected ${rulesOf(rules)}, got ${quoteText(value)}`, ['enum', index]);
    }
  }
  if (input.default === undefined) return found;
  if (input.required === true) tell('required and default exclude each other; keep one', ['required'], 'key');
  const value = isSecret ? undefined : textOf(input.default, ['default']);
  const allowed = values.filter(one => one !== undefined);
  const all: Rules = { ...rules, ...(allowed.length === 0 ? {} : { enum: allowed }) };
  if (value === undefined || fits(all, value)) return found;
  tell(`expected ${rulesOf(all)}, got ${quoteText(value)}${didYouMean(value, allowed)}`, ['default']);
  return found;
}

/** A text of the author's inside a message. */
function shown(text: string): string {
  return escapeUnsafe(shorten(text, 100));
}

function isScalar(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
