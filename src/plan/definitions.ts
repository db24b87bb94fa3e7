/** What a plan defines for others to use, and that it may do nothing else. */
import type { Plan } from './plan.ts';
import type { Problem } from './problems.ts';
import { listed } from './quote.ts';

/** So many definitions are named. */
const NAMED = 10;

/** Why a plan cannot be run that has only definitions. */
export function bodyProblems({ isLibrary, definitions = {}, file }: Plan): Problem[] {
  if (isLibrary !== true) return [];
  const names = Object.keys(definitions);
  const ways = listed(
    names.slice(0, NAMED).map(name => `#${name}`),
    'or',
  );
  const more = names.length > NAMED ? ' and others' : '';
  const message = `no body: the plan only defines steps; name one of them behind its file: ${ways}${more}`;
  return [{ message, path: 'root', file: file?.replace(/^.*[\\/]/s, '') ?? '' }];
}
