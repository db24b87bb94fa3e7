/** What earlier runs of a plan took, so that a new one can be judged by them. */
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RunEvent } from '../events/event.ts';
import { templateOf, visitSteps } from '../plan/paths.ts';
import type { Plan, Step } from '../plan/plan.ts';
import { runsIn, sorted } from './find.ts';
import { readJournal } from './read.ts';
import { readResult } from './result.ts';
import { RUN_FILES } from './runs.ts';

/** Milliseconds: the middle one of several runs, and of the copies of a forEach. */
export interface UsualTimes {
  /** Of the whole run; 0 where runs are known of parts of the plan only, or this one is of a part. */
  readonly totalMs: number;
  readonly steps: ReadonlyMap<string, number>;
}

/** The latest runs that are looked at: a plan changes. */
const RUNS_MAX = 3;
/** Of those that are there, to find them. */
const LOOKED_AT_MAX = 50;
/** A longer journal is left alone: somebody waits for the answer. */
const JOURNAL_MAX = 2 * 1024 * 1024;
/** Times of one step, all its copies together. */
const TIMES_MAX = 1000;

/**
 * What the latest runs took of this plan, in the state folder of this run, that succeeded in one go; undefined where there
 * is none. Never throws.
 */
export function usualTimes(folder: string, plan: Pick<Plan, 'file' | 'name' | 'root'>): UsualTimes | undefined {
  if (plan.file === undefined) return undefined;
  const totals: number[] = [];
  const times = new Map<string, number[]>();
  let runs = 0;
  try {
    for (const run of sorted(runsIn(dirname(dirname(folder)))).slice(0, LOOKED_AT_MAX)) {
      if (runs === RUNS_MAX) break;
      if (run.folder === folder) continue;
      const result = readResult(run.folder);
      const isSame = result?.plan === plan.file && result.name === plan.name && result.resumed === 0;
      const journal = join(run.folder, RUN_FILES.journal);
      if (!isSame || result.outcome.state !== 'succeeded' || statSync(journal).size > JOURNAL_MAX) continue;
      runs += 1;
      let isWhole = true;
      readJournal(journal, event => {
        isWhole &&= !isLeftOut(event);
        take(event, times);
      });
      if (isWhole) totals.push(result.durationMs);
    }
  } catch {
    // Removed meanwhile, or not to be read: less is known, and nothing depends on it.
  }
  if (runs === 0) return undefined;
  const steps = new Map([...times].map(([step, all]) => [step, middle(all)]));
  return { totalMs: isPart(plan.root) ? 0 : middle(totals), steps };
}

/** Whether the command line leaves out some of it. */
function isPart(root: Step): boolean {
  let found = false;
  visitSteps(root, step => {
    found ||= step.leftOut !== undefined || (step.type === 'forEach' && step.chosen !== undefined);
  });
  return found;
}

function isLeftOut(event: RunEvent): boolean {
  if (event.type !== 'step.finished' && event.type !== 'copies.finished') return false;
  return event.outcome.state === 'skipped' && event.outcome.reason.type === 'left-out';
}

function take(event: RunEvent, times: Map<string, number[]>): void {
  if (event.type !== 'step.finished' || event.outcome.state !== 'succeeded') return;
  const step = templateOf(event.step);
  const all = times.get(step);
  if (all === undefined) times.set(step, [event.durationMs]);
  else if (all.length < TIMES_MAX) all.push(event.durationMs);
}

function middle(values: readonly number[]): number {
  const ordered = [...values].sort((one, other) => one - other);
  return ordered[Math.floor((ordered.length - 1) / 2)] ?? 0;
}
