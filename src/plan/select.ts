/** Leaving steps out: what `--only`, `--skip` and `--from` make of a plan. */
import { childPath, childrenOf, type LeftOut, type Step } from './plan.ts';
import { didYouMean } from './suggest.ts';

/** Step paths or globs: `*` is any part of an id, `**` any part of a path; `[]` stands for every copy of a forEach. */
export interface Selection {
  /** These, with all that is in them. */
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  /** This one and what comes after it: earlier steps of the sequences around it are left out, and what it needs. */
  readonly from?: string;
}

export type Selected =
  | { readonly type: 'selected'; readonly root: Step }
  /** No step is called so. */
  | { readonly type: 'unknown'; readonly message: string };

/** Marks the steps that are left out. The groups around what stays are entered, and their `finally` runs. */
export function selectSteps(root: Step, { only = [], skip = [], from }: Selection): Selected {
  const paths = pathsOf(root);
  const options = [
    ...only.map(text => ['--only', text]),
    ...skip.map(text => ['--skip', text]),
    ...(from ? [['--from', from]] : []),
  ];
  for (const [option = '', text = ''] of options) {
    const matches = matcher(text);
    if (paths.some(matches)) continue;
    return { type: 'unknown', message: `${option} ${text}: ${whyNone(text, paths, tidyingPaths(root))}` };
  }
  let selected = root;
  if (from !== undefined) selected = startFrom(selected, '.', matcher(from));
  if (only.length > 0) selected = keepOnly(selected, '.', anyOf(only));
  if (skip.length > 0) selected = markAll(selected, '.', anyOf(skip), '--skip');
  return { type: 'selected', root: selected };
}

/** Why a path names no step that could be chosen, and what may be meant. */
function whyNone(text: string, paths: readonly string[], tidying: readonly string[]): string {
  if (tidying.some(matcher(text)) || (tidying.length > 0 && text.split('/').includes('finally')))
    return 'steps of a finally cannot be chosen: they run with what they tidy up after';
  return `no step has this path${hint(text, paths)}`;
}

function hint(text: string, paths: readonly string[]): string {
  if (/\[\d+\]/.test(text)) return '; copies cannot be chosen one by one: write [] for all of them';
  return didYouMean(text, paths) || '; "runjobs check" shows the paths';
}

type Matches = (path: string) => boolean;

function pathsOf(step: Step, path = '.', paths: string[] = []): readonly string[] {
  paths.push(path);
  for (const { child, at } of inside(step, path)) pathsOf(child, at, paths);
  return paths;
}

/** The paths of every `finally`, and of what is in it. */
function tidyingPaths(step: Step, path = '.'): readonly string[] {
  const block = childPath(path, 'finally');
  const own = step.finally?.steps.flatMap(child => {
    const at = childPath(block, child.id);
    return [...pathsOf(child, at), ...tidyingPaths(child, at)];
  });
  return [
    ...(own === undefined ? [] : [block, ...own]),
    ...inside(step, path).flatMap(({ child, at }) => tidyingPaths(child, at)),
  ];
}

/** A pattern that nothing in it makes a glob is the path itself. */
function matcher(pattern: string): Matches {
  const source = pattern
    .replace(/[\\^$+?.()|[\]{}]/g, '\\$&')
    .replace(/\*\*|\*/g, stars => (stars === '**' ? '.*' : '[^/]*'));
  const regex = new RegExp(`^${source}$`);
  return path => regex.test(path);
}

function anyOf(patterns: readonly string[]): Matches {
  const all = patterns.map(matcher);
  return path => all.some(matches => matches(path));
}

/** The steps inside that can be selected, in order; what is in a forEach is the same for all copies: `test[]/build`. */
function inside(step: Step, path: string): { readonly child: Step; readonly at: string }[] {
  if (step.type === 'forEach') return inside(step.each, childPath(path, '[]'));
  return childrenOf(step).map(child => ({ child, at: childPath(path, child.id) }));
}

/** The same step with its children changed. */
function withChildren(step: Step, path: string, change: (child: Step, path: string, index: number) => Step): Step {
  if (step.type === 'forEach') return { ...step, each: withChildren(step.each, childPath(path, '[]'), change) };
  if (step.type !== 'steps' && step.type !== 'gather' && step.type !== 'any') return step;
  return { ...step, children: step.children.map((child, index) => change(child, childPath(path, child.id), index)) };
}

const leaveOut = (step: Step, by: LeftOut): Step => ({ ...step, leftOut: by });

function markAll(step: Step, path: string, matches: Matches, by: LeftOut): Step {
  if (matches(path)) return leaveOut(step, by);
  return withChildren(step, path, (child, at) => markAll(child, at, matches, by));
}

function holds(step: Step, path: string, matches: Matches): boolean {
  return matches(path) || inside(step, path).some(({ child, at }) => holds(child, at, matches));
}

function keepOnly(step: Step, path: string, matches: Matches): Step {
  if (matches(path)) return step;
  if (!holds(step, path, matches)) return leaveOut(step, '--only');
  return withChildren(step, path, (child, at) => keepOnly(child, at, matches));
}

function startFrom(step: Step, path: string, matches: Matches): Step {
  if (matches(path)) return step;
  const below = inside(step, path);
  const children = below.map(({ child }) => child);
  const first = below.findIndex(({ child, at }) => holds(child, at, matches));
  const target = children[first];
  if (target === undefined) return step;
  const isSequence = (step.type === 'forEach' ? step.each : step).type === 'steps';
  const before = isSequence ? new Set(children.slice(0, first)) : neededBy(target, children);
  return withChildren(step, path, (child, at, index) => {
    const original = children[index] ?? child;
    if (original === target) return startFrom(child, at, matches);
    return before.has(original) ? leaveOut(child, '--from') : child;
  });
}

/** The siblings that a child of a gather waits for, directly or not. */
function neededBy(child: Step, siblings: readonly Step[], found = new Set<Step>()): ReadonlySet<Step> {
  for (const { id } of child.needs ?? []) {
    const sibling = siblings.find(one => one.id === id);
    if (sibling === undefined || found.has(sibling)) continue;
    found.add(sibling);
    neededBy(sibling, siblings, found);
  }
  return found;
}
