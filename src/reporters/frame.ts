/** One frame of the live view as lines: what runs and what has failed first, never more than there is room for. */
import { failedIn, leavesOf, type Progress } from '../events/progress.ts';
import type { ProgressNode } from '../events/tree.ts';
import { cutTo, widthOf } from './columns.ts';
import { formatDuration, formatRest } from './durations.ts';
import { barOf, outlookOf } from './outlook.ts';
import { doneWords, outputRow, type RowOptions, roomForName, signs, stepRow, textOf } from './rows.ts';
import { cleanse } from './text.ts';
import { cancelWords } from './wording.ts';

/** A bar is drawn for so many steps, after so long, where there is room for the words beside it. */
const BAR_STEPS = 10;
const BAR_AFTER_MS = 2000;
const BAR_WIDTH = 70;
const BAR_COLUMNS = 20;

export interface FrameOptions extends RowOptions {
  /** Lines at most. */
  readonly height: number;
  /** The run is over: where not all of it fits, what has ended well is left out. */
  readonly isLast?: boolean;
  /** Said at the end of the run's line, where there is room for all of it. */
  readonly hint?: string | undefined;
}

/** The run's line: `tour 12.3 s 14/31 done · 3 running · 1 failed`. */
export function composeTitle(progress: Progress, options: FrameOptions): string {
  const { width, t, palette } = options;
  const { counts, group } = progress.root;
  const told = signs(progress.root, options);
  const took = ` ${formatDuration(t)}  `;
  const name = cutTo(cleanse(progress.name), roomForName(told, width - took.length));
  const room = width - widthOf(name) - took.length;
  // Whom we wait for is worth more than why.
  const first = told.flatMap(([text]) => (typeof text === 'string' ? [] : [textOf(text, room)])).join(' · ');
  const parts: string[] = [];
  if (progress.cancelling !== undefined) {
    parts.push(`${progress.forced ? 'killing everything' : 'stopping'}: ${cancelWords(progress.cancelling)}`);
  }
  for (const [text] of told) if (typeof text === 'string') parts.push(text);
  const { done, leftMs } = outlookOf(progress, t, options.usual);
  const bar = done !== undefined && isLong(progress, options) ? `${barOf(done, BAR_COLUMNS)} ` : '';
  if (group) parts.push(`${bar}${doneWords(progress, progress.root)} done`);
  if (leftMs !== undefined) parts.push(`~${formatRest(leftMs)} left`);
  if (group && counts.running > 0) parts.push(`${counts.running} running`);
  if (group && counts.waiting > 0) parts.push(`${counts.waiting} waiting`);
  if (counts.queued > 0) parts.push(`${counts.queued} queued`);
  if (progress.workers !== undefined) parts.push(workersWords(progress.workers));
  const failed = failedIn(counts);
  if (group && failed > 0) parts.push(`${failed} failed`);
  const rest = `${first === '' || parts.length === 0 ? '' : ' · '}${parts.join(' · ')}`;
  const line = `${took}${first}`;
  const left = width - widthOf(name);
  const hint = options.hint === undefined ? '' : `${first + rest === '' ? '' : ' · '}${options.hint}`;
  if (hint !== '' && widthOf(line + rest + hint) <= left)
    return palette.strong(name) + palette.quiet(line + rest + hint);
  return palette.strong(name) + palette.quiet((cutTo(line, left) + cutTo(rest, left - widthOf(line))).trimEnd());
}

/** `3 workers with 12 slots`. */
function workersWords({ workers, slots }: NonNullable<Progress['workers']>): string {
  if (workers === 0) return 'no workers';
  return `${workers} ${workers === 1 ? 'worker' : 'workers'} with ${slots} ${slots === 1 ? 'slot' : 'slots'}`;
}

/** Whether it is worth a bar. */
function isLong(progress: Progress, { t, width }: FrameOptions): boolean {
  return t >= BAR_AFTER_MS && width >= BAR_WIDTH && leavesOf(progress, progress.root).count >= BAR_STEPS;
}

/** The lines below the run's line: the tree of steps, or the part of it that matters most and a count of the rest. */
export function composeFrame(progress: Progress, options: FrameOptions): string[] {
  const { height, palette, width } = options;
  if (height <= 0) return [];
  const all = flatten(progress.root);
  const rows = (entries: readonly Entry[]) => entries.map(({ node, depth }) => stepRow(progress, node, depth, options));
  if (all.length === 0 && !progress.root.group) return [outputRow(progress.root, options)].filter(hasText);
  if (all.length <= height) return rows(all);
  const shown = select(all, height - 1, options.isLast === true);
  const rest = restWords(progress, shown);
  const lines = rows(all.filter(({ node }) => shown.has(node)));
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
 * The nodes to show in `room` lines, each with the groups around it: the first failures, but no more than half while
 * others need the room; then what runs, the longest first; then what has ended last.
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
      const path = missing(node, shown);
      if (shown.size + path.length > upTo) return;
      for (const part of path) shown.add(part);
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
