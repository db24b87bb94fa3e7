/** Paths of steps, the copies of a forEach among them: these are not in the plan, they share the step found below `[]`. */
import { childPath, childrenOf, type Step } from './plan.ts';

const COPIES = /\[[1-9]\d*\]/g;
const COPY_AT_END = /^(.*)\[([1-9]\d*)\]$/s;

/** Where the plan's step of a path is found: of `test[3]/build`, `test[]/build`. */
export function templateOf(path: string): string {
  return path.includes('[') ? path.replace(COPIES, '[]') : path;
}

/** The path around a path: `a` of `a/b`, `test` of `test[3]`, `.` of what stands at the top. */
export function parentPath(path: string): string {
  const cut = path.endsWith(']') ? path.lastIndexOf('[') : path.lastIndexOf('/');
  return cut > 0 ? path.slice(0, cut) : '.';
}

/** Whether the path is that of a `finally`, which is no step. */
export function isFinally(path: string): boolean {
  return path === 'finally' || path.endsWith('/finally');
}

/** Whose copy a path is, and the how-manieth from 1; undefined where it is none itself. */
export function copyOf(path: string): { readonly forEach: string; readonly number: number } | undefined {
  const [, forEach, number] = (path.endsWith(']') && COPY_AT_END.exec(path)) || [];
  return number === undefined ? undefined : { forEach: forEach || '.', number: Number(number) };
}

/** The copies that a path is, or lies in, the outermost first: of `a[1]/b[2]/c`, `a[1]` and `a[1]/b[2]`. */
export function copiesAround(path: string): string[] {
  return path.includes('[')
    ? [...path.matchAll(COPIES)].map(found => path.slice(0, found.index + found[0].length))
    : [];
}

/** Visits every step in declared order, the outer ones first, then those of their `finally`; copies as `[]`. */
export function visitSteps(root: Step, visit: (step: Step, template: string) => void): void {
  const all = (step: Step, path: string) => {
    visit(step, path);
    for (const [child, below] of stepsBelow(step, path)) all(child, below);
  };
  all(root, '.');
}

/** The steps right below one, with their paths: its children, or what a forEach repeats (`[]`), then those of `finally`. */
export function stepsBelow(step: Step, path: string): (readonly [child: Step, path: string])[] {
  const below = childrenOf(step).map(child => [child, childPath(path, child.id)] as const);
  if (step.type === 'forEach') below.push([step.each, childPath(path, '[]')]);
  const block = childPath(path, 'finally');
  return [...below, ...(step.finally?.steps ?? []).map(child => [child, childPath(block, child.id)] as const)];
}
