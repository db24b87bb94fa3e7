/** Refuses values that are nested too deep or have no end, before anything recursive meets them. */
import type { Finding, Path } from './source.ts';

/** Groups inside groups. */
export const GROUPS_MAX = 64;

/** Objects and arrays inside each other: three for each group, and some room for the body of a request. */
export const NESTING_MAX = 256;

/** A plan has at most this many values, or ten for each character: aliases must not blow a text up. */
export const VALUES_MAX = 500_000;

const STEP_LISTS: ReadonlySet<string | number> = new Set(['steps', 'gather', 'any', 'finally']);

interface Level {
  readonly value: object;
  readonly part: string | number;
  readonly parent: Level | undefined;
  readonly depth: number;
  readonly groups: number;
}

/** What is nested too deep, if anything; `textLength` bounds how many values the text may stand for. */
export function depthFinding(root: unknown, textLength = 0): Finding | undefined {
  if (!isContainer(root)) return undefined;
  const waiting: Level[] = [{ value: root, part: '', parent: undefined, depth: 1, groups: 0 }];
  let left = Math.max(VALUES_MAX, textLength * 10);
  for (let level = waiting.pop(); level; level = waiting.pop()) {
    if (level.groups > GROUPS_MAX) return finding(level, `groups nest more than ${GROUPS_MAX} deep; flatten the plan`);
    if (level.depth > NESTING_MAX) return finding(level, `nested more than ${NESTING_MAX} deep; flatten the plan`);
    const { value } = level;
    const children: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
    const keys = children === value ? undefined : Object.keys(value);
    children.forEach((child, index) => {
      if (isContainer(child)) waiting.push(below(level, keys?.[index] ?? index, child));
    });
    left -= children.length;
    if (left < 0) return finding(level, 'the aliases of this file stand for too many values; write out less');
  }
  return undefined;
}

function below(parent: Level, part: string | number, value: object): Level {
  const groups = parent.groups + (Array.isArray(value) && STEP_LISTS.has(part) ? 1 : 0);
  return { value, part, parent, depth: parent.depth + 1, groups };
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function finding(level: Level, message: string): Finding {
  const path: (string | number)[] = [];
  for (let at: Level | undefined = level; at?.parent; at = at.parent) path.unshift(at.part);
  return { message, path: path satisfies Path, at: 'key' };
}
