/** What several choices of steps and copies come to, where it can be told of each forEach by itself. */
import { parentPath } from './paths.ts';
import { isAtOrBelow } from './plan.ts';
import { type Range, Ranges } from './ranges.ts';
import type { Choice } from './step-pattern.ts';

/** Steps, and copies of forEach steps. */
export interface Marks {
  /** Of the steps, copies as `[]`. */
  readonly paths: ReadonlySet<string>;
  /** By the paths of forEach steps: the copies with these numbers. */
  readonly copies: ReadonlyMap<string, readonly Range[]>;
}

export type Marked =
  | (Marks & { readonly type: 'marks' })
  /** It cannot be told so: more would be marked than was named. */
  | { readonly type: 'refused'; readonly message: string };

/** Stands for all copies. */
const ALL: Range = { first: 1, count: Number.MAX_SAFE_INTEGER };

/**
 * Which steps are chosen, and which copies of each forEach around them. All copies of a forEach that are chosen run the same steps:
 * `a[2]/x` and `a[3]/y` cannot be had in one run, as `a[2]/y` would run with them.
 */
export function narrow(choices: readonly Choice[]): Marked {
  const paths = new Set(choices.map(({ path }) => path));
  const copies = new Map<string, readonly Range[]>();
  if (choices.every(choice => choice.copies.size === 0)) return { type: 'marks', paths, copies };
  const left = uncovered(choices).map(choice => ({ ...choice, copies: new Map(choice.copies) }));
  const around = new Map<string, typeof left>();
  for (const choice of left) {
    for (const forEach of forEachesAround(choice.path)) {
      const through = around.get(forEach);
      if (through === undefined) around.set(forEach, [choice]);
      else through.push(choice);
    }
  }
  // The outermost first: what is found of one is no difference between choices further in.
  for (const [forEach, through] of [...around].sort(([one], [other]) => one.length - other.length)) {
    const byRest = new Map<string, { readonly words: string; readonly numbers: Ranges }>();
    for (const choice of through) {
      const rest = restOf(choice, forEach);
      const known = byRest.get(rest) ?? { words: choice.words, numbers: new Ranges() };
      for (const { first, count } of choice.copies.get(forEach) ?? [ALL]) known.numbers.add(first, count);
      byRest.set(rest, known);
    }
    const [first, ...others] = byRest.values();
    if (first === undefined) continue;
    const other = others.find(({ numbers }) => !numbers.covers(first.numbers) || !first.numbers.covers(numbers));
    if (other !== undefined) return { type: 'refused', message: crossingWords(first.words, other.words, forEach) };
    if (!first.numbers.covers(new Ranges([ALL]))) copies.set(forEach, [...first.numbers]);
    for (const choice of through) choice.copies.delete(forEach);
  }
  return { type: 'marks', paths: new Set(left.map(({ path }) => path)), copies };
}

/** What is left out: whole steps, and whole copies of a forEach; all of its copies are the forEach itself. */
export function leavingOut(choices: readonly Choice[]): Marked {
  const paths = new Set<string>();
  const copies = new Map<string, readonly Range[]>();
  for (const choice of choices) {
    const forEach = parentPath(choice.path);
    const numbers = choice.copies.get(forEach);
    if (choice.copies.size === 0) paths.add(choice.path.replace(/(?:\[\])+$/, '') || '.');
    else if (numbers === undefined || choice.copies.size > 1) {
      const way = 'write [] for all copies, or leave whole copies out';
      return {
        type: 'refused',
        message: `${choice.words}: what is in some copies cannot be left out there only: ${way}`,
      };
    } else copies.set(forEach, [...new Ranges([...(copies.get(forEach) ?? []), ...numbers])]);
  }
  return { type: 'marks', paths, copies };
}

function crossingWords(one: string, other: string, forEach: string): string {
  const whose = forEach === '.' ? 'the plan' : `"${forEach}"`;
  return `${one}, ${other}: all copies of ${whose} that are chosen run the same steps; choose these in two runs`;
}

/** Those that are not chosen by another anyway. */
function uncovered(choices: readonly Choice[]): readonly Choice[] {
  const byPath = new Map<string, Choice[]>();
  for (const choice of choices) byPath.set(choice.path, [...(byPath.get(choice.path) ?? []), choice]);
  return choices.filter(choice => {
    for (let path = choice.path; ; path = parentPath(path)) {
      if (byPath.get(path)?.some(other => covers(other, choice) && !covers(choice, other))) return false;
      if (path === '.') return true;
    }
  });
}

/** Whether one chooses all that the other does. */
function covers(one: Choice, other: Choice): boolean {
  if (!isAtOrBelow(other.path, one.path)) return false;
  return [...one.copies].every(([forEach, numbers]) => numbers.covers(other.copies.get(forEach) ?? new Ranges([ALL])));
}

/** The paths of the forEach steps that a step lies in a copy of, or is a copy of. */
function forEachesAround(path: string): readonly string[] {
  return [...path.matchAll(/\[\]/g)].map(({ index }) => path.slice(0, index) || '.');
}

/** What a choice says but for one forEach. */
function restOf({ path, copies }: Choice, forEach: string): string {
  const others = [...copies].filter(([one]) => one !== forEach);
  return JSON.stringify([path, others.map(([one, numbers]) => [one, [...numbers]])]);
}
