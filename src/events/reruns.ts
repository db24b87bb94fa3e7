/** Which copies of forEach steps hold a step that a resumed run starts again though it had succeeded. */
import { childPath, childrenOf, type Step } from '../plan/plan.ts';

/** By the path of a copy, whatever its number and those of the copies around it. */
export function copiesWithRerun(root: Step): (path: string) => boolean {
  const found = new Set<string>();
  const look = (step: Step, path: string): boolean => {
    const inCopy = step.type === 'forEach' && look(step.each, childPath(path, '[]'));
    if (inCopy) found.add(childPath(path, '[]'));
    const inside = childrenOf(step).map(child => look(child, childPath(path, child.id)));
    return inCopy || step.rerun === true || inside.includes(true);
  };
  look(root, '.');
  return path => found.size > 0 && found.has(path.replace(/\[\d+\]/g, '[]'));
}
