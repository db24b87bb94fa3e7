/** The tree of steps inside a Progress: nodes found by path, each group with the counts of the leaf steps below it. */
import { parentPath } from '../plan/paths.ts';
import type { Item } from './item.ts';
import type { Forgiven, Forgiveness, Outcome } from './outcome.ts';
import type { Tail } from './tail.ts';

/** Where a step stands; `waiting` is for a retry or for the next tick. */
export type Phase = 'queued' | 'running' | 'waiting' | 'succeeded' | 'failed' | Forgiveness | 'cancelled' | 'skipped';

/** Leaf steps in each phase. What was forgiven is counted where there is some. */
export type Counts = Record<Exclude<Phase, Forgiven>, number> &
  Partial<Record<Forgiven, number>> & {
    /** Beside the leaf steps: groups that have failed though nothing in them has, and count; where there are some. */
    groups?: number;
  };

/** How a stop stands. */
export interface Stopping {
  readonly pid: number;
  /** The last measure, and when the next one follows. */
  readonly signal: string;
  readonly killT: number;
  /** This process keeps us waiting. */
  readonly isLate: boolean;
  /** What it is, where it is not the step's own. */
  readonly command?: string;
}

/** How much of something has come. */
export interface Received {
  readonly bytes: number;
  readonly total: number | undefined;
  /** Bytes a second. */
  readonly rate: number;
}

export interface ProgressNode {
  readonly path: string;
  readonly parent: ProgressNode | undefined;
  /** In the order they were met. */
  readonly children: Map<string, ProgressNode>;
  /** Whether it has children of its own, those of `finally` aside. */
  group: boolean;
  /** Of the leaf steps below; of a leaf that is the whole plan: of itself. */
  readonly counts: Counts;
  /** What is below beyond what the plan tells: the leaf steps of copies; lists that have become known are taken off. */
  readonly more: { count: number; lists: number };
  /** Of a forEach: how many copies it has, once it is known, and those of them that have ended, and failed. */
  items: number | undefined;
  copies: { readonly ended: number; readonly failed: number };
  /** Of a copy: its values. */
  item: Item | undefined;
  phase: Phase | undefined;
  /** As what it is in the counts, where it is no group. */
  counted: Phase | undefined;
  /** When it started first. */
  startedT: number | undefined;
  /** Of its attempt, where it has `ready`: milliseconds from its start until it was. */
  readyMs: number | undefined;
  attempt: number;
  tick: number | undefined;
  /** Ticks that have ended, and those that were left out. */
  ticks: number;
  missed: number;
  /** The worker that carries its attempt out, where there are some. */
  worker: string | undefined;
  /** The name that its author gave it. */
  name: string | undefined;
  /** How the last attempt ended, until the next one starts. */
  attempted: Outcome | undefined;
  /** Which of all failed attempts it was, if it failed. */
  failedOrder: number | undefined;
  retry: { readonly attempt: number; readonly dueT: number } | undefined;
  nextTick: { readonly tick: number; readonly dueT: number } | undefined;
  stopping: Stopping | undefined;
  /** How much of what the attempt receives has come, until it ends. */
  received: Received | undefined;
  /** What the attempt prints, until it ends. */
  tail: Tail | undefined;
  /** The last line of the attempt before, or of the last one once the step has ended. */
  last: string;
  outcome: Outcome | undefined;
  durationMs: number;
}

export function createNode(path: string, parent: ProgressNode | undefined, group: boolean): ProgressNode {
  return {
    path,
    parent,
    children: new Map(),
    group,
    counts: { queued: 0, running: 0, waiting: 0, succeeded: 0, failed: 0, allowed: 0, cancelled: 0, skipped: 0 },
    more: { count: 0, lists: 0 },
    items: undefined,
    copies: { ended: 0, failed: 0 },
    item: undefined,
    phase: undefined,
    counted: undefined,
    startedT: undefined,
    readyMs: undefined,
    attempt: 1,
    tick: undefined,
    ticks: 0,
    missed: 0,
    worker: undefined,
    name: undefined,
    attempted: undefined,
    failedOrder: undefined,
    retry: undefined,
    nextTick: undefined,
    stopping: undefined,
    received: undefined,
    tail: undefined,
    last: '',
    outcome: undefined,
    durationMs: 0,
  };
}

/** Puts a new node below the nearest one above its path. */
export function addNode(nodes: Map<string, ProgressNode>, path: string, group: boolean): ProgressNode {
  const parent = nearest(nodes, path);
  const node = createNode(path, parent, group);
  parent.children.set(path, node);
  nodes.set(path, node);
  return node;
}

/** The node of the nearest step above a path: of `a/finally/1`, that of `a`. */
export function nearest(nodes: ReadonlyMap<string, ProgressNode>, path: string): ProgressNode {
  let above = path;
  for (;;) {
    above = parentPath(above);
    const node = nodes.get(above);
    if (node !== undefined) return node;
  }
}

/** Adds to one count of a node and of all above it. */
export function count(node: ProgressNode | undefined, phase: keyof Counts, by: number): void {
  for (let above = node; above !== undefined; above = above.parent)
    above.counts[phase] = (above.counts[phase] ?? 0) + by;
}

/** Adds to what a node and all above it hold beyond what the plan tells. */
export function addMore(node: ProgressNode, by: { readonly count: number; readonly lists: number }): void {
  for (let above: ProgressNode | undefined = node; above !== undefined; above = above.parent) {
    above.more.count += by.count;
    above.more.lists += by.lists;
  }
}

/** Takes a node, and what is below it, out of the tree. The counts stay. */
export function dropNode(nodes: Map<string, ProgressNode>, node: ProgressNode): void {
  for (const child of node.children.values()) dropNode(nodes, child);
  nodes.delete(node.path);
  node.parent?.children.delete(node.path);
}

/** Takes all that is below a node out of the tree and out of the counts. */
export function dropBelow(
  nodes: Map<string, ProgressNode>,
  node: ProgressNode,
  dropping: (node: ProgressNode) => void,
): void {
  const drop = (below: ProgressNode) => {
    for (const child of below.children.values()) drop(child);
    nodes.delete(below.path);
    dropping(below);
  };
  for (const child of node.children.values()) drop(child);
  node.children.clear();
  if (!node.group) return;
  for (const [phase, there] of Object.entries(node.counts)) count(node, phase as keyof Counts, -there);
  addMore(node, { count: -node.more.count, lists: -node.more.lists });
}
