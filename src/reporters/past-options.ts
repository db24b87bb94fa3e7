/** What a run that is kept is shown with, and its steps by path. */
import type { History } from '../events/history.ts';
import type { Progress } from '../events/progress.ts';
import { templateOf, visitSteps } from '../plan/paths.ts';
import type { Plan, Step } from '../plan/plan.ts';
import type { Again } from './again.ts';
import type { Palette } from './palette.ts';
import type { ShownRun } from './past-runs.ts';
import { cleanse } from './text.ts';

export interface PastOptions {
  readonly run: ShownRun;
  readonly history: History;
  /** Where it stood at its last event; absent: only what its result tells. */
  readonly progress?: Progress;
  /** How to run a step of it again. */
  readonly again?: Again | undefined;
  /** As it was when the run began; absent where its copy is missing. */
  readonly plan: Plan | undefined;
  readonly palette: Palette;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The last lines of a step's log. */
  readonly tail: (path: string) => readonly string[];
  /** Where the log of a step lies, as people read it; undefined where it has none. */
  readonly logOf: (path: string) => string | undefined;
}

const indexed = new WeakMap<Plan, ReadonlyMap<string, Step>>();

/** The plan's steps; what a forEach repeats is found below `[]`. */
export function stepsOf(plan: Plan | undefined): ReadonlyMap<string, Step> {
  if (plan === undefined) return new Map();
  const known = indexed.get(plan);
  if (known !== undefined) return known;
  const steps = new Map<string, Step>();
  visitSteps(plan.root, (step, template) => steps.set(template, step));
  indexed.set(plan, steps);
  return steps;
}

/** The plan's step of a path, copies too; undefined where there is no plan to read or no such step in it. */
export function stepAt(path: string, { plan }: Pick<PastOptions, 'plan'>): Step | undefined {
  return stepsOf(plan).get(templateOf(path));
}

/** A path as people read it: the root goes by the plan's name. */
export function label(path: string, { run, plan }: PastOptions): string {
  return path === '.' ? cleanse(run.facts?.name ?? plan?.name ?? '.') : cleanse(path);
}
