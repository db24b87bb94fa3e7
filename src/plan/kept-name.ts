/** The one name that objects of JavaScript lose: it is refused where users choose names. */
import type { Finding, Path } from './source.ts';

const KEPT = '__proto__';

/** That a member of `names` has it; `what` is what these names are for. */
export function keptNameFindings(names: unknown, path: Path, what: string): Finding[] {
  if (typeof names !== 'object' || names === null || !Object.hasOwn(names, KEPT)) return [];
  const message = `"${KEPT}" means something of its own to JavaScript and is no ${what} here; choose another name`;
  return [{ message, path: [...path, KEPT], at: 'key' }];
}
