/** Which steps a run has: by its plan, by its journal, and the copies that its lists have made. */
import { endedCopies } from '../events/copies.ts';
import type { History } from '../events/history.ts';
import { copiesAround, copyOf, templateOf } from '../plan/paths.ts';
import type { Plan } from '../plan/plan.ts';
import { quoteText } from '../plan/quote.ts';
import { unknownStepWords } from './finding.ts';
import { stepsOf } from './past-options.ts';

interface Known {
  readonly plan: Plan | undefined;
  /** See `HistoryOptions.focus`: of a step that is looked for. */
  readonly history: History;
}

/** The paths of all steps of the run; of copies those that are known one by one. */
export function knownSteps({ plan, history }: Known): string[] {
  const planned = [...stepsOf(plan).keys()].filter(path => !path.includes('[]'));
  return [...new Set([...planned, ...history.steps.keys()])];
}

/** Why the run has no step of this path, and what to write instead; undefined where it has one. Ends with a newline. */
export function noSuchStep(path: string, known: Known, run: string): string | undefined {
  const { plan, history } = known;
  if (history.steps.has(path)) return undefined;
  const isPlanned = !path.includes('[]') && stepsOf(plan).has(templateOf(path));
  const copies = copiesAround(path)
    .map(copyOf)
    .filter(copy => copy !== undefined);
  const missing = copies.find(({ forEach, number }) => number > countOf(forEach, history));
  if (isPlanned && missing === undefined) return undefined;
  if (isPlanned && missing !== undefined) return tooHighWords(path, missing.forEach, history, run);
  const steps = knownSteps(known).filter(one => !one.includes('['));
  return unknownStepWords(path, steps, run, likely(path, plan));
}

function countOf(forEach: string, { steps }: History): number {
  const copies = steps.get(forEach)?.copies;
  return copies === undefined ? 0 : (copies.items ?? endedCopies(copies));
}

function tooHighWords(path: string, forEach: string, history: History, run: string): string {
  const count = countOf(forEach, history);
  const owner = forEach === '.' ? 'the plan' : quoteText(forEach);
  const has = count === 0 ? 'no copies' : count === 1 ? 'one copy' : `${count} copies`;
  return `runjobs: run ${run} has no step ${quoteText(path)}: ${owner} has ${has}\n`;
}

/** Steps of copies with the numbers of the path that was written: of `tset[3]`, `test[3]`. */
function likely(path: string, plan: Plan | undefined): string[] {
  const numbers = [...path.matchAll(/\[[1-9]\d*\]/g)].map(([number]) => number);
  if (numbers.length === 0) return [];
  return [...stepsOf(plan).keys()]
    .filter(template => template.includes('[]'))
    .map(template => {
      const left = [...numbers];
      return template.replaceAll('[]', () => left.shift() ?? '[1]');
    });
}
