/** What a resumed run takes over from the one that was broken off, and where it enters again. */
import type { SavedFacts } from '../events/event.ts';
import type { Outcome } from '../events/outcome.ts';
import type { Past } from '../events/past.ts';
import { childPath, childrenOf, type ForEachStep, isLeaf, type Retry, type Step } from '../plan/plan.ts';
import type { Range } from '../plan/ranges.ts';
import { leftOutIn } from './chosen.ts';
import type { Ending, RunContext, Running } from './context.ts';
import type { Values } from './variables.ts';

/** A step that has ended for good: it is not started again. */
export type Ended = Past & { readonly finished: NonNullable<Past['finished']> };

/** The past of a child; none where it is to start afresh whatever is known of it. */
export function pastOf(step: Step, group: Past | undefined): Past | undefined {
  if (step.background || step.rerun) return undefined;
  return group?.children.get(step.id);
}

/**
 * Whether the step is taken over as it ended: with success, with a failure that was allowed, or skipped by its own `if`. A group in which
 * something must start again is entered.
 */
export function isOver(step: Step, past: Past | undefined): past is Ended {
  const outcome = past?.finished?.outcome;
  const isGood =
    outcome?.state === 'succeeded' ||
    (outcome?.state === 'failed' && outcome.allowed === true) ||
    (outcome?.state === 'skipped' && outcome.reason.type === 'if');
  return isGood && !startsAgain(step) && !hasLost(past?.finished?.saved);
}

/** Whether the step, or something in it, starts in a resumed run whatever it had come to. */
export function startsAgain(step: Step): boolean {
  return step.background || step.rerun === true || inside(step).some(child => !child.background && startsAgain(child));
}

/** The steps directly inside; of a forEach that of which it has copies. */
function inside(step: Step): readonly Step[] {
  return step.type === 'forEach' ? [step.each] : childrenOf(step);
}

/** Tells again how the step and all below it had ended, in declared order. */
export function takeOver(run: RunContext, step: Step, path: string, past: Ended): Ending {
  tellBody(run, step, path, past);
  const block = past.children.get('finally');
  for (const child of step.finally?.steps ?? []) {
    tellAgain(run, child, childPath(childPath(path, 'finally'), child.id), block?.children.get(child.id));
  }
  const { finished } = past;
  const { outcome } = finished;
  if (outcome.state === 'failed') run.failed(path, outcome);
  run.settled(path, outcome);
  run.publish({ ...finished, t: run.t(), resumed: true });
  return { outcome, saved: restored(finished.saved) };
}

/** Tells again how all that stands in the body of the step had ended. */
function tellBody(run: RunContext, step: Step, path: string, past: Past): void {
  for (const child of childrenOf(step)) tellAgain(run, child, childPath(path, child.id), past.children.get(child.id));
  if (step.type !== 'forEach') return;
  for (const taken of copiesOf(past, (copy): copy is Ended => copy.finished !== undefined))
    takeOverCopies(run, step, path, taken);
  for (const range of past.leftOut ?? []) tellLeftOut(run, step, path, range);
}

/** The body of the step had come to this outcome, only the end of the step was not recorded. */
export function takenOver(
  run: RunContext,
  running: Running,
  past: Past | undefined,
  { outcome, saved }: { readonly outcome: Outcome; readonly saved?: SavedFacts | undefined },
): Ending {
  running.startedAt ??= run.clock.now();
  running.onBegun();
  if (past !== undefined) tellBody(run, running.step, running.path, past);
  if (isLeaf(running.step)) {
    running.log ??= run.logs?.open(running.path, { isShared: running.step.type === 'http', isOver: true });
  }
  return { outcome, saved: restored(saved) };
}

/** What was saved, as it was recorded; a value that held a secret was not. */
export function restored(saved: SavedFacts | undefined): Values | undefined {
  return (
    saved && Object.fromEntries(Object.entries(saved).filter((entry): entry is [string, string] => entry[1] !== null))
  );
}

/** Whether the step has saved a value that is kept nowhere, so that it must bring it forth again. */
function hasLost(saved: SavedFacts | undefined): boolean {
  return Object.values(saved ?? {}).includes(null);
}

function tellAgain(run: RunContext, step: Step, path: string, past: Past | undefined): void {
  if (past?.finished !== undefined) takeOver(run, step, path, past as Ended);
}

/** Copies of a forEach that follow each other and need not start: they had succeeded; or one that is known by itself. */
export interface TakenCopies {
  readonly first: number;
  readonly count: number;
  readonly past?: Ended;
}

