/** Whether the pools that steps name are there, and large enough. */
import { mostOf, parsePool } from './pools.ts';
import type { Finding, Path } from './source.ts';
import { didYouMean } from './suggest.ts';

type Values = { readonly [key: string]: unknown };

/** What is wrong with the `pools` of a step. @param known those of the root. Values of a wrong type are passed over. */
export function poolFindings(pools: unknown, path: Path, known: Values): Finding[] {
  const named =
    typeof pools === 'string'
      ? [[path, pools, 1] as const]
      : Array.isArray(pools)
        ? pools.map((name, index) => [[...path, index], name, 1] as const)
        : Object.entries(Object(pools)).map(([name, weight]) => [[...path, name], name, weight] as const);
  return named.flatMap(([at, name, weight]): Finding[] => {
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
