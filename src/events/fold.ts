/** The pure fold of events into what is worth showing: counts of everything, details of what runs or has failed. */
import { copyOf, isFinally, parentPath } from '../plan/paths.ts';
import { childPath } from '../plan/plan.ts';
import { tailAt, takeEarly } from './early.ts';
import type { CopiesFinished, RunEvent, StepFinished, StepStarted, StepStopping } from './event.ts';
import { dropFailures, isPassedOn, takeFailure } from './failures.ts';
import { forgive, forgivenessIn } from './forgiven.ts';
import { shortItem } from './item.ts';
import type { Outcome } from './outcome.ts';
import { itemOf, type Progress } from './progress.ts';
import { dropStopped, takeStopped } from './stopped.ts';
import { append, lastLine } from './tail.ts';
import type { Phase, ProgressNode, Stopping } from './tree.ts';
import { addMore, addNode, count, dropBelow, dropNode, nearest } from './tree.ts';

/** Steps that ended well and are still in the tree; older ones are in the counts only. */
const RECENT_MAX = 100;
/** Failed steps in the tree. */
const FAILED_MAX = 200;

/** Takes one event in. Costs the same however large the plan is and however much a step prints. */
export function fold(progress: Progress, event: RunEvent): void {
  if (event.type !== 'run.started') progress.t = event.t;
  switch (event.type) {
    case 'run.started':
      progress.name = event.name;
      progress.folder = event.folder;
      break;
    case 'step.queued':
      queue(progress, event.step);
      break;
    case 'step.started':
      start(progress, event);
      break;
    case 'step.ready':
      enter(progress, event.step).readyMs = event.durationMs;
      break;
    case 'step.output':
      append(tailAt(progress, event.step), event.text);
      break;
    case 'step.progress': {
      const node = progress.nodes.get(event.step);
      if (node !== undefined) node.received = { bytes: event.bytes, total: event.total, rate: event.rate };
      break;
    }
    case 'step.retrying': {
      const node = enter(progress, event.step);
      node.retry = { attempt: event.attempt, dueT: event.t + event.delayMs };
      turn(node, 'waiting');
      break;
    }
    case 'tick.waiting': {
      const node = enter(progress, event.step);
      node.nextTick = { tick: event.tick, dueT: event.t + event.delayMs };
      turn(node, 'waiting');
      break;
    }
    case 'tick.finished':
      enter(progress, event.step).ticks += 1;
      break;
    case 'workers.changed':
      progress.workers = event;
      break;
    case 'ticks.missed':
      enter(progress, event.step).missed += event.count;
      break;
    case 'step.stopping':
      enter(progress, event.step).stopping = stoppingOf(event);
      break;
    case 'step.finished':
      finish(progress, event);
      break;
    case 'run.cancelling':
      progress.cancelling ??= event.reason;
      progress.forced ||= event.forced === true;
      break;
    case 'run.finished':
      progress.outcome = event.outcome;
      break;
    case 'attempt.finished':
      attempted(enter(progress, event.step), event.outcome, progress);
      break;
    case 'copies.finished':
      endCopies(progress, event);
      break;
    case 'warning':
      break;
    default:
      event satisfies never;
  }
}

function queue(progress: Progress, path: string): void {
  if (progress.nodes.has(path)) turn(enter(progress, path), 'queued');
  else {
    progress.queued.add(path);
    count(nearest(progress.nodes, path), 'queued', 1);
  }
}

