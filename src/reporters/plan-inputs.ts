/** The inputs of a plan as a table: what `--help` and `check` show of them. */
import type { Input, Plan } from '../plan/plan.ts';
import { listed } from '../plan/quote.ts';
import { tableLines } from './columns.ts';
import { cleanse } from './text.ts';

/** A line for each input: its name, what it may be, what it is for. Ends with a newline; empty where there are none. */
export function formatInputs({ inputs, secrets }: Plan): string {
  const rows = Object.entries(inputs).map(([name, input]) => [
    name,
    ruleWords(input, secrets.includes(name)),
    cleanse((input.description ?? '').replaceAll(/\s+/g, ' ')),
  ]);
  if (rows.length === 0) return '';
  return `Inputs (--set NAME=value):\n${tableLines(rows)}`;
}

/** `"staging" or "production", default "staging"`. */
function ruleWords({ type, enum: values, pattern, default: fallback, required }: Input, isSecret: boolean): string {
  const kind = type === 'string' ? 'text' : type === 'boolean' ? 'true or false' : 'number';
  const words = [values === undefined ? kind : listed(values.map(shown), 'or')];
  if (pattern !== undefined) words.push(`matches ${cleanse(pattern)}`);
  if (isSecret) words.push('secret');
  words.push(fallback === undefined ? (required ? 'required' : 'optional') : `default ${shown(fallback)}`);
  return words.join(', ');
}

/** A value as it is written, in quotes where it would not be seen as one. */
function shown(value: string): string {
  return /^[\w.:/@+-]+$/.test(value) ? value : cleanse(JSON.stringify(value));
}
