/** Steps that did not come to their own end because something else went wrong: the first of them, with why. */
import { isAtOrBelow } from '../plan/plan.ts';
import type { Item } from './item.ts';
import type { Cancelled, Outcome, Skipped } from './outcome.ts';

/** So many are kept; later ones are counted. */
const STOPPED_MAX = 1000;

export interface StoppedStep {
  readonly step: string;
  /** Where it is a copy, or lies in one: the values. */
  readonly item?: Item;
  /** Of a forEach: so many of its copies were never started, from this number on. */
  readonly copies?: { readonly first: number; readonly count: number };
  readonly outcome: Cancelled | Skipped;
}

export interface Stopped {
  /** In the order they ended. */
  readonly first: Map<string, StoppedStep>;
  /** Those that are not among the first. */
  more: number;
}

export function createStopped(): Stopped {
  return { first: new Map(), more: 0 };
}

/** Takes an end in, if it is of that kind. */
export function takeStopped(stopped: Stopped, step: Omit<StoppedStep, 'outcome'>, outcome: Outcome): void {
  if (!isConsequence(outcome)) return;
  if (stopped.first.size >= STOPPED_MAX) stopped.more += step.copies?.count ?? 1;
  else
    stopped.first.set(step.copies === undefined ? step.step : `${step.step}[${step.copies.first}]`, {
      ...step,
      outcome,
    });
}

/** A step starts again: what was told of it and of what is in it is void. */
export function dropStopped(stopped: Stopped, path: string): void {
  for (const [key, { step }] of stopped.first) if (isAtOrBelow(step, path)) stopped.first.delete(key);
  if (path === '.') stopped.more = 0;
}

/** Whether it was ended, or never started, by what went wrong elsewhere, not by what the plan or the command line wants. */
function isConsequence(outcome: Outcome): outcome is Cancelled | Skipped {
  if (outcome.state !== 'cancelled' && outcome.state !== 'skipped') return false;
  switch (outcome.reason.type) {
    case 'left-out':
    case 'if':
    case 'not-started':
    case 'lost':
    case 'next-tick':
    case 'group-ended':
      return false;
    default:
      return true;
  }
}
