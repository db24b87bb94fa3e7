/** Which steps may be meant by a path that none has. */
import { parentPath } from './paths.ts';
import { quoteText } from './quote.ts';
import { suggest } from './suggest.ts';

/** So many are named. */
const NAMED = 5;

/**
 * `, did you mean "check/unit"?`, or, where none is near, `; there are "check/lint" and "check/unit"`: what is in the innermost
 * group that the path names. @param paths those that there are, copies as `[]`.
 */
export function stepsNear(path: string, paths: readonly string[]): string {
  const nearest = suggest(path, paths);
  if (nearest !== undefined) return `, did you mean ${quoteText(nearest)}?`;
  let within: readonly string[] = [];
  for (let group = path; within.length === 0 && group !== '.'; ) {
    group = parentPath(group);
    within = inside(group, paths);
  }
  const named = within.slice(0, NAMED).map(quoteText).join(', ');
  const more = within.length > NAMED ? ` and ${within.length - NAMED} more` : '';
  const there = named === '' ? '' : `; there ${within.length === 1 ? 'is' : 'are'} ${named}${more}`;
  return `${there}; "runjobs check" shows the paths`;
}

/** What stands directly in it, and what in each copy of it. */
function inside(group: string, paths: readonly string[]): readonly string[] {
  const groups = [group, `${group === '.' ? '' : group}[]`];
  return paths.filter(path => path !== '.' && groups.includes(parentPath(path)));
}
