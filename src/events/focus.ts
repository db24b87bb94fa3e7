/** The one copy that somebody looks at: of it everything is kept, whatever else is folded into counts. */
import { copiesAround, copyOf } from '../plan/paths.ts';
import { isAtOrBelow } from '../plan/plan.ts';

export interface Focus {
  /** Whether the step at a path is in focus: it lies in what is looked at, or is a copy around that. */
  has(path: string): boolean;
  /** The number of the copy of this forEach that is in focus. */
  copyOf(forEach: string): number | undefined;
}

/** @param focus the path of a copy, or of a step inside one; without it nothing is in focus. */
export function createFocus(focus: string | undefined): Focus {
  if (focus === undefined) return { has: () => false, copyOf: () => undefined };
  const around = copiesAround(focus);
  return {
    has: path => isAtOrBelow(path, focus) || around.includes(path),
    copyOf: forEach => around.map(copyOf).find(copy => copy?.forEach === forEach)?.number,
  };
}
