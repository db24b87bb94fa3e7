/** Whether what the command line leaves of a plan has anything to do. */
import { childrenOf, type ForEachStep, type Step } from '../plan/plan.ts';
import { stretchesOf } from './chosen.ts';
import { countAhead } from './items.ts';

/**
 * Whether every step that would do something is left out. Of copies whose list comes from outside it is only known where their
 * numbers contradict each other.
 */
export function isNothingLeft(step: Step): boolean {
  if (step.leftOut !== undefined) return true;
  if (step.type === 'forEach') return !hasCopyLeft(step) || isNothingLeft(step.each);
  const children = childrenOf(step);
  return children.length > 0 && children.every(isNothingLeft);
}

function hasCopyLeft(step: ForEachStep): boolean {
  if (step.chosen === undefined) return true;
  const count = countAhead(step.items) ?? Number.POSITIVE_INFINITY;
  const stretchAt = stretchesOf(step);
  for (let number = 1; number <= count && Number.isFinite(number); ) {
    const { by, end } = stretchAt(number);
    if (by === undefined) return true;
    number = end;
  }
  // Without any copies to begin with it is not the command line that leaves none.
  return count === 0;
}
