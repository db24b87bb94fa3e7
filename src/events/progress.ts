/** Where a run stands: counts of everything, details of what runs or has failed. Made by `fold.ts`, event by event. */
import type { Groups, Leaves } from './groups.ts';
import type { Item } from './item.ts';
import type { CancelReason, Failed, Outcome } from './outcome.ts';
import { createPathSet, type PathSet } from './path-set.ts';
import { createStopped, type Stopped } from './stopped.ts';
import type { Tail } from './tail.ts';
import { type Counts, createNode, type ProgressNode } from './tree.ts';

/** Where a run stands. Bounded by what runs and what has failed, whatever the size of the plan. Do not change it. */
export interface Progress {
  name: string;
  /** The run's folder, as `run.started` told it. */
  folder: string | undefined;
  /** Milliseconds since the run's start at the last event. */
  t: number;
  /** The step `.`; its counts are the whole run's. */
  readonly root: ProgressNode;
  /** Every step in the tree, by path. */
  readonly nodes: Map<string, ProgressNode>;
  /** Waiting for their first start, and in no tree. */
  readonly queued: Set<string>;
  /** What tests of `if` have printed, by their steps, which are in no tree by then. */
  readonly early: Map<string, Tail>;
  /** Ended well and still in the tree, oldest first. */
  readonly recent: Set<ProgressNode>;
  /** The first to fail by themselves, not through a step inside; allowed failures too. See {@link failuresOf} for their order. */
  readonly failures: Map<string, FailedStep>;
  /** Their paths; and of those that do not count, which give way to others where there are very many. */
  readonly failed: PathSet;
  readonly allowed: Set<string>;
  /** What did not come to its own end because something else went wrong. */
  readonly stopped: Stopped;
  /** Attempts that have failed so far. */
  failedAttempts: number;
  /** Those that carry steps out, where there are some: how many, and in how many places. */
  workers: { readonly workers: number; readonly slots: number } | undefined;
  /** Why the whole run was told to stop. */
  cancelling: CancelReason | undefined;
  /** Told to stop at once. */
  forced: boolean;
  outcome: Outcome | undefined;
  readonly groups: Groups;
}

export interface FailedStep {
  readonly step: string;
  /** Where it is a copy, or lies in one: the values. */
  readonly item?: Item;
  readonly outcome: Failed;
  readonly durationMs: number;
  readonly attempts: number;
  /** When it happened among the failures: a step's own failure is older than those of its `finally`. */
  readonly order: number;
  /** Path of its log below the run's folder. */
  readonly log?: string;
  /** Its last 20 lines, as it printed them; empty where there are very many failures. */
  readonly tail: readonly string[];
}

/** @param groups which steps have children of their own: only the others are counted. */
export function createProgress(groups: Groups): Progress {
  const root = createNode('.', undefined, true);
  return {
    name: '',
    folder: undefined,
    t: 0,
    root,
    nodes: new Map([['.', root]]),
    queued: new Set(),
    early: new Map(),
    recent: new Set(),
    failures: new Map(),
    failed: createPathSet(),
    allowed: new Set(),
    stopped: createStopped(),
    failedAttempts: 0,
    workers: undefined,
    cancelling: undefined,
    forced: false,
    outcome: undefined,
    groups,
  };
}

/** Whether the run has ended, and neither failed, but for what may fail, nor was kept from what it was to do. */
export function isWell({ outcome }: Progress): boolean {
  switch (outcome?.state) {
    case 'succeeded':
      return true;
    case 'failed':
      return outcome.allowed === true;
    case 'skipped':
      return outcome.reason.type === 'if' || outcome.reason.type === 'left-out';
    default:
      return false;
  }
}

/** Whether something has come to a good end, or ticked, that a resumed run does not do again; else to resume it is to start it anew. */
export function hasDone({ root: { counts }, nodes }: Progress): boolean {
  return counts.succeeded > 0 || [...nodes.values()].some(({ ticks }) => ticks > 0);
}

/** The failures in the order they happened. @param most where there are more, those that count come before others. */
export function failuresOf(progress: Progress, most = Number.POSITIVE_INFINITY): FailedStep[] {
  const inOrder = (failures: Iterable<FailedStep>) => [...failures].sort((one, other) => one.order - other.order);
  if (progress.failures.size <= most) return inOrder(progress.failures.values());
  return inOrder(failuresByWeight(progress).slice(0, most));
}

/** Those that count, the root cause first, then those that brought nothing about, each in the order they happened. */
export function failuresByWeight(progress: Progress): FailedStep[] {
  const all = failuresOf(progress);
  return [...all.filter(({ outcome }) => !outcome.allowed), ...all.filter(({ outcome }) => outcome.allowed)];
}

/** Leaf steps that have ended, whatever their state. */
export function ended(counts: Counts): number {
  return counts.succeeded + failedIn(counts) + counts.cancelled + counts.skipped;
}

/** Leaf steps that have failed, whether that counts or not. */
export function failedIn({ failed, allowed, tolerated = 0, lost = 0 }: Counts): number {
  return failed + allowed + tolerated + lost;
}

/** The leaf steps at and below a step of the tree; `lists` is how many forEach among them will add to the count. */
export function leavesOf({ groups }: Progress, { path, more }: ProgressNode): Leaves {
  const { count, lists } = groups.leavesBelow(path);
  return { count: count + more.count, lists: lists + more.lists };
}

/** The values of the copies that a step is or lies in; undefined where it does in none. */
export function itemOf(node: ProgressNode): Item | undefined {
  const around = node.parent === undefined ? undefined : itemOf(node.parent);
  if (around === undefined || node.item === undefined) return node.item ?? around;
  return { ...around, ...node.item };
}
