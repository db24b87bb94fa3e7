/** The items of a forEach: its lists read, combined, and what `exclude` names left out. */
import type { Failed, Outcome } from '../events/outcome.ts';
import type { ForEachStep, Items } from '../plan/plan.ts';
import { whyUnwritable } from '../plan/unwritable.ts';
import { namesIn } from '../plan/variables.ts';
import type { RunContext, Running } from './context.ts';
import type { ListItems } from './executor.ts';
import { type Column, productOf, TooManyCombinations } from './product.ts';
import { readList, valuesOf } from './read-list.ts';
import type { Scope } from './scope.ts';
import { learn } from './secret-values.ts';
import { UnsetVariable, type Values } from './variables.ts';

export type Evaluation =
  | {
      readonly type: 'items';
      readonly items: ListItems;
      /** Where they are kept, below the run's folder. */
      readonly list?: string | undefined;
    }
  /** There are none: it failed, or was told to stop. */
  | { readonly type: 'ended'; readonly outcome: Outcome };

/**
 * The items of the step, as they are now. What comes from outside, or names variables, is kept, so that a run that is
 * resumed goes on with the same items.
 */
export async function evaluate(
  run: RunContext,
  running: Running,
  step: ForEachStep,
  scope: Scope,
  attempt: number,
): Promise<Evaluation> {
  const evaluation = await itemsOf(run, running, step, scope, attempt);
  if (evaluation.type === 'ended') return evaluation;
  const { items } = evaluation;
  const refusal = learnAll(run, items);
  if (refusal !== undefined) return failed(refusal);
  return evaluation.list !== undefined || isFixed(step.items)
    ? evaluation
    : { type: 'items', items, list: keep(run, running.path, items) };
}

/** Where the list sets variables that are secrets, all its values are masked before any copy starts. */
function learnAll(run: RunContext, items: ListItems): string | undefined {
  const names = Object.keys(items.count === 0 ? {} : items.at(0));
  if (!run.secretNames.some(name => names.includes(name))) return undefined;
  let refusal: string | undefined;
  for (let index = 0; index < items.count; index += 1) refusal ??= learn(run, items.at(index));
  return refusal;
}

async function itemsOf(
  run: RunContext,
  running: Running,
  step: ForEachStep,
  scope: Scope,
  attempt: number,
): Promise<Evaluation> {
  try {
    if (scope.past?.list !== undefined && run.lists !== undefined) return await kept(run.lists, scope.past.list);
    const { items } = step;
    const text = (value: string) => scope.variables.expand(value);
    if (items.type === 'rows') return { type: 'items', items: inMemory(items.rows.map(row => expandAll(row, text))) };
    const columns: Column[] = [];
    for (const named of items.lists) {
      const read = await readList(run, running, named, scope, attempt);
      if (read.type === 'ended') return read;
      columns.push({ name: named.name, items: read.items });
    }
    const exclude = items.exclude.map(row => expandAll(row, text));
    return { type: 'items', items: productOf(columns, exclude) };
  } catch (error) {
    if (error instanceof UnsetVariable || error instanceof TooManyCombinations) return failed(error.message);
    throw error;
  }
}

async function kept(lists: NonNullable<RunContext['lists']>, list: string): Promise<Evaluation> {
  const read = await lists.read(list);
  if (read.type === 'read') return { type: 'items', items: read.items, list };
  return failed(`the list that the run had begun with is lost: ${read.message}; run the plan anew`);
}

function keep(run: RunContext, path: string, items: ListItems): string | undefined {
  try {
    return run.lists?.keep(path, items, run.holdsSecret);
  } catch (error) {
    run.broken(`the list of "${path}" cannot be kept: ${whyUnwritable(error)}`);
    return undefined;
  }
}

/** How many items there will be, where the plan alone says it. */
export function countAhead(items: Items): number | undefined {
  if (items.type === 'rows') return items.rows.length;
  const columns = items.lists.flatMap(({ name, list }) =>
    list.type === 'values' ? [{ name, items: valuesOf(name, list.values) }] : [],
  );
  const isKnown = columns.length === items.lists.length && (items.exclude.length === 0 || isFixed(items));
  if (!isKnown) return undefined;
  try {
    return productOf(columns, items.exclude).count;
  } catch (error) {
    if (error instanceof TooManyCombinations) return undefined;
    throw error;
  }
}

/** Whether the plan alone says what the items are. */
function isFixed(items: Items): boolean {
  if (items.type === 'rows') return items.rows.every(isWritten);
  return (
    items.exclude.every(isWritten) && items.lists.every(({ list }) => list.type === 'values' && isWritten(list.values))
  );
}

function isWritten(texts: readonly string[] | Values): boolean {
  return Object.values(texts).every(text => namesIn(text).length === 0);
}

function inMemory(rows: readonly Values[]): ListItems {
  return { count: rows.length, at: index => rows[index] ?? {} };
}

function expandAll(row: Values, text: (value: string) => string): Values {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, text(value)]));
}

function failed(message: string): Evaluation {
  const outcome: Failed = { state: 'failed', reason: { type: 'start', message: `forEach: ${message}` } };
  return { type: 'ended', outcome };
}
