/** Steps that failed by themselves, not through a step inside: the first of them, with their last lines. */
import type { StepFinished } from './event.ts';
import type { Failed, Outcome } from './outcome.ts';
import { itemOf, type Progress } from './progress.ts';
import { lastLines } from './tail.ts';
import type { ProgressNode } from './tree.ts';

/** So many are kept at all; later ones are in the counts only. One that counts is kept in the place of one that does not. */
const FAILURES_MAX = 1000;
/** So many with their last lines. */
const TAILS_MAX = 200;
const TAIL_LINES = 20;

/** Takes an end in, if it is of that kind. */
export function takeFailure(progress: Progress, node: ProgressNode, event: StepFinished): void {
  const outcome = [event.body, event.outcome].find(
    (each): each is Failed => each?.state === 'failed' && !isPassedOn(each),
  );
  if (outcome === undefined) return;
  const { failures, failed, allowed } = progress;
  const isMany = failures.size >= TAILS_MAX;
  const [spare] = isMany && !outcome.allowed ? allowed : [];
  if (spare !== undefined) drop(progress, spare);
  else if (failures.size >= FAILURES_MAX) return;
  const { step, durationMs, attempts, log } = event;
  const item = itemOf(node);
  const tail = node.tail !== undefined && (!isMany || spare !== undefined) ? lastLines(node.tail, TAIL_LINES) : [];
  const order = node.failedOrder ?? progress.failedAttempts + 0.5;
  failed.add(step);
  if (outcome.allowed) allowed.add(step);
  failures.set(step, {
    step,
    outcome,
    durationMs,
    attempts,
    order,
    tail,
    ...(item === undefined ? {} : { item }),
    ...(log === undefined ? {} : { log }),
  });
}

/** A step starts again: what had failed of it and of what is in it is void. */
export function dropFailures(progress: Progress, path: string): void {
  for (const step of progress.failed.within(path)) drop(progress, step);
}

function drop({ failures, failed, allowed }: Progress, step: string): void {
  failures.delete(step);
  failed.delete(step);
  allowed.delete(step);
}

/** Whether the failure is that of a step inside, which is told by itself. */
export function isPassedOn(outcome: Outcome): boolean {
  if (outcome.state !== 'failed') return false;
  const { reason } = outcome;
  return reason.type === 'child' || (reason.type === 'finally' && reason.limitMs === undefined);
}
