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
