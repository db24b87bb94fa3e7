/** Copies of a forEach that the command line names though there are none of their numbers. */
import { visitSteps } from '../plan/paths.ts';
import type { ChosenCopies, ForEachStep, Step } from '../plan/plan.ts';
import { countAhead } from './items.ts';

/** Says in words which copy of a forEach with so many the command line names though there is none; undefined where all are there. */
export function missingCopy({ chosen }: ForEachStep, count: number): string | undefined {
  const beyond = beyondIn(chosen, count);
  return beyond && `${beyond.by} names copy ${beyond.number}, but ${countWords(count)}`;
}

/** The same of a whole plan, where it says itself how many copies there are: the first that is missing. */
export function missingAhead(root: Step): string | undefined {
  const found: string[] = [];
  visitSteps(root, (step, path) => {
    if (step.type !== 'forEach' || step.chosen === undefined) return;
    const count = countAhead(step.items) ?? Number.POSITIVE_INFINITY;
    const beyond = beyondIn(step.chosen, count);
    if (beyond !== undefined)
      found.push(`${beyond.by} ${path === '.' ? '' : path}[${beyond.number}]: ${countWords(count)}`);
  });
  return found[0];
}

function beyondIn({ only = [], skip = [] }: ChosenCopies = {}, count: number) {
  for (const [by, ranges] of [
    ['--only', only],
    ['--skip', skip],
  ] as const) {
    const last = ranges.at(-1);
    const number = last === undefined ? 0 : last.first + last.count - 1;
    if (number > count) return { by, number };
  }
  return undefined;
}

function countWords(count: number): string {
  if (count === 0) return 'there are no copies';
  return count === 1 ? 'there is only 1 copy' : `there are only ${count} copies`;
}
