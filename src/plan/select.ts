/** Leaving steps out: what `--only`, `--skip` and `--from` make of a plan. */
import { leavingOut, type Marks, narrow } from './choices.ts';
import { parentPath } from './paths.ts';
import { type ChosenCopies, childPath, childrenOf, type LeftOut, type Step } from './plan.ts';
import { type Choice, type Pattern, readPattern } from './step-pattern.ts';
import { stepsNear } from './steps-near.ts';

/**
 * Step paths or globs: `*` is any part of an id, `**` any part of a path; `[]` stands for every copy of a forEach, `[3]`, `[3-5]` and
 * `[1,4,7-9]` for some.
 */
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
  | { readonly type: 'unknown'; readonly message: string }
  /** It says nothing that could be done. */
  | { readonly type: 'refused'; readonly message: string };

/**
 * Marks the steps that are left out, and tells each forEach which of its copies are. The groups around what stays are entered,
 * and their `finally` runs.
 */
export function selectSteps(root: Step, selection: Selection): Selected {
  const read = readAll(root, selection);
  if (read.type !== 'read') return read;
  const { only, skip, from } = read;
  let selected = root;
  if (from !== undefined) selected = startFrom(selected, '.', path => from.at(path) !== undefined);
  if (only.length > 0) {
    const chosen = narrow(choicesIn(selected, only));
    if (chosen.type === 'refused') return chosen;
    selected = keepOnly(selected, '.', { ...chosen, around: aroundAll(chosen.paths) });
  }
  if (skip.length > 0) {
    const left = leavingOut(choicesIn(selected, skip));
    if (left.type === 'refused') return left;
    selected = markAll(selected, '.', left);
  }
  return { type: 'selected', root: selected };
}

interface Read {
  readonly type: 'read';
  readonly only: readonly Pattern[];
  readonly skip: readonly Pattern[];
  readonly from?: Pattern | undefined;
}

/** The patterns of a selection, each of which names a step that there is. */
function readAll(
  root: Step,
  { only = [], skip = [], from }: Selection,
): Read | Exclude<Selected, { type: 'selected' }> {
  const paths = pathsOf(root);
  const patterns: Record<LeftOut, Pattern[]> = { '--only': [], '--skip': [], '--from': [] };
  const all = { '--only': only, '--skip': skip, '--from': from ? [from] : [] };
  for (const option of ['--only', '--skip', '--from'] as const) {
    for (const text of all[option]) {
      const read = readPattern(option, text);
      if (read.type === 'wrong') return { type: 'refused', message: read.message };
      const { pattern } = read;
      const { words, hasNumbers } = pattern;
      if (option === '--from' && hasNumbers)
        return { type: 'refused', message: `${words}: a run cannot start from some copies: write [] for all of them` };
      if (!paths.some(path => pattern.at(path) !== undefined))
        return { type: 'unknown', message: `${words}: ${whyNone(pattern, paths, tidyingPaths(root))}` };
      patterns[option].push(pattern);
    }
  }
  return { type: 'read', only: patterns['--only'], skip: patterns['--skip'], from: patterns['--from'][0] };
}

/** Why a path names no step that could be chosen, and what may be meant. */
function whyNone({ at, template }: Pattern, paths: readonly string[], tidying: readonly string[]): string {
  const isTidying = tidying.some(path => at(path) !== undefined);
  if (isTidying || (tidying.length > 0 && template.split('/').includes('finally')))
    return 'steps of a finally cannot be chosen: they run with what they tidy up after';
  return `no step has this path${stepsNear(template, paths)}`;
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

/** What the patterns choose, in declared order; nothing more of what lies in a step that is chosen whole. */
function choicesIn(root: Step, patterns: readonly Pattern[]): readonly Choice[] {
  const found: Choice[] = [];
  const visit = (step: Step, path: string) => {
    const here = patterns.flatMap(pattern => pattern.at(path) ?? []);
    found.push(...here);
    if (here.some(({ copies }) => copies.size === 0)) return;
    for (const { child, at } of inside(step, path)) visit(child, at);
  };
  visit(root, '.');
  return found;
}

/** The steps inside that can be selected, in order; what is in a forEach is the same for all copies: `test[]/build`. */
function inside(step: Step, path: string): { readonly child: Step; readonly at: string }[] {
  if (step.type === 'forEach') return [{ child: step.each, at: childPath(path, '[]') }];
  return childrenOf(step).map(child => ({ child, at: childPath(path, child.id) }));
}

/** The same step with its children changed. */
function withChildren(step: Step, path: string, change: (child: Step, path: string, index: number) => Step): Step {
  if (step.type === 'forEach') return { ...step, each: change(step.each, childPath(path, '[]'), 0) };
  if (step.type !== 'steps' && step.type !== 'gather' && step.type !== 'any') return step;
  return { ...step, children: step.children.map((child, index) => change(child, childPath(path, child.id), index)) };
}

const leaveOut = (step: Step, by: LeftOut): Step => ({ ...step, leftOut: by });

/** The same step; of a forEach, with what is chosen of its copies. */
function choosing(step: Step, chosen: ChosenCopies): Step {
  return step.type === 'forEach' ? { ...step, chosen: { ...step.chosen, ...chosen } } : step;
}

function markAll(step: Step, path: string, marks: Marks): Step {
  if (marks.paths.has(path)) return leaveOut(step, '--skip');
  const marked = withChildren(step, path, (child, at) => markAll(child, at, marks));
  const skip = marks.copies.get(path);
  return skip === undefined ? marked : choosing(marked, { skip });
}

/** The paths, and those of all that is around them. */
function aroundAll(paths: Iterable<string>): ReadonlySet<string> {
  const around = new Set(['.']);
  for (const path of paths) for (let at = path; !around.has(at); at = parentPath(at)) around.add(at);
  return around;
}

function keepOnly(step: Step, path: string, marks: Marks & { readonly around: ReadonlySet<string> }): Step {
  if (marks.paths.has(path)) return step;
  if (!marks.around.has(path)) return leaveOut(step, '--only');
  const kept = withChildren(step, path, (child, at) => keepOnly(child, at, marks));
  const only = marks.copies.get(path);
  return only === undefined ? kept : choosing(kept, { only });
}

function holds(step: Step, path: string, matches: Matches): boolean {
  return matches(path) || inside(step, path).some(({ child, at }) => holds(child, at, matches));
}

function startFrom(step: Step, path: string, matches: Matches): Step {
  if (matches(path)) return step;
  const below = inside(step, path);
  const children = below.map(({ child }) => child);
  const first = below.findIndex(({ child, at }) => holds(child, at, matches));
  const target = children[first];
  if (target === undefined) return step;
  const before = step.type === 'steps' ? new Set(children.slice(0, first)) : neededBy(target, children);
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