function start(progress: Progress, { step: path, t, tick, attempt, name, worker, item, items }: StepStarted): void {
  const node = enter(progress, path);
  const printed = takeEarly(progress, path) ?? node.tail;
  node.name = name;
  node.worker = worker;
  if (item !== undefined) node.item = shortItem(item);
  if (node.startedT !== undefined) again(progress, node);
  else node.startedT = t;
  if (items !== undefined) {
    const { count, lists } = eachOf(progress, path);
    addMore(node, { count: items * count, lists: items * lists - 1 });
    node.items = items;
  }
  // The command of its list has failed, and may have said why.
  if (items === undefined && progress.groups.isForEach(path)) node.tail = printed;
  node.readyMs = undefined;
  node.attempt = attempt;
  node.tick = tick;
  node.retry = undefined;
  node.nextTick = undefined;
  node.stopping = undefined;
  node.attempted = undefined;
  node.received = undefined;
  node.failedOrder = undefined;
  turn(node, 'running');
}

/** The node at a path, made when the step is met for the first time. */
function enter(progress: Progress, path: string): ProgressNode {
  const known = progress.nodes.get(path);
  if (known !== undefined) {
    if (path === '.') known.group = progress.groups.isGroup(path);
    return known;
  }
  if (progress.queued.delete(path)) count(nearest(progress.nodes, path), 'queued', -1);
  return addNode(progress.nodes, path, progress.groups.isGroup(path));
}

/** The groups around a step that is taken over, of which no start is told: they must be there to count what they forgive. */
function enterAround(progress: Progress, path: string): void {
  const above = parentPath(path);
  if (above === '.') return;
  enterAround(progress, above);
  if (!isFinally(above)) enter(progress, above);
}

/** A step starts again: another attempt or tick of its own, or of a group around it. What was below it is void. */
function again(progress: Progress, node: ProgressNode): void {
  dropBelow(progress.nodes, node, dropped => progress.recent.delete(dropped));
  progress.recent.delete(node);
  node.items = undefined;
  node.copies = { ended: 0, failed: 0 };
  dropStopped(progress.stopped, node.path);
  dropFailures(progress, node.path);
  node.outcome = undefined;
  if (node.tail !== undefined) node.last = lastLine(node.tail);
  node.tail = undefined;
}

function finish(progress: Progress, event: StepFinished): void {
  const { step: path, outcome } = event;
  const phase = phaseOf(outcome);
  stop(progress, path, outcome);
  endCopy(progress, path, outcome);
  const early = takeEarly(progress, path);
  if (!progress.nodes.has(path) && phase === 'skipped' && progress.groups.isGroup(path)) {
    if (progress.groups.isForEach(path)) skipForEach(nearest(progress.nodes, path));
    return;
  }
  if (event.resumed && outcome.state === 'failed') enterAround(progress, path);
  const node = enter(progress, path);
  if (progress.groups.isForEach(path) && node.items === undefined) addMore(node, { count: 0, lists: -1 });
  // What failed in its finally is counted by itself, and what its body came to for the step.
  turn(node, phase, event.body !== undefined && isPassedOn(outcome) ? phaseOf(event.body) : undefined);
  node.outcome = outcome;
  node.durationMs = event.durationMs;
  node.stopping = undefined;
  node.tail ??= early;
  if (node.tail !== undefined) node.last = lastLine(node.tail);
  takeFailure(progress, node, event);
  if (hasFailedAlone(node, outcome)) count(node.parent, 'groups', 1);
  const why = node.group ? forgivenessIn(path, outcome, progress.groups) : undefined;
  if (why !== undefined) forgive(progress, node, why);
  settle(progress, node);
  node.tail = undefined;
}

/** Whether it is a group that has failed, and counts, though nothing in it has. At the root the run itself says so. */
function hasFailedAlone({ group, path, counts }: ProgressNode, outcome: Outcome): boolean {
  if (!group || path === '.' || outcome.state !== 'failed' || outcome.allowed || isPassedOn(outcome)) return false;
  return counts.failed === 0 && (counts.groups ?? 0) === 0;
}

function phaseOf(outcome: Outcome): Phase {
  return outcome.state === 'failed' && outcome.allowed ? 'allowed' : outcome.state;
}

