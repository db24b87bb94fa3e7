/** Whether the pools that steps name are there, and large enough. */
import { mostOf, parsePool } from './pools.ts';
import { quoteText } from './quote.ts';
import { isRaw, type Raw } from './raw.ts';
import type { Finding, Path } from './source.ts';
import { didYouMean } from './suggest.ts';

type Values = { readonly [key: string]: unknown };

/** What is wrong with the `pools` of a step. @param known those of the root. Values of a wrong type are passed over. */
export function poolFindings(pools: unknown, path: Path, known: Values): Finding[] {
  return weightsIn(pools, path).flatMap(([at, name, weight]): Finding[] => {
    if (typeof name !== 'string') return [];
    const written = Object.hasOwn(known, name) ? known[name] : undefined;
    if (written === undefined) {
      const meant = didYouMean(name, Object.keys(known)) || '; add it to pools at the root of the plan';
      return [{ message: `no pool is called "${name}"${meant}`, path: at, at: 'value' }];
    }
    const pool = typeof written === 'number' || typeof written === 'string' ? parsePool(written) : undefined;
    if (pool === undefined || typeof weight !== 'number' || weight <= mostOf(pool)) return [];
    return [{ message: `the pool "${name}" has ${mostOf(pool)}, so nobody can take ${weight}`, path: at, at: 'value' }];
  });
}

/**
 * Of a list of steps, those that need more of a pool than a background step beside them leaves: they wait until that has
 * ended, which may be never. @param known those of the root.
 */
export function heldPoolFindings(steps: readonly unknown[], path: Path, known: Values): Finding[] {
  const held = steps.flatMap((step, index) =>
    isRaw(step) && isHolder(step) ? [{ index, name: nameOf(step, index), taken: takenBy(step) }] : [],
  );
  if (held.length === 0) return [];
  return steps.flatMap((step, index): Finding[] => {
    if (!isRaw(step) || step.background === true) return [];
    const taken = takenBy(step);
    for (const holder of held) {
      // What stands before it has been served before it.
      if (holder.index > index) continue;
      for (const [pool, weight] of holder.taken) {
        const size = Object.hasOwn(known, pool) ? known[pool] : undefined;
        const needed = taken.get(pool);
        if (typeof size !== 'number' || weight > size || needed === undefined || weight + needed <= size) continue;
        const what = `${quoteText(holder.name)} in the background holds of the pool ${quoteText(pool)} what this needs, until it ends`;
        const message = `${what}; make the pool larger, or let the two stand in groups of their own`;
        return [{ message, path: [...path, index, 'pools'], at: 'value' }];
      }
    }
    return [];
  });
}

/** Whether it has what it takes until its group ends, and not for a tick at a time. */
function isHolder({ background, every }: Raw): boolean {
  return background === true && every === undefined;
}

function nameOf({ id, name }: Raw, index: number): string {
  return typeof id === 'string' ? id : typeof name === 'string' ? name : String(index + 1);
}

function takenBy({ pools }: Raw): ReadonlyMap<string, number> {
  const taken = weightsIn(pools, []).flatMap(([, name, weight]) =>
    typeof name === 'string' && typeof weight === 'number' ? [[name, weight] as const] : [],
  );
  return new Map(taken);
}

/** The pools that a step names, each with its place and how much the step takes. */
function weightsIn(pools: unknown, path: Path): (readonly [at: Path, name: unknown, weight: unknown])[] {
  if (typeof pools === 'string') return [[path, pools, 1]];
  if (Array.isArray(pools)) return pools.map((name, index) => [[...path, index], name, 1]);
  return Object.entries(Object(pools)).map(([name, weight]) => [[...path, name], name, weight]);
}
