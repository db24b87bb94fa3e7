/** What plans are called, and the one that a name was probably meant for which no file has. */
import { readdirSync } from 'node:fs';
import { basename, dirname, extname } from 'node:path';
import { suggest } from './suggest.ts';

export const MODULES: readonly string[] = ['.mjs', '.js', '.cjs'];
export const YAMLS: readonly string[] = ['.yaml', '.yml'];
export const PLANS: readonly string[] = [...YAMLS, '.json', ...MODULES];

export interface NearPlans {
  /** The file that is called so but for its extension. */
  readonly exact: string | undefined;
  /** That, or else one of nearly that name. */
  readonly near: string | undefined;
}

/** The names of plans in the folder of the file. @throws the file system's error where that cannot be read. */
export function plansNear(file: string): NearPlans {
  const name = basename(file);
  const plans = readdirSync(dirname(file)).filter(found => PLANS.includes(extname(found).toLowerCase()));
  const called = (stem: string | undefined) =>
    stem === undefined ? undefined : PLANS.map(extension => stem + extension).find(one => plans.includes(one));
  const exact = called(name);
  const stems = extname(name) === '' ? plans.map(plan => basename(plan, extname(plan))) : [];
  return { exact, near: exact ?? suggest(name, plans) ?? called(suggest(name, [...new Set(stems)])) };
}
