/** One frame of the live view as lines: what runs and what has failed first, never more than there is room for. */
import { failedIn, type Progress } from '../events/progress.ts';
import type { ProgressNode } from '../events/tree.ts';
import { cutTo } from './columns.ts';
import { outputRow, pathRow, type RowOptions, stepRow } from './rows.ts';

export interface FrameOptions extends RowOptions {
  /** Lines at most. */
  readonly height: number;
  /** The run is over: where not all of it fits, what has ended well is left out. */
  readonly isLast?: boolean;
}

/** The lines below the run's line: the tree of steps, or the part of it that matters most and a count of the rest. */
export function composeFrame(progress: Progress, options: FrameOptions): string[] {
  const { height, palette, width } = options;
  if (height <= 0) return [];
  const all = flatten(progress.root);
  const rows = (entries: readonly Entry[]) => entries.map(({ node, depth }) => stepRow(progress, node, depth, options));
  const bareRow = (node: ProgressNode) => `  ${pathRow(progress, node, { ...options, width: width - 2 })}`;
  if (all.length === 0 && !progress.root.group) return [outputRow(progress.root, options)].filter(hasText);
  if (all.length <= height) return rows(all);
  const shown = select(all, height - 1, options.isLast === true);
  const rest = restWords(progress, shown);
  const isBare = ({ parent }: ProgressNode) => parent !== progress.root && parent !== undefined && !shown.has(parent);
  const lines = all
    .filter(({ node }) => shown.has(node))
    .flatMap(entry => (isBare(entry.node) ? bareRow(entry.node) : rows([entry])));
  return rest === '' ? lines : [...lines, palette.quiet(cutTo(`  … ${rest}`, width))];
}

const hasText = (line: string) => line.trim() !== '';

interface Entry {
  readonly node: ProgressNode;
  readonly depth: number;
}

function flatten(root: ProgressNode): Entry[] {
  const entries: Entry[] = [];
  const visit = (node: ProgressNode, depth: number) => {
    for (const child of node.children.values()) {
      entries.push({ node: child, depth });
      visit(child, depth + 1);
    }
  };
  visit(root, 0);
  return entries;
}

/**
 * The nodes to show in `room` lines, each with the groups around it where there is room for them: the first failures, but no
 * more than half while others need the room; then what runs, the longest first; then what has ended last.
 */
function select(all: readonly Entry[], room: number, isLast: boolean): Set<ProgressNode> {
  const shown = new Set<ProgressNode>();
  const failed: ProgressNode[] = [];
  const active: ProgressNode[] = [];
  const over: ProgressNode[] = [];
  for (const { node } of all) {
    if (node.children.size > 0) continue;
    if (node.outcome === undefined) active.push(node);
    else if (node.outcome.state === 'failed') failed.push(node);
    else over.push(node);
  }
  const pick = (nodes: readonly ProgressNode[], upTo: number) => {
    for (const node of nodes) {
      if (shown.size >= upTo) return;
      const path = missing(node, shown);
      const parts = shown.size + path.length > upTo ? path.slice(0, 1) : path;
      for (const part of parts) shown.add(part);
    }
  };
  pick(failed, Math.max(Math.floor(room / 2), room - active.length));
  pick(active, room);
  pick(failed, room);
  if (!isLast) pick(over.reverse(), room);
  return shown;
}

/** A node and those of its groups that are not shown yet. */
function missing(node: ProgressNode, shown: ReadonlySet<ProgressNode>): ProgressNode[] {
  const path: ProgressNode[] = [];
  let above: ProgressNode | undefined = node;
  while (above?.parent !== undefined && !shown.has(above)) {
    path.push(above);
    above = above.parent;
  }
  return path;
}

/** `12 more failed, 1970 more running`: what has no line of its own. */
function restWords({ root }: Progress, shown: ReadonlySet<ProgressNode>): string {
  const left = {
    failed: failedIn(root.counts),
    running: root.counts.running,
    waiting: root.counts.waiting,
  };
  for (const { group, phase, outcome } of shown) {
    if (group) continue;
    if (outcome?.state === 'failed') left.failed -= 1;
    else if (phase === 'running' || phase === 'waiting') left[phase] -= 1;
  }
  return Object.entries(left)
    .filter(([, count]) => count > 0)
    .map(([words, count]) => `${count} more ${words}`)
    .join(', ');
}
