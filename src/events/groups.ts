/** Which steps of a run have children of their own: by its plan, or by its journal where there is no plan to read. */

import { childPath, childrenOf, type Step } from '../plan/plan.ts';
import type { RunEvent } from './event.ts';

/** Whether the step at a path has children of its own, those of `finally` aside. */
export type IsGroup = (path: string) => boolean;

export function groupsOf(root: Step): IsGroup {
  const groups = new Set<string>();
  const add = (step: Step, path: string) => {
    if (step.type === 'steps' || step.type === 'gather') groups.add(path);
    for (const child of childrenOf(step)) add(child, childPath(path, child.id));
    for (const child of step.finally?.steps ?? []) add(child, childPath(childPath(path, 'finally'), child.id));
  };
  add(root, '.');
  return path => groups.has(path);
}

/** Learns the groups from events: a step is one when another step lies below it. */
export function createGroupFinder(): { take(event: RunEvent): void; isGroup: IsGroup } {
  const groups = new Set<string>();
  return {
    take(event) {
      if (!('step' in event) || event.step === undefined || event.step === '.') return;
      let above = event.step;
      do {
        const cut = above.lastIndexOf('/');
        const isOfFinally = above === 'finally' || above.endsWith('/finally');
        above = cut === -1 ? '.' : above.slice(0, cut);
        // What has a `finally` is no group by that.
        if (isOfFinally) return;
        if (above !== 'finally' && !above.endsWith('/finally')) {
          if (groups.has(above)) return;
          groups.add(above);
        }
      } while (above !== '.');
    },
    isGroup: path => groups.has(path),
  };
}
