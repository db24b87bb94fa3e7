/** Which steps of a run have others below them: by its plan, or by its journal where there is no plan to read. */
import { isFinally, parentPath, stepsBelow, templateOf } from '../plan/paths.ts';
import { isAtOrBelow, type Step } from '../plan/plan.ts';
import type { RunEvent } from './event.ts';
import type { Forgiven } from './outcome.ts';

/** What stands where in a plan. All copies of a forEach are alike. */
export interface Groups {
  /** Whether the step at a path has children of its own, those of `finally` aside. */
  isGroup(path: string): boolean;
  isForEach(path: string): boolean;
  /** Why failures in a group are none once it has ended well; undefined where there is no more to say than that it has. */
  forgivenIn(path: string): Forgiven | undefined;
  /** The steps without children of their own at and below a path, those of `finally` included. */
  leavesBelow(path: string): Leaves;
}

export interface Leaves {
  readonly count: number;
  /** Each forEach among them holds as many more as its list says. */
  readonly lists: number;
}

const LEAF: Leaves = { count: 1, lists: 0 };

export function groupsOf(root: Step): Groups {
  const groups = new Map<string, Step['type']>();
  const leaves = new Map<string, Leaves>();
  const forgiving = new Map<string, Forgiven>();
  const add = (step: Step, path: string): Leaves => {
    const isForEach = step.type === 'forEach';
    const isGroup = step.type !== 'run' && step.type !== 'http' && step.type !== 'sleep';
    if (isGroup) groups.set(path, step.type);
    if (step.type === 'any') forgiving.set(path, 'lost');
    else if ('tolerate' in step && step.tolerate !== undefined) forgiving.set(path, 'tolerated');
    let count = isGroup ? 0 : 1;
    let lists = isForEach ? 1 : 0;
    for (const [child, childPath] of stepsBelow(step, path)) {
      const below = add(child, childPath);
      if (isForEach && child === step.each) continue;
      count += below.count;
      lists += below.lists;
    }
    const all = { count, lists };
    if (isGroup || count > 1) leaves.set(path, all);
    return all;
  };
  add(root, '.');
  return {
    isGroup: path => groups.has(templateOf(path)),
    isForEach: path => groups.get(templateOf(path)) === 'forEach',
    forgivenIn: path => forgiving.get(templateOf(path)),
    leavesBelow: path => leaves.get(templateOf(path)) ?? LEAF,
  };
}

/** Learns the groups from events: a step is one when another step lies below it. */
export function createGroupFinder(): Groups & { take(event: RunEvent): void } {
  const met = new Set<string>();
  const groups = new Set<string>();
  const forEaches = new Set<string>();
  const learn = (path: string) => {
    if (met.has(path)) return;
    met.add(path);
    for (let above = path; above !== '.'; ) {
      const isOfFinally = isFinally(above);
      if (above.endsWith('[]')) forEaches.add(parentPath(above));
      above = parentPath(above);
      // What has a `finally` is no group by that.
      if (isOfFinally) return;
      if (isFinally(above)) continue;
      if (groups.has(above)) return;
      groups.add(above);
    }
  };
  return {
    take(event) {
      if (!('step' in event) || event.step === undefined) return;
      const path = templateOf(event.step);
      learn(path);
      const isForEach =
        event.type === 'copies.finished' || (event.type === 'step.started' && event.items !== undefined);
      if (isForEach) learn(path === '.' ? '[]' : `${path}[]`);
    },
    isGroup: path => groups.has(templateOf(path)),
    isForEach: path => forEaches.has(templateOf(path)),
    forgivenIn: () => undefined,
    leavesBelow(path) {
      const top = templateOf(path);
      const rest = (one: string) => (top === '.' ? one : one.slice(top.length));
      const below = [...met].filter(one => isAtOrBelow(one, top) && !rest(one).includes('[]'));
      return {
        count: below.filter(one => !groups.has(one)).length,
        lists: below.filter(one => forEaches.has(one)).length,
      };
    },
  };
}
