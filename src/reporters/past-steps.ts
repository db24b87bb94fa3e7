/** The steps of a run that is kept, as a tree: how each went, of many copies those that are worth a line. */
import { type CopiesHistory, endedCopies } from '../events/copies.ts';
import type { Outcome } from '../events/outcome.ts';
import type { StepHistory } from '../events/step-history.ts';
import { copyOf, stepsBelow } from '../plan/paths.ts';
import { childPath, type Step } from '../plan/plan.ts';
import { formatDuration } from './durations.ts';
import { itemWords } from './items.ts';
import { markAt } from './open-failures.ts';
import { glyphs } from './palette.ts';
import { label, type PastOptions, stepAt } from './past-options.ts';
import { commandWords } from './steps.ts';
import { countWords, mark } from './summary.ts';
import { cleanse } from './text.ts';
import { outcomeWords } from './wording.ts';

/** A forEach with no more copies has a line for each. */
const ALL_TOLD = 20;
/** Of others so many that failed, run or wait are told. */
const TOLD_MAX = 50;

/** The tree of steps: by the plan, else what the journal has met. */
export function stepLines(options: PastOptions): string[] {
  const { plan, history } = options;
  if (plan === undefined) {
    return [...history.steps.values()].flatMap(past => [
      `  ${stepLine(past.path, options, true)}`,
      ...(past.copies === undefined ? [] : restLine(past.copies, options).map(line => `    ${line}`)),
    ]);
  }
  return isGroup(plan.root) ? linesBelow('.', options) : [`  ${stepLine('.', options, true)}`];
}

/** The steps below one. */
export function linesBelow(path: string, options: PastOptions): string[] {
  const copies = copiesByForEach(options);
  const lines: string[] = [];
  const visit = (at: string, depth: number) => {
    lines.push(`${'  '.repeat(depth)}${stepLine(at, options, true)}`);
    below(at, depth + 1);
  };
  const below = (at: string, depth: number) => {
    const step = stepAt(at, options);
    if (step === undefined) return;
    if (step.type === 'forEach') {
      const all = options.history.steps.get(at)?.copies;
      for (const number of shownCopies(at, all, copies.get(at) ?? [], options))
        visit(childPath(at, `[${number}]`), depth);
      if (all !== undefined && !isToldInFull(all, copies.get(at) ?? []) && (all.items ?? endedCopies(all)) > 0)
        lines.push(...restLine(all, options).map(line => `${'  '.repeat(depth)}${line}`));
    }
    for (const [child, childAt] of stepsBelow(step, at)) {
      if (step.type !== 'forEach' || child !== step.each) visit(childAt, depth);
    }
  };
  below(path, 1);
  return lines;
}

/** `✖ unit exit 1 (1.1 s, 2 attempts)`, `❯ build still running`, `· deploy not reached`. @param isShort in a tree, where the groups around it are seen. */
export function stepLine(path: string, options: PastOptions, isShort = false): string {
  const { palette, run, history } = options;
  const past = history.steps.get(path);
  const step = stepAt(path, options);
  const id = step !== undefined && isShort ? shortened(path, step) : label(path, options);
  const given = past?.name ?? (past?.item && itemWords(past.item)) ?? '';
  const head = (glyph: string) => `${glyph} ${palette.strong(id)}${given && ` ${palette.quiet(cleanse(given))}`}`;
  if (past?.outcome !== undefined) {
    const { outcome } = past;
    const words = outcome.state === 'succeeded' ? '' : ` ${cleanse(outcomeWords(outcome))}`;
    return `${head(markIn(path, outcome, options))}${words} ${palette.quiet(factWords(past))}`.trimEnd();
  }
  switch (past?.phase) {
    case 'running':
      return `${head(palette.warn(glyphs.started))} ${run.state === 'running' ? 'is running' : 'was running'}${readyWords(past, step)}`;
    case 'waiting':
      return `${head(palette.quiet(glyphs.waiting))} ${run.state === 'running' ? 'waits' : 'was waiting'}`;
    case 'queued':
      return `${head(palette.quiet(glyphs.waiting))} ${run.state === 'running' ? 'is queued' : 'was queued'}`;
    default:
      return `${head(palette.quiet('·'))} ${palette.quiet(run.hasGaps ? 'not known' : 'not reached')}`;
  }
}

