/** Steps as they stand in a file, before anything is known of the types of their values. */
import type { Path } from './source.ts';

/** An object of the file. */
export type Raw = { readonly [key: string]: unknown };

export function isRaw(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The kinds of lists in which steps stand. */
export type ListKey = 'steps' | 'gather' | 'any' | 'finally';

const LIST_KEYS = ['steps', 'gather', 'any', 'finally'] as const;

/** A list of steps inside a step. */
export interface RawList {
  readonly key: ListKey;
  readonly list: readonly unknown[];
  readonly path: Path;
}

/** The lists of steps directly inside a step, that of its `finally` last. */
export function listsOf(step: Raw, path: Path): RawList[] {
  const lists: RawList[] = [];
  for (const key of LIST_KEYS) {
    const value = step[key];
    if (value === undefined) continue;
    const isBlock = key === 'finally' && isRaw(value);
    const list = isBlock ? value.steps : value;
    if (Array.isArray(list)) lists.push({ key, list, path: isBlock ? [...path, key, 'steps'] : [...path, key] });
  }
  return lists;
}

/** The steps of a file that stand in no list: that of the plan, then its definitions. A text stands for its command. */
export function rootsOf(plan: Raw): { readonly step: unknown; readonly path: Path; readonly name?: string }[] {
  const definitions = Object.entries(isRaw(plan.define) ? plan.define : {});
  return [{ step: plan, path: [] }, ...definitions.map(([name, step]) => ({ step, path: ['define', name], name }))];
}

/** Calls `visit` for every step of a file that is an object, the outer ones first. */
export function visitRaw(plan: Raw, visit: (step: Raw, path: Path) => void): void {
  for (const { step, path } of rootsOf(plan)) visitBelow(step, path, visit);
}

/** The same for a step and all that is in it. */
export function visitBelow(step: unknown, path: Path, visit: (step: Raw, path: Path) => void): void {
  if (!isRaw(step)) return;
  visit(step, path);
  for (const { list, path: at } of listsOf(step, path)) {
    for (const [index, child] of list.entries()) if (isRaw(child)) visitBelow(child, [...at, index], visit);
  }
}
