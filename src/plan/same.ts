/** Whether a step is still the one that it was when a run of an earlier version of the file was broken off. */
import { childPath, childrenOf, type ForEachStep, type Step } from './plan.ts';

/** Whether the two do the same, apart from the steps inside. What only people read does not count. */
function sameStep(one: Step, other: Step): boolean {
  return essence(one) === essence(other);
}

/**
 * The paths of the steps that differ between two versions of a plan, those that came or went included. Of a forEach whose
 * list or copies are others, `test[]`: all copies.
 */
export function changedSteps(before: Step, now: Step, path = '.'): string[] {
  const changed = sameStep(before, now) ? [] : [path];
  if (now.type === 'forEach' && !(before.type === 'forEach' && sameCopies(before, now))) {
    changed.push(childPath(path, '[]'));
  }
  const was = byId(childrenOf(before));
  const is = byId(childrenOf(now));
  for (const id of new Set([...was.keys(), ...is.keys()])) {
    const [one, other] = [was.get(id), is.get(id)];
    const below = childPath(path, id);
    changed.push(...(one === undefined || other === undefined ? [below] : changedSteps(one, other, below)));
  }
  return changed;
}

/** Steps by their ids, which are unique among siblings. */
function byId(steps: readonly Step[]): ReadonlyMap<string, Step> {
  return new Map(steps.map(step => [step.id, step]));
}

function essence(step: Step): string {
  const { name: _name, description: _description, ...rest } = step;
  return JSON.stringify({ ...rest, children: undefined, items: undefined, each: undefined });
}

function sameCopies(one: ForEachStep, other: ForEachStep): boolean {
  return JSON.stringify(one.items) === JSON.stringify(other.items) && changedSteps(one.each, other.each).length === 0;
}
