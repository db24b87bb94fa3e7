/** What became of each leaf step, for reports that are written at the end of a run. */
import type { CopiesFinished, RunEvent, StepFinished } from '../events/event.ts';
import { forgiven, forgivenessIn } from '../events/forgiven.ts';
import type { Item } from '../events/item.ts';
import { counts, type Failed, type Forgiveness, type Outcome } from '../events/outcome.ts';
import { createPathSet } from '../events/path-set.ts';
import { itemOf, type Progress } from '../events/progress.ts';
import { nearest } from '../events/tree.ts';
import type { Steps } from './steps.ts';

/** So many are kept one by one; later ones only where their failure counts, and so many of these again. */
const CASES_MAX = 20_000;
const FAILED_MAX = 1000;
/** Failures of one step that are kept besides the last one. */
const EARLIER_MAX = 20;

export interface Case {
  readonly step: string;
  /** Where it is a copy, or lies in one: the values. */
  readonly item?: Item | undefined;
  /** Of a forEach: these of its copies, none of which was started. */
  readonly copies?: { readonly first: number; readonly count: number };
  readonly outcome: Outcome;
  /** In milliseconds since the run's start; undefined where it did not start in this run. */
  readonly startT?: number;
  readonly durationMs: number;
  readonly attempts: number;
  /** How attempts before the last one failed. Where the step succeeded, it is flaky. */
  readonly earlier: readonly Failed[];
  readonly log?: string | undefined;
}

export interface Cases {
  /** Takes an event in, once `progress` has. */
  take(event: RunEvent): void;
  /** In the order they ended; a group is among them when it failed by itself. */
  readonly all: readonly Case[];
  /** So many more ended well, or were never started. */
  readonly unlisted: number;
}

export function createCases(progress: Progress, steps: Steps): Cases {
  const cases = new Map<string, Case>();
  const attempts = new Map<string, Failed[]>();
  /** Cases of failures that count. */
  const failing = createPathSet();
  let unlisted = 0;

  const mayKeep = (key: string, outcome: Outcome) =>
    cases.has(key) || cases.size < CASES_MAX + (counts(outcome) ? FAILED_MAX : 0);

  const add = (key: string, one: Case, count: number) => {
    if (!mayKeep(key, one.outcome)) {
      unlisted += count;
      return;
    }
    cases.set(key, one);
    if (counts(one.outcome)) failing.add(key);
    else failing.delete(key);
  };

  const forgive = (group: string, why: Forgiveness) => {
    for (const key of failing.within(group)) {
      const one = cases.get(key);
      if (cases.size > CASES_MAX) {
        cases.delete(key);
        unlisted += 1;
      } else if (one !== undefined) cases.set(key, { ...one, outcome: forgiven(one.outcome, why) });
      failing.delete(key);
    }
  };

  const finish = ({ step, t, outcome, durationMs, attempts: count, log, resumed }: StepFinished) => {
    const failed = attempts.get(step) ?? [];
    attempts.delete(step);
    const why = steps.isGroup(step) ? forgivenessIn(step, outcome, steps) : undefined;
    if (why !== undefined) forgive(step, why);
    if (steps.isGroup(step) && !progress.failures.has(step) && !isUnstarted(step, outcome)) return;
    const before = cases.get(step);
    const last = outcome.state === 'failed' ? -1 : undefined;
    const earlier = [...earlierOf(before), ...failed.slice(0, last)].slice(-EARLIER_MAX);
    const item = itemOf(progress.nodes.get(step) ?? nearest(progress.nodes, step));
    const started = outcome.state === 'skipped' || resumed ? {} : { startT: Math.max(0, t - durationMs) };
    add(step, { step, item, outcome, ...started, durationMs, attempts: count, earlier, log }, 1);
  };

  /** A forEach without copies stands for them. */
  const isUnstarted = (step: string, { state }: Outcome) => state === 'skipped' && steps.isForEach(step);

  const finishCopies = ({ step, first, count, outcome }: CopiesFinished) => {
    const one = { step, copies: { first, count }, outcome, durationMs: 0, attempts: 0, earlier: [] };
    add(`${step}[${first}…]`, one, count);
  };

  return {
    take(event) {
      if (event.type === 'attempt.finished') {
        const { step, outcome } = event;
        if (outcome.state !== 'failed' || isPolling(step, steps)) return;
        const failed = attempts.get(step) ?? [];
        attempts.set(step, [...failed, outcome].slice(-EARLIER_MAX - 1));
      } else if (event.type === 'step.finished') finish(event);
      else if (event.type === 'copies.finished') finishCopies(event);
    },
    get all() {
      return [...cases.values()];
    },
    get unlisted() {
      return unlisted;
    },
  };
}

/** The failures of a step that had ended before, in an earlier attempt or tick of what is around it. */
function earlierOf(before: Case | undefined): readonly Failed[] {
  if (before === undefined) return [];
  return before.outcome.state === 'failed' ? [...before.earlier, before.outcome] : before.earlier;
}

/** Whether failures are what it looks for, or has to pass over. */
function isPolling(step: string, steps: Steps): boolean {
  return steps.at(step)?.every?.until !== undefined;
}
