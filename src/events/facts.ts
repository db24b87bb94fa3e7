/** What is worth knowing of a whole run, folded from its events: the same for one that has ended and for one that died. */
import type { RunEvent, RunStarted } from './event.ts';
import { fold } from './fold.ts';
import type { Groups } from './groups.ts';
import type { Item } from './item.ts';
import type { Failed, Outcome } from './outcome.ts';
import { createProgress, failuresOf } from './progress.ts';
import type { Counts } from './tree.ts';

/** Failures in the facts; all are in the counts. */
const FAILURES_MAX = 200;

export interface RunFacts {
  readonly run: string;
  readonly name: string;
  /** The job file as an absolute path; absent for standard input and objects. */
  readonly plan?: string;
  /** Of the first start, ISO 8601, UTC. */
  readonly startedAt: string;
  /** How many times the run was resumed. */
  readonly resumed: number;
  /** All that the run took, without the time before it was resumed. */
  readonly durationMs: number;
  /** Steps without children of their own, by where they stand. */
  readonly counts: Counts;
  /** Steps that failed by themselves, in the order they happened: the first two hundred, before others those that count. */
  readonly failures: readonly FailureFact[];
  /** So many warnings, all of its starts together; absent where there were none. */
  readonly warnings?: number;
  /** Absent when the run has not ended. */
  readonly outcome?: Outcome;
  readonly exitCode?: number;
}

export interface FailureFact {
  readonly step: string;
  /** Where it is a copy, or lies in one: the values. */
  readonly item?: Item;
  readonly outcome: Failed;
  readonly durationMs: number;
  readonly attempts: number;
  /** Path of its log below the run's folder. */
  readonly log?: string;
}

export interface FactsFold {
  /** Takes one event in, in order. */
  take(event: RunEvent): void;
  /** What is known by now; undefined before `run.started`. */
  facts(): RunFacts | undefined;
}

export function createFacts(groups: Groups): FactsFold {
  let first: RunStarted | undefined;
  let resumed = 0;
  let before = 0;
  let warnings = 0;
  let progress = createProgress(groups);
  let exitCode: number | undefined;
  return {
    take(event) {
      if (event.type === 'run.started') {
        // What was taken over is told again.
        if (first !== undefined) resumed += 1;
        first ??= event;
        before += progress.t;
        progress = createProgress(groups);
        exitCode = undefined;
      }
      if (event.type === 'warning') warnings += 1;
      if (event.type === 'run.finished') exitCode = event.exitCode;
      fold(progress, event);
    },
    facts() {
      if (first === undefined) return undefined;
      const { outcome, root, t } = progress;
      return {
        run: first.run,
        name: first.name,
        ...(first.plan === undefined ? {} : { plan: first.plan }),
        startedAt: first.at,
        resumed,
        durationMs: before + t,
        counts: { ...root.counts },
        failures: failuresOf(progress, FAILURES_MAX).map(({ tail: _, order: __, ...failure }) => failure),
        ...(warnings === 0 ? {} : { warnings }),
        ...(outcome === undefined ? {} : { outcome }),
        ...(exitCode === undefined ? {} : { exitCode }),
      };
    },
  };
}
