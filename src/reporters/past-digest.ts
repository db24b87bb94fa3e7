/** How a run that is kept has failed, told by the digest that it ended with: what `runjobs show` says below the steps. */
import { groupsOf } from '../events/groups.ts';
import { createProgress, type Progress } from '../events/progress.ts';
import { digestLines } from './digest.ts';
import { label, type PastOptions, stepAt } from './past-options.ts';
import type { Steps } from './steps.ts';

/** Failures that are told; the tree above has the others. */
const MOST = 20;

/** Each block with a blank line before it; how to go on with the run is told in the head of the report. */
export function pastDigest(options: PastOptions): string[] {
  const { run, palette, again, tail, logOf } = options;
  const progress = progressOf(options);
  if (progress === undefined) return [];
  const { groups } = progress;
  const steps: Steps = { ...groups, at: path => stepAt(path, options), label: path => label(path, options) };
  // What is alive is not run again, and what cannot be trusted not either.
  const over = run.state === 'running' || run.trouble !== undefined ? {} : { again };
  return digestLines({ progress, steps, palette, most: MOST, tailOf: tail, logOf, ...over });
}

/** Where the run stood at last. What a damaged journal does not tell is known from the result. */
export function progressOf({ run: { facts }, progress: folded, plan }: PastOptions): Progress | undefined {
  if (facts === undefined) return undefined;
  const progress = folded ?? createProgress(plan === undefined ? NO_GROUPS : groupsOf(plan.root));
  const failures = new Map(progress.failures);
  for (const [order, fact] of facts.failures.entries()) {
    if (!failures.has(fact.step)) failures.set(fact.step, { ...fact, order, tail: [] });
  }
  return {
    ...progress,
    folder: undefined,
    outcome: facts.outcome,
    root: { ...progress.root, counts: facts.counts },
    failures,
  };
}

const NO_GROUPS = {
  isGroup: () => false,
  isForEach: () => false,
  forgivenIn: () => undefined,
  leavesBelow: () => ({ count: 1, lists: 0 }),
};
