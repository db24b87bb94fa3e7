/** What a step gives to the inputs of the plan or definition that it uses, as far as it stands in the file. */
import { namesOfForEach } from './for-each-checks.ts';
import { fits, rulesOf } from './inputs.ts';
import type { Known } from './known.ts';
import type { Input } from './plan.ts';
import type { PlanFile } from './plan-file.ts';
import type { UsedStep } from './plan-files.ts';
import { escapeUnsafe, quoteText, shorten } from './quote.ts';
import { isRaw, type Raw } from './raw.ts';
import type { Finding, Path } from './source.ts';
import { didYouMean } from './suggest.ts';
import { expand, namesIn } from './variables.ts';

/** A step with a `use`, and where it stands. */
export interface UsingStep {
  readonly step: Raw;
  readonly path: Path;
  readonly file: PlanFile;
  readonly use: string;
}

/**
 * Inputs without a value, and values that do not fit. A value with a variable in it is judged when the step starts.
 * @param known what is set outside of what is used, the step's own variables among it.
 */
export function useInputFindings({ step, path, file, use }: UsingStep, used: UsedStep, known: Known): Finding[] {
  const env = isRaw(step.env) ? step.env : {};
  const forEach = namesOfForEach(step.forEach, path);
  return inputsOfUsed(used).flatMap(({ name, input, path: declaredAt }): Finding[] => {
    const rules = rulesIn(input, used.file, declaredAt);
    if (rules === undefined) return [];
    const values = [...givenBy(env, name, [...path, 'env']), ...listedFor(step.forEach, name, [...path, 'forEach'])];
    if (values.length === 0) {
      const isGiven =
        forEach.names.has(name) || forEach.partly.has(name) || forEach.prefixes.some(one => name.startsWith(one));
      const isMissing = input.default === undefined && input.required !== false && !known.isOpen && !known.has(name);
      if (!isMissing || isGiven) return [];
      const about = typeof input.description === 'string' ? ` (${escapeUnsafe(shorten(input.description, 100))})` : '';
      const message = `${quoteText(use)} needs the input ${quoteText(name)}${about}; give it in env`;
      return [{ message, path: [...path, 'use'], at: 'value' }];
    }
    return values.flatMap(({ value: written, path: at }): Finding[] => {
      const value = finalText(textOf(written, at, file));
      if (value === undefined || fits(rules, value)) return [];
      const meant = didYouMean(value, rules.enum ?? []);
      const message = `the input ${quoteText(name)} of ${quoteText(use)}: expected ${rulesOf(rules)}, got ${quoteText(value)}${meant}`;
      return [{ message, path: at, at: 'value' }];
    });
  });
}

/** A value as it is written, and where. */
interface Written {
  readonly value: unknown;
  readonly path: Path;
}

/** The value of a name in an object at a path. */
function givenBy(values: unknown, name: string, path: Path): Written[] {
  return isRaw(values) && Object.hasOwn(values, name) ? [{ value: values[name], path: [...path, name] }] : [];
}

/** The values that a forEach gives to a name, as far as they stand in the file. */
function listedFor(forEach: unknown, name: string, path: Path): Written[] {
  if (Array.isArray(forEach)) return forEach.flatMap((row, index) => givenBy(row, name, [...path, index]));
  return givenBy(forEach, name, path).flatMap(({ value, path: at }) =>
    Array.isArray(value) ? value.map((item, index) => ({ value: item, path: [...at, index] })) : [],
  );
}

/** The text that a step will have; undefined where a variable decides it, or it is none. */
function finalText(text: string | undefined): string | undefined {
  if (text === undefined || namesIn(text).length > 0) return undefined;
  const expansion = expand(text, () => undefined);
  return expansion.type === 'text' ? expansion.text : undefined;
}

/** An input as it is declared, and where. */
interface Declared {
  readonly name: string;
  readonly input: Raw;
  readonly path: Path;
}

/** Those of the plan, where it is another one, but those that the definition has itself; then these. */
function inputsOfUsed({ root, step, path, isElsewhere }: UsedStep): readonly Declared[] {
  const own = isRaw(step) && step !== root ? declared(step, path) : [];
  const ofRoot = isElsewhere ? declared(root, []) : [];
  return [...ofRoot.filter(({ name }) => !own.some(other => other.name === name)), ...own];
}

function declared({ inputs }: Raw, path: Path): Declared[] {
  const all = Object.entries(isRaw(inputs) ? inputs : {});
  return all.flatMap(([name, input]) => (isRaw(input) ? [{ name, input, path: [...path, 'inputs', name] }] : []));
}

/** What a value must be; undefined where the declaration itself is wrong, which is told there. */
function rulesIn(
  { type = 'string', pattern, enum: values }: Raw,
  file: PlanFile,
  path: Path,
): Pick<Input, 'type' | 'enum' | 'pattern'> | undefined {
  if (type !== 'string' && type !== 'number' && type !== 'boolean') return undefined;
  const texts = Array.isArray(values)
    ? values.map((value, index) => textOf(value, [...path, 'enum', index], file) ?? '')
    : undefined;
  return {
    type,
    ...(typeof pattern === 'string' ? { pattern } : {}),
    ...(texts === undefined ? {} : { enum: texts }),
  };
}

/** A scalar as its author wrote it. */
function textOf(value: unknown, path: Path, { source }: PlanFile): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value !== 'number' && typeof value !== 'boolean') return undefined;
  return source?.written(path) ?? String(value);
}
