/** The steps of a run that are known one by one: all but copies, and of those the ones in focus, that run, that failed first, or ended last. */
import { copiesAround, copyOf } from '../plan/paths.ts';
import { forgiveCopies } from './copies.ts';
import type { Focus } from './focus.ts';
import { forgiven } from './forgiven.ts';
import type { Forgiveness } from './outcome.ts';
import { createPathSet } from './path-set.ts';
import { createStep, forget, type StepHistory } from './step-history.ts';

/** Copies of one forEach that have ended otherwise than failed and are still known: the latest. */
const LATEST_MAX = 20;
/** Copies that failed and are known: the first, whatever their forEach. */
const FAILED_MAX = 200;

/** Of copies as many as are worth a look; what is not kept is only counted, by whoever tells of its end. */
export interface KeptSteps {
  /** By path, in the order they were met. */
  readonly all: ReadonlyMap<string, StepHistory>;
  /** The step at a path, which is kept from now on. */
  at(path: string): StepHistory;
  /** A copy has ended, which others that end later may push out. @param latest those of its forEach, which are changed. */
  endCopy(copy: StepHistory, latest: string[]): void;
  /** A group starts again: what was below it is void. */
  clear(group: string): void;
  /** The run goes on: what was taken over is told again, but for copies, which are told as a count. */
  resume(): void;
  /** What has failed below a group that has ended was none. */
  forgive(group: string, why: Forgiveness): void;
}

/** @param focus the copy of which all is kept. */
export function createKeptSteps(focus: Focus): KeptSteps {
  const steps = new Map<string, StepHistory>();
  /** Their paths. */
  const known = createPathSet();
  const failed = new Set<string>();

  const remove = (path: string) => {
    for (const gone of known.within(path)) {
      known.delete(gone);
      steps.delete(gone);
      failed.delete(gone);
    }
  };

  const forgive = (group: string, why: Forgiveness) => {
    const copies = steps.get(group)?.copies;
    if (copies !== undefined) forgiveCopies(copies, why);
    for (const path of known.rightBelow(group)) {
      const step = steps.get(path);
      // What has ended well has forgiven already.
      if (step?.outcome?.state === 'succeeded') continue;
      if (step?.outcome !== undefined) step.outcome = forgiven(step.outcome, why);
      forgive(path, why);
    }
  };

  return {
    all: steps,
    at(path) {
      let step = steps.get(path);
      if (step === undefined) {
        step = createStep(path);
        steps.set(path, step);
        known.add(path);
      }
      return step;
    },
    endCopy({ path, outcome }, latest) {
      if (focus.has(path)) return;
      if (outcome?.state === 'failed' && failed.size < FAILED_MAX) {
        failed.add(path);
        return;
      }
      latest.push(path);
      if (latest.length > LATEST_MAX) remove(latest.shift() ?? '');
    },
    clear(group) {
      for (const inside of known.within(group)) {
        const step = steps.get(inside);
        if (inside === group || step === undefined) continue;
        if (copyOf(inside) !== undefined && !focus.has(inside)) remove(inside);
        else forget(step);
      }
    },
    resume() {
      for (const step of steps.values()) {
        const isGood = step.outcome?.state === 'succeeded';
        const isOfCopy = copiesAround(step.path).length > 0;
        if (isOfCopy && isGood && focus.has(step.path)) step.isTaken = true;
        else if (copyOf(step.path) !== undefined && step.outcome?.state !== 'failed') remove(step.path);
        else forget(step);
      }
    },
    forgive,
  };
}
