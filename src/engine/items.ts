/** The items of a forEach: its lists read, combined, and what `exclude` names left out. */
import type { Failed, Outcome } from '../events/outcome.ts';
import type { ForEachStep, NamedList } from '../plan/plan.ts';
import type { ListItems } from './executor.ts';
import { productOf } from './product.ts';
import type { Scope } from './scope.ts';
import { UnsetVariable, type Values } from './variables.ts';

export type Evaluation =
  | {
      readonly type: 'items';
      readonly items: ListItems;
      /** Where they are kept, below the run's folder. */
      readonly list?: string | undefined;
    }
  /** There are none: it failed, or was told to stop, `hasBegun`: while a command ran for it. */
  | { readonly type: 'ended'; readonly outcome: Outcome; readonly hasBegun: boolean };

/** The items of the step, as they are now. What comes from outside is read once and kept for the run that is resumed. */
export async function evaluate(step: ForEachStep, scope: Scope): Promise<Evaluation> {
  try {
    const text = (value: string) => scope.variables.expand(value);
    const { items } = step;
    if (items.type === 'rows') return { type: 'items', items: inMemory(items.rows.map(row => expandAll(row, text))) };
    const lists: { name: string; items: ListItems }[] = [];
    for (const named of items.lists) {
      lists.push({ name: named.name, items: readList(named, text) });
    }
    const product = productOf(
      lists,
      items.exclude.map(row => expandAll(row, text)),
    );
    return { type: 'items', items: product };
  } catch (error) {
    if (!(error instanceof UnsetVariable)) throw error;
    return ended(failed(`forEach: ${error.message}`));
  }
}

function readList({ name, list }: NamedList, text: (value: string) => string): ListItems {
  switch (list.type) {
    case 'values': {
      const { values } = list;
      return { count: values.length, at: index => ({ [name]: text(values[index] ?? '') }) };
    }
    case 'glob':
    case 'lines':
    case 'json':
    case 'csv':
      throw new Error('not yet');
    default:
      return list satisfies never;
  }
}

function inMemory(rows: readonly Values[]): ListItems {
  return { count: rows.length, at: index => rows[index] ?? {} };
}

function expandAll(row: Values, text: (value: string) => string): Values {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, text(value)]));
}

function ended(outcome: Outcome): Evaluation {
  return { type: 'ended', outcome, hasBegun: outcome.state === 'failed' };
}

function failed(message: string): Failed {
  return { state: 'failed', reason: { type: 'start', message } };
}