/** An end that may be the consequence of another one. */
function stop({ nodes, stopped, groups }: Progress, step: string, outcome: Outcome): void {
  if (step === '.' || (outcome.state !== 'cancelled' && outcome.state !== 'skipped')) return;
  // What is in a group is told by itself, unless it is not known how many that would have been.
  if (groups.isGroup(step) && !(groups.isForEach(step) && outcome.state === 'skipped')) return;
  const item = itemOf(nodes.get(step) ?? nearest(nodes, step));
  takeStopped(stopped, { step, ...(item === undefined ? {} : { item }) }, outcome);
}

/** A copy has ended: its forEach knows how many have. */
function endCopy(progress: Progress, path: string, { state }: Outcome): void {
  const forEach = copyOf(path) && progress.nodes.get(parentPath(path));
  if (forEach === undefined) return;
  const { ended, failed } = forEach.copies;
  forEach.copies = { ended: ended + 1, failed: state === 'failed' ? failed + 1 : failed };
}

/** Copies that were never started: so many times the leaf steps of one. What lists they have is never known. */
function endCopies(progress: Progress, { step, first, count: copies, outcome }: CopiesFinished): void {
  const node = enter(progress, step);
  const each = eachOf(progress, step);
  takeStopped(progress.stopped, { step, copies: { first, count: copies } }, outcome);
  count(node, phaseOf(outcome), copies * each.count);
  addMore(node, { count: 0, lists: -copies * each.lists });
  node.copies = { ...node.copies, ended: node.copies.ended + copies };
}

/** A forEach that never started has no copies: it counts as one step. */
function skipForEach(above: ProgressNode): void {
  count(above, 'skipped', 1);
  addMore(above, { count: 1, lists: -1 });
}

/** What each copy of a forEach holds. */
function eachOf({ groups }: Progress, forEach: string) {
  return groups.leavesBelow(childPath(forEach, '[1]'));
}

function attempted(node: ProgressNode, outcome: Outcome, progress: Progress): void {
  node.received = undefined;
  node.stopping = undefined;
  node.attempted = outcome;
  if (outcome.state !== 'failed') return;
  progress.failedAttempts += 1;
  node.failedOrder = progress.failedAttempts;
}

/** An end. After a good one what is below is folded into the counts. */
function settle(progress: Progress, node: ProgressNode): void {
  const isOver = (below: ProgressNode): boolean => progress.recent.has(below);
  if (node.outcome?.state === 'succeeded' && node.path !== '.') {
    for (const child of [...node.children.values()].filter(isOver)) forget(progress, child);
  }
  release(progress, node);
}

/** Folds a step that has ended, and has nothing below it, into the counts: once newer ones have ended, or many have failed. */
function release(progress: Progress, node: ProgressNode): void {
  const { recent, nodes, failures } = progress;
  if (node.outcome === undefined || node.children.size > 0 || node.path === '.') return;
  if (node.outcome.state !== 'failed') {
    recent.add(node);
    const [oldest] = recent;
    if (recent.size > RECENT_MAX && oldest !== undefined) forget(progress, oldest);
  } else if (failures.size > FAILED_MAX) {
    dropNode(nodes, node);
    if (node.parent !== undefined) release(progress, node.parent);
  }
}

function forget(progress: Progress, node: ProgressNode): void {
  progress.recent.delete(node);
  dropNode(progress.nodes, node);
  if (node.parent !== undefined) release(progress, node.parent);
}

/** Moves a step from one count to another. Groups are in none. @param counted as what it counts. */
function turn(node: ProgressNode, phase: Phase, counted = phase): void {
  if (!node.group) {
    if (node.counted !== undefined) count(node.parent ?? node, node.counted, -1);
    count(node.parent ?? node, counted, 1);
    node.counted = counted;
  }
  node.phase = phase;
}

function stoppingOf({ t, pid, signal, graceMs, waitedMs, command }: StepStopping): Stopping {
  const offender = command === undefined ? {} : { command };
  return { pid, signal, killT: t + graceMs, isLate: waitedMs !== undefined, ...offender };
}
