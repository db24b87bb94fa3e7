/** The definitions of a plan as a table: what `--help` and `check` show of them. */
import type { Plan } from '../plan/plan.ts';
import { tableLines } from './columns.ts';
import { cleanse } from './text.ts';

/** A line for each definition: its name, what it is for. Ends with a newline; empty where there are none. */
export function formatDefinitions({ definitions = {} }: Plan): string {
  const rows = Object.entries(definitions).map(([name, { description = '' }]) => [
    `#${name}`,
    cleanse(description.replaceAll(/\s+/g, ' ')),
  ]);
  return rows.length === 0 ? '' : `Definitions (behind the name of the plan, or in use):\n${tableLines(rows)}`;
}