/** All such copies among the first `count`, in order. */
export function takenCopies(
  step: ForEachStep,
  past: Past | undefined,
  count = Number.POSITIVE_INFINITY,
): readonly TakenCopies[] {
  if (past === undefined || startsAgain(step.each)) return [];
  return copiesOf(past, (copy): copy is Ended => isOver(step.each, copy))
    .filter(({ first }) => first <= count)
    .map(copies => ({ ...copies, count: Math.min(copies.count, count + 1 - copies.first) }));
}

/** The copies that had succeeded, and of the others those that hold, in order. */
function copiesOf({ copies, children }: Past, holds: (copy: Past) => copy is Ended): readonly TakenCopies[] {
  const taken: TakenCopies[] = [...(copies ?? [])];
  for (const [id, copy] of children) {
    if (id.startsWith('[') && holds(copy)) taken.push({ first: numberOf(id), count: 1, past: copy });
  }
  return taken.sort((one, other) => one.first - other.first);
}

/** Tells again how copies had ended. Returns what the one that is known by itself had saved. */
export function takeOverCopies(
  run: RunContext,
  step: ForEachStep,
  path: string,
  { first, count, past }: TakenCopies,
): Values | undefined {
  const id = `[${first}]`;
  if (past !== undefined) return takeOver(run, { ...step.each, id }, childPath(path, id), past).saved;
  const outcome = { state: 'succeeded' } as const;
  run.publish({ type: 'copies.finished', step: path, t: run.t(), first, count, outcome, resumed: true });
  return undefined;
}

/** Tells again which copies the command line leaves out. */
function tellLeftOut(run: RunContext, step: ForEachStep, path: string, range: Range): void {
  for (const { by, first, count } of leftOutIn(step, range)) {
    const outcome = { state: 'skipped', reason: { type: 'left-out', by } } as const;
    run.publish({ type: 'copies.finished', step: path, t: run.t(), first, count, outcome, resumed: true });
  }
}

/** The number of a copy; its id is `[3]`. */
function numberOf(id: string): number {
  return Number.parseInt(id.slice(1), 10);
}

/** The leaf steps of one copy that had succeeded as a whole. */
function leavesIn(step: Step): number {
  if (isLeaf(step) || inside(step).length === 0) return 1;
  return inside(step).reduce((count, child) => count + leavesIn(child), 0);
}

function countCopies(step: ForEachStep, past: Past | undefined): number {
  const known = takenCopies(step, past).reduce(
    (sum, { count, past: copy }) =>
      sum + (copy === undefined ? count * leavesIn(step.each) : countTaken(step.each, copy)),
    0,
  );
  const entered = [...(past?.children ?? [])].filter(([id, copy]) => id.startsWith('[') && !isOver(step.each, copy));
  return entered.reduce((sum, [, copy]) => sum + countTaken(step.each, copy), known);
}

/** The leaf steps below `step` that are taken over. */
export function countTaken(step: Step, past: Past | undefined): number {
  if (step.type === 'forEach') return countCopies(step, past);
  if (isLeaf(step) || childrenOf(step).length === 0) return isOver(step, past) ? 1 : 0;
  return childrenOf(step).reduce((count, child) => {
    const known = isOver(step, past) ? past.children.get(child.id) : pastOf(child, past);
    return count + countTaken(child, known);
  }, 0);
}

/** Where the attempts go on. */
export type FirstAttempt =
  | { readonly type: 'attempt'; readonly attempt: number; readonly past: Past | undefined }
  /** The attempt had succeeded, only the end of the step was not recorded. */
  | { readonly type: 'succeeded'; readonly outcome: Outcome; readonly saved?: SavedFacts | undefined };

/**
 * The attempt that was broken off; after a failed one the next; and where all had failed, the first once more, with what
 * had succeeded below the last one.
 */
export function firstAttempt(step: Step, past: Past | undefined): FirstAttempt {
  if (past === undefined || past.attempt === 0) return { type: 'attempt', attempt: 1, past };
  const { attempt, attemptOutcome: outcome, finished } = past;
  switch (outcome?.state) {
    case 'failed': {
      const isFinal = finished?.outcome.state === 'failed' || !mayRetry(step.retry, attempt);
      return isFinal
        ? { type: 'attempt', attempt: 1, past }
        : { type: 'attempt', attempt: attempt + 1, past: undefined };
    }
    case 'succeeded':
      return (isLeaf(step) || step.type === 'sleep') && !hasLost(past.attemptSaved)
        ? { type: 'succeeded', outcome, saved: past.attemptSaved }
        : { type: 'attempt', attempt, past };
    default:
      return { type: 'attempt', attempt, past };
  }
}

/** Whether `retry` allows another attempt after this one, from 1. */
export function mayRetry(retry: Retry | undefined, attempt: number): boolean {
  return retry !== undefined && (retry.times === 'forever' || attempt <= retry.times);
}