/** As where the run stood at last; of one that goes on, a failure may still come to nothing. */
function markIn(path: string, outcome: Outcome, { progress, palette, plan }: PastOptions): string {
  if (progress === undefined) return mark(outcome, palette);
  const steps = { at: (at: string) => stepAt(at, { plan }), forgivenIn: progress.groups.forgivenIn };
  return markAt(path, outcome, { progress, steps }, palette);
}

/** Of what runs: since when it is ready, or that it is not yet. */
function readyWords({ readyMs }: StepHistory, step: Step | undefined): string {
  if (readyMs !== undefined) return `, ready after ${formatDuration(readyMs)}`;
  return step?.ready === undefined ? '' : ', not ready yet';
}

export function isGroup(step: Step): boolean {
  return stepsBelow(step, '.').length > (step.finally?.steps.length ?? 0);
}

/** The numbers of the copies that are known one by one, in order. */
function copiesByForEach({ history }: PastOptions): ReadonlyMap<string, number[]> {
  const copies = new Map<string, number[]>();
  for (const path of history.steps.keys()) {
    const copy = copyOf(path);
    if (copy === undefined) continue;
    const numbers = copies.get(copy.forEach);
    if (numbers === undefined) copies.set(copy.forEach, [copy.number]);
    else numbers.push(copy.number);
  }
  for (const numbers of copies.values()) numbers.sort((one, other) => one - other);
  return copies;
}

function isToldInFull({ items }: CopiesHistory, known: readonly number[]): boolean {
  return items !== undefined && items <= ALL_TOLD && known.length === items;
}

/** All where they are few, else those that failed, run or wait. */
function shownCopies(
  path: string,
  copies: CopiesHistory | undefined,
  known: readonly number[],
  { history }: PastOptions,
): readonly number[] {
  if (copies !== undefined && isToldInFull(copies, known)) return known;
  const isTold = (number: number) => {
    const past = history.steps.get(childPath(path, `[${number}]`));
    return past?.outcome === undefined ? past?.phase !== undefined : past.outcome.state === 'failed';
  };
  return known.filter(isTold).slice(0, TOLD_MAX);
}

/** `… 998 of 1000 copies succeeded, 1 failed, 1 skipped`: what all copies came to. */
function restLine(copies: CopiesHistory, { palette }: PastOptions): string[] {
  const { items, counts, taken } = copies;
  const { succeeded, ...others } = counts;
  const all = items ?? endedCopies(copies);
  const told = [countWords(others), ...(taken > 0 ? [`${taken} taken over`] : [])].filter(words => words !== '');
  const head = `… ${succeeded} of ${all} ${all === 1 ? 'copy' : 'copies'} succeeded`;
  return [palette.quiet([head, ...told].join(', '))];
}

/** Of `a/finally/1`, `finally/1`; of a copy its number; with what it does where that is a number. */
function shortened(path: string, step: Step): string {
  const copy = copyOf(path);
  if (copy !== undefined) return `[${copy.number}]`;
  const parts = path.split('/');
  const id = parts.at(-2) === 'finally' ? parts.slice(-2).join('/') : (parts.at(-1) ?? path);
  return /^(?:finally\/)?\d+$/.test(id) && !isGroup(step) ? `${id}: ${commandWords(step)}` : id;
}

function factWords({ durationMs, readyMs, ended, outcome, isTaken, ticks, missed, copies }: StepHistory): string {
  if (outcome?.state === 'skipped') return '';
  const facts = [formatDuration(durationMs)];
  if (readyMs !== undefined) facts.push(`ready after ${formatDuration(readyMs)}`);
  if (copies?.items !== undefined) facts.push(`${copies.items} ${copies.items === 1 ? 'copy' : 'copies'}`);
  if (ticks > 0) facts.push(`${ticks} ${ticks === 1 ? 'tick' : 'ticks'}${missed > 0 ? `, ${missed} left out` : ''}`);
  else if (ended > 1) facts.push(`${ended} attempts`);
  if (isTaken) facts.push('taken over');
  return `(${facts.join(', ')})`;
}
